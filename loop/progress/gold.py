"""The texts that measure: what is right in them, and what a round found there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loop.formats import RawText, read_gold
from loop.held_out import NOTHING_RESERVED, HeldOut, Reserved, unit_of
from loop.records import Answer, Span, Text
from loop.settings import ProjectPaths, Settings
from loop.store import Store


@dataclass(frozen=True, slots=True)
class GoldText:
    """A text that no round learns from, with its right spans.

    Attributes:
        labels: that it was asked about; its spans of them are all there are, and of others nothing is known.
        unit: what chance draws: its group, or the text alone.
        known, answer: the text in the corpus and its held-out answer; None where it is of a gold file.
    """

    text: str
    spans: tuple[Span, ...]
    labels: tuple[str, ...]
    unit: str
    known: Text | None = None
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """A text that measures, and what a round found in it; both of the labels that it was asked about."""

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
        return answered_gold(store, store.answers.held_out(), settings.project.labels)
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
    """Texts with what their answers say is right; of several complete answers to a text the last one counts."""
    last = {answer.text_id: answer for answer in answers if answer.complete and answer.verdict == "accept"}
    schemes, found = store.journal.schemes(), []
    for text in store.corpus.texts(list(last)):
        answer = last[text.id]
        asked = tuple(label for label in labels if label in schemes[answer.scheme])
        found.append(GoldText(text.text, _of(asked, answer.spans), asked, unit_of(text.group, text.text), text, answer))
    return found


def measured(store: Store, gold: Sequence[GoldText], round: int) -> list[Measured]:
    """Those of the texts that a round has read, with what it found."""
    found = store.predictions.of(round, [one.text for one in gold])
    read = [one for one in gold if one.text in found]
    return measured_in(read, [found[one.text] for one in read])


def measured_in(gold: Sequence[GoldText], found: Sequence[Iterable[Span]]) -> list[Measured]:
    """The texts with what was found in each."""
    return [Measured(one, _of(one.labels, sorted(spans))) for one, spans in zip(gold, found, strict=True)]


def measured_round(store: Store) -> int | None:
    """The last round in force that has read texts that measure; None without any."""
    in_force = store.journal.round_in_force()
    return max((number for number in store.predictions.rounds() if number <= in_force), default=None)


def _of(labels: Sequence[str], spans: Sequence[Span]) -> tuple[Span, ...]:
    return tuple(span for span in spans if span.label in labels)
