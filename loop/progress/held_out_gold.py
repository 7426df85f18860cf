"""The held-out texts with their gold spans, and what a round found in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loop.formats import RawText, read_gold
from loop.held_out import (
    ANOTHER_GROUP,
    MORE_TEXTS,
    NOTHING_RESERVED,
    HeldOut,
    Reserved,
    least_units,
    one_group_words,
    unit_of,
)
from loop.records import Answer, Span, Text
from loop.settings import ProjectPaths, Settings
from loop.store import Naming, Store
from loop.truth import Truth, of_texts

NONE_HELD_OUT = "no texts are held out"
ALL_HELD_OUT = "all texts are held out, so none trains"


@dataclass(frozen=True, slots=True)
class OneSided:
    """A project of too few texts to divide: whether all are held out or none, why, and a sentence with the way out."""

    held_out: bool
    because: str
    way_out: str

    @property
    def words(self) -> str:
        """What is so and why, in a clause."""
        return f"{ALL_HELD_OUT if self.held_out else NONE_HELD_OUT}: {self.because}"


@dataclass(frozen=True, slots=True)
class GoldText:
    """A held-out text with its gold spans.

    Attributes:
        labels: the labels whose spans are all known, of a long text in its section.
        unit: of resampling: its group, or the text alone.
        known: the text in the corpus; None for one from a gold file. truth: from its answers, or the file's rows.
    """

    text: str
    spans: tuple[Span, ...]
    labels: tuple[str, ...]
    unit: str
    known: Text | None = None
    truth: Truth | None = None

    @property
    def answer(self) -> Answer | None:
        """Its last valid answer; None for a text from a gold file."""
        return self.truth.parts[-1].answer if self.truth and self.known else None

    def judged(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        """Those spans, sorted, that are known to be right or wrong."""
        asked = (span for span in sorted(spans) if span.label in self.labels)
        return tuple(span for span in asked if self.truth is None or self.truth.judges(span))


@dataclass(frozen=True, slots=True)
class EvaluatedText:
    """A held-out text, and the spans a round found in it that can be judged."""

    gold: GoldText
    found: tuple[Span, ...]


def reserved(settings: Settings, paths: ProjectPaths) -> Reserved:
    """The texts and groups reserved by the project's gold file.

    Raises:
        InputError: the file cannot be read.
    """
    if settings.project.eval is None:
        return NOTHING_RESERVED
    return reserved_in(read_gold(paths.resolve(settings.project.eval)))


def reserved_in(raws: Iterable[RawText]) -> Reserved:
    """The texts and groups of gold rows."""
    texts, groups = zip(*((raw.text, raw.group) for raw in raws), strict=True)
    return Reserved(frozenset(texts), frozenset(group for group in groups if group is not None))


def held_out_now(store: Store, settings: Settings, gold: Reserved) -> HeldOut:
    """What is held out now, so that no round may learn it; `gold` is the result of `reserved`."""
    ids, groups = store.answers.held_out_texts()
    # A project with held-out answers keeps its split.
    share = settings.held_out_share if ids or not _too_few(store, settings) else 0.0
    return HeldOut(ids, groups, share, settings.project.seed, gold, store.answers.begun())


def _too_few(store: Store, settings: Settings) -> int:
    """How many texts and groups there are, if the share of them to hold out is less than one; 0 otherwise.

    Were the only document held out, nothing could be learned; were it one of three, a third of what could be.
    """
    share = settings.held_out_share
    least = least_units(share) if share else 0
    units = store.corpus.units(least)
    return units if units < least else 0


def one_sided(store: Store, settings: Settings) -> OneSided | None:
    """Why all texts, or none, are held out; None if the project can have both, or is meant to hold out none."""
    if not (units := _too_few(store, settings)):
        return None
    ids, _ = store.answers.held_out_texts()
    held = {unit_of(text.group, text.text) for text in store.corpus.texts(sorted(ids))}
    if 0 < len(held) < units:
        return None
    group = store.corpus.only_group()
    if group is not None and (words := one_group_words([unit_of(group, "")] * store.corpus.size(), "texts")):
        return OneSided(bool(held), words, ANOTHER_GROUP)
    share = settings.held_out_share
    few = f"a share of {share:g} takes at least {least_units(share):,} texts or groups, and the project has {units:,}"
    return OneSided(bool(held), few, MORE_TEXTS)


def gold_texts(store: Store, settings: Settings, paths: ProjectPaths) -> list[GoldText]:
    """The texts of the project's gold file or, without one, the answered held-out texts.

    Texts of the file that rounds learn from are left out, with all texts of their groups.

    Raises:
        InputError: the gold file cannot be read.
    """
    name = settings.project.eval
    if name is None:
        return answered_gold(store, store.answers.evaluation(), settings.project.labels)
    raws = _unlearned(store, read_gold(paths.resolve(name)))
    return filed_gold(raws, settings.project.labels, store.journal.naming())


def _unlearned(store: Store, raws: Sequence[RawText]) -> list[RawText]:
    weakly, weak_groups = store.weak.taught()
    learned = weakly.union(answer.text_id for answer in store.answers.training())
    texts = list(dict.fromkeys(raw.text for raw in raws))
    taught = {text for text, id_ in store.corpus.find(texts).items() if id_ in learned}
    groups = weak_groups | store.answers.taught()
    return [raw for raw in raws if raw.text not in taught and raw.group not in groups]


def filed_gold(raws: Sequence[RawText], labels: Sequence[str], naming: Naming) -> list[GoldText]:
    """The texts of a gold file; several rows about a text count as answers of different annotators, unless named."""
    number = {text: n for n, text in enumerate(dict.fromkeys(raw.text for raw in raws))}
    answers = [
        Answer(
            raw.key, number[raw.text], (raw.answer and raw.answer.annotator) or f"row {n}", "accept",
            naming.outdated(raw.spans or ()), scheme=n, rank=n,
        )
        for n, raw in enumerate(raws)
    ]  # fmt: skip
    schemes = {n: frozenset(labels).intersection(raw.asked or labels) for n, raw in enumerate(raws)}
    known = of_texts(answers, schemes)
    groups = {raw.text: raw.group for raw in reversed(raws)}
    return [_gold_text(known[n], labels, text, groups[text]) for text, n in number.items()]


def _gold_text(
    truth: Truth, labels: Sequence[str], text: str, group: str | None, known: Text | None = None
) -> GoldText:
    asked = tuple(label for label in labels if label in truth.labels_anywhere)
    return GoldText(text, _of(asked, truth.spans), asked, unit_of(group, text), known, truth)


def answered_gold(store: Store, answers: Iterable[Answer], labels: Sequence[str]) -> list[GoldText]:
    """Those texts that have a label whose spans are all known."""
    known, found = of_texts(answers, store.journal.schemes()), []
    for text in store.corpus.texts([id_ for id_, truth in known.items() if truth.labels_anywhere.intersection(labels)]):
        found.append(_gold_text(known[text.id], labels, text.text, text.group, text))
    return found


def evaluated_texts(store: Store, gold: Sequence[GoldText], round: int) -> list[EvaluatedText]:
    """Those texts that a round was evaluated on, with the spans it found."""
    found = store.predictions.of(round, [one.text for one in gold])
    read = [one for one in gold if one.text in found]
    return with_spans_found(read, [found[one.text] for one in read])


def with_spans_found(gold: Sequence[GoldText], found: Sequence[Iterable[Span]]) -> list[EvaluatedText]:
    """The texts with the spans found in each."""
    return [EvaluatedText(one, one.judged(spans)) for one, spans in zip(gold, found, strict=True)]


def last_evaluated_round(store: Store) -> int | None:
    """The last evaluated round in force; None without any."""
    in_force = store.journal.round_in_force()
    return max((number for number in store.predictions.rounds() if number <= in_force), default=None)


def _of(labels: Sequence[str], spans: Sequence[Span]) -> tuple[Span, ...]:
    return tuple(span for span in spans if span.label in labels)
