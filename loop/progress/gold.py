"""The texts that measure: what is right in them, and what a round found there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loop.formats import RawText, read_gold
from loop.held_out import NOTHING_RESERVED, HeldOut, Reserved, unit_of
from loop.records import Answer, Span, Text
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.truth import Truth, of_texts


@dataclass(frozen=True, slots=True)
class GoldText:
    """A text that no round learns from, with its right spans.

    Attributes:
        labels: of which something is known; its spans of them are all there are.
        unit: what chance draws: its group, or the text alone.
        known, truth: the text in the corpus and what its answers say; None where it is of a gold file.
    """

    text: str
    spans: tuple[Span, ...]
    labels: tuple[str, ...]
    unit: str
    known: Text | None = None
    truth: Truth | None = None

    @property
    def answer(self) -> Answer | None:
        """Its last answer that counts; None where it is of a gold file."""
        return self.truth.parts[-1].answer if self.truth else None

    def judged(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        """Of some spans, sorted, those that are known to be right or wrong."""
        asked = (span for span in sorted(spans) if span.label in self.labels)
        return tuple(span for span in asked if self.truth is None or self.truth.judges(span))


@dataclass(frozen=True, slots=True)
class Measured:
    """A text that measures, and what a round found in it, as far as it can be judged."""

    gold: GoldText
    found: tuple[Span, ...]


def reserved(settings: Settings, paths: ProjectPaths) -> Reserved:
    """What the project's gold file holds.

    Raises:
        InputError: it cannot be read.
    """
    if settings.project.eval is None:
        return NOTHING_RESERVED
    return reserved_in(read_gold(paths.resolve(settings.project.eval)))


def reserved_in(raws: Iterable[RawText]) -> Reserved:
    """The texts and groups of a gold file that has been read."""
    texts, groups = zip(*((raw.text, raw.group) for raw in raws), strict=True)
    return Reserved(frozenset(texts), frozenset(group for group in groups if group is not None))


def held_out_now(store: Store, settings: Settings, gold: Reserved) -> HeldOut:
    """What measures as things are now, and so may not teach; `gold` is what `reserved` found."""
    ids, groups = store.answers.measured()
    return HeldOut(ids, groups, settings.held_out_share, settings.project.seed, gold)


def gold_texts(store: Store, settings: Settings, paths: ProjectPaths) -> list[GoldText]:
    """The texts of the project's gold file or, without one, those held out and answered so far.

    Of the file those that answers teach, and those of a group that has such a text, are left out.

    Raises:
        InputError: the gold file cannot be read.
    """
    name = settings.project.eval
    if name is None:
        return answered_gold(store, store.answers.measuring(), settings.project.labels)
    raws = _unlearned(store, {raw.text: raw for raw in read_gold(paths.resolve(name))})
    labels, naming = settings.project.labels, store.journal.naming()
    return [
        GoldText(raw.text, _of(labels, naming.outdated(raw.spans or ())), labels, unit_of(raw.group, raw.text))
        for raw in raws.values()
    ]


def _unlearned(store: Store, raws: dict[str, RawText]) -> dict[str, RawText]:
    learned = {answer.text_id for answer in store.answers.training()}
    taught = {text for text, id_ in store.corpus.find(list(raws)).items() if id_ in learned}
    groups = store.answers.taught()
    return {text: raw for text, raw in raws.items() if text not in taught and raw.group not in groups}


def answered_gold(store: Store, answers: Iterable[Answer], labels: Sequence[str]) -> list[GoldText]:
    """Those of the texts of which all spans of a label are known."""
    known, found = of_texts(answers, store.journal.schemes()), []
    for text in store.corpus.texts([id_ for id_, truth in known.items() if truth.labels.intersection(labels)]):
        truth = known[text.id]
        asked = tuple(label for label in labels if label in truth.labels)
        found.append(GoldText(text.text, _of(asked, truth.spans), asked, unit_of(text.group, text.text), text, truth))
    return found


def measured(store: Store, gold: Sequence[GoldText], round: int) -> list[Measured]:
    """Those of the texts that a round has read, with what it found."""
    found = store.predictions.of(round, [one.text for one in gold])
    read = [one for one in gold if one.text in found]
    return measured_in(read, [found[one.text] for one in read])


def measured_in(gold: Sequence[GoldText], found: Sequence[Iterable[Span]]) -> list[Measured]:
    """The texts with what was found in each."""
    return [Measured(one, one.judged(spans)) for one, spans in zip(gold, found, strict=True)]


def measured_round(store: Store) -> int | None:
    """The last round in force that has read texts that measure; None without any."""
    in_force = store.journal.round_in_force()
    return max((number for number in store.predictions.rounds() if number <= in_force), default=None)


def _of(labels: Sequence[str], spans: Sequence[Span]) -> tuple[Span, ...]:
    return tuple(span for span in spans if span.label in labels)
