"""Find out what an import means before anything is written, and carry it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from loop.held_out import HeldOut
from loop.intake.answers import ReadAnswers
from loop.intake.coverage import is_whole
from loop.records import Text
from loop.store import ImportChange, ImportedAnswers, NewAnswer, Store


@dataclass(frozen=True, slots=True)
class LabelCount:
    """How many spans an import has of a label, and how many of its answers say that these are all there are."""

    label: str
    spans: int
    complete: int


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """An import that has not been carried out.

    Attributes:
        labels: of the project. replacing: whether to replace earlier, different answers of the same annotators.
        read: the answers and texts. change: what they will change in the store.
        training, evaluating: numbers of new answers that models will be trained and evaluated on.
    """

    labels: tuple[str, ...]
    replacing: bool
    read: ReadAnswers
    change: ImportChange
    training: int
    evaluating: int

    @property
    def answers(self) -> list[NewAnswer]:
        """All answers, in order, new and known."""
        return [row.new for row in self.read.rows]

    @property
    def changes_something(self) -> bool:
        """Whether there is a new answer or text."""
        return bool(self.change.answers or self.change.new_texts)

    @property
    def known(self) -> int:
        """Number of answers that say nothing new."""
        return self.change.known + self.read.repeated

    @property
    def whole(self) -> list[NewAnswer]:
        """The answers that give all spans of some labels, in the text or a passage."""
        return [new for new in self.answers if is_whole(new.answer)]

    @property
    def counts(self) -> list[LabelCount]:
        """The counts of each label of the project."""
        accepted = (each.answer for each in self.answers if each.answer.verdict == "accept")
        spans = Counter(span.label for answer in accepted for span in answer.spans)
        complete = Counter(label for each in self.whole for label in _covered(each, self.labels))
        return [LabelCount(label, spans[label], complete[label]) for label in self.labels]

    @property
    def unsaid(self) -> dict[str, tuple[str, ...]]:
        """By file: the labels of which its complete answers say nothing, unless they name their labels themselves."""
        whole = [row for row in self.read.rows if row.raw.asked is None and is_whole(row.new.answer)]
        return {row.raw.source: lacking for row in whole if (lacking := _lacking(row.new, self.labels))}


def _covered(new: NewAnswer, labels: Sequence[str]) -> list[str]:
    return [label for label in labels if new.asked is None or label in new.asked]


def _lacking(new: NewAnswer, labels: Sequence[str]) -> tuple[str, ...]:
    return tuple(label for label in labels if label not in _covered(new, labels))


def plan_import(store: Store, read: ReadAnswers, *, labels: Sequence[str], replacing: bool = False) -> ImportPlan:
    """Find out what importing these answers and texts changes; nothing is written.

    Args:
        store: to import into.
        read: the answers and texts.
        labels: of the project.
        replacing: whether to replace earlier, different answers of the same annotators.

    Raises:
        StoreError: an id belongs to an answer to another text, or an answer would replace another one.
    """
    change = store.preview_import([row.new for row in read.rows], read.others, labels=labels, replacing=replacing)
    return ImportPlan(tuple(labels), replacing, read, change, *_uses(store, change.answers))


def _uses(store: Store, new: Sequence[NewAnswer]) -> tuple[int, int]:
    """How many of these answers train and evaluate; those to other texts of a held-out group do neither."""
    groups = {text.id: text.group for text in store.corpus.texts([each.answer.text_id for each in new])}
    texts = [Text(each.answer.text_id, "", group=groups.get(each.answer.text_id, each.text.group)) for each in new]
    ids, held_groups = store.answers.held_out_texts()
    held = [text for text, each in zip(texts, new, strict=True) if each.answer.held_out and not each.answer.repeat]
    ids |= {text.id for text in held}
    held_out = HeldOut(ids, held_groups.union(text.group for text in held if text.group is not None))
    pairs = [(text, each.answer) for text, each in zip(texts, new, strict=True)]
    training = sum(held_out.may_teach(text, answer) for text, answer in pairs)
    return training, sum(answer.says_something and text.id in ids for text, answer in pairs)


def import_answers(store: Store, plan: ImportPlan, *, source: str) -> ImportedAnswers:
    """Write what was planned, all or nothing; `source` describes the origin.

    Raises:
        StoreError: see `plan_import`; somebody may have answered since.
    """
    return store.import_answers(
        plan.answers, plan.read.others, labels=plan.labels, source=source, replacing=plan.replacing
    )
