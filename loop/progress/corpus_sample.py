"""A sample of the corpus, read by rounds that had not learned from it: held-out texts, and answered ones.

What the round that asked about a text found there tests a model that knew a little less (Dawid 1984, "prequential").
Most questions are chosen, and harder than other texts: their texts stand for one another, and those that were asked
about at random for what is left (post-stratification).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from loop.errors import LatticeError
from loop.intervals import FEWEST_UNITS
from loop.lattice.codec import unpack
from loop.progress.held_out_gold import EvaluatedText, GoldText, answered_gold
from loop.records import Answer, Question, Span, Stream
from loop.store import Store

# Rounds count that had learned at least this share of today's answers: with half of them F1 is 3 points too low.
RECENT = 0.7
# Questions about texts that a round may have learned, or that no round has read.
LEARNED: tuple[Stream, ...] = ("held_out", "revisit", "repeat", "review")


class Drawn(NamedTuple):
    """How many texts of a sample are held out, were asked about at random, and for a reason."""

    held_out: int
    at_random: int
    chosen: int


@dataclass(frozen=True, slots=True)
class CorpusSample:
    """The texts of the sample, each with the spans found in it.

    Attributes:
        weights: how much each text counts; 1 on average.
        drawn: how many there are of each kind, in this order.
    """

    texts: tuple[EvaluatedText, ...]
    weights: tuple[float, ...]
    drawn: Drawn

    @property
    def unchosen(self) -> tuple[EvaluatedText, ...]:
        """The texts that nobody chose: the first ones."""
        return self.texts[: self.drawn.held_out + self.drawn.at_random]


def asked_at_random(store: Store, answers: Iterable[Answer]) -> list[Answer]:
    """Those of the answers whose texts were drawn at random from all that had none."""
    asked = [answer for answer in answers if answer.question_id]
    streams = store.questions.streams([answer.question_id for answer in asked if answer.question_id])
    return [answer for answer in asked if streams.get(answer.question_id or "") == "random"]


def corpus_sample(
    store: Store, held_out: Sequence[EvaluatedText], training: Sequence[Answer], labels: Sequence[str]
) -> CorpusSample:
    """The held-out texts, and those that recent rounds asked about; of a group of texts only the first of these.

    Args:
        store: the project's store.
        held_out: what the last round in force found in the held-out texts.
        training: the answers that rounds learn from, by rank.
        labels: of the project.
    """
    random_ids = {answer.text_id for answer in asked_at_random(store, training)}
    asked_ids = {answer.text_id for answer in training if answer.question_id}
    at_random: list[EvaluatedText] = []
    chosen: list[EvaluatedText] = []
    for one in read_before_learned(store, training, labels):
        (at_random if one.gold.known and one.gold.known.id in random_ids else chosen).append(one)
    left = store.corpus.pool_size() + len(random_ids)
    weights = _weights(len(held_out), (len(at_random), left), (len(chosen), len(asked_ids - random_ids)))
    parts = [part if weight else () for part, weight in zip((held_out, at_random, chosen), weights, strict=True)]
    each = [weight for part, weight in zip(parts, weights, strict=True) for _ in part]
    mean = sum(each) / max(1, len(each))
    texts = tuple(one for part in parts for one in part)
    return CorpusSample(texts, tuple(weight / mean for weight in each), Drawn(*map(len, parts)))


def _weights(held_out: int, at_random: tuple[int, int], chosen: tuple[int, int]) -> list[float]:
    """The weight of a text of each kind: held out, at random, chosen; of the last two the sample's and all texts.

    The held-out texts estimate the whole, and so do the others together; each of the two counts by the number of texts
    at random that it is worth. Chosen texts, with few or no random ones, say nothing of the others.
    """
    strata = [(n, size) for n, size in (at_random, chosen) if n]
    if at_random[0] < FEWEST_UNITS:
        return [float(held_out > 0), 0.0, 0.0]
    total = sum(size for _, size in strata)
    worth = 1 / sum((size / total) ** 2 / n for n, size in strata)
    others = [worth * size / total / n if n else 0.0 for n, size in (at_random, chosen)]
    return [float(held_out > 0), *others]


def read_before_learned(store: Store, training: Sequence[Answer], labels: Sequence[str]) -> list[EvaluatedText]:
    """What recent rounds in force found in the texts, or passages, that they asked about, before any had learned them.

    A text counts once, with the first question about it; so does a group, whose other texts are alike.
    """
    in_force = store.journal.round_in_force()
    learned = {info.number: info.answers for info in store.journal.rounds() if info.number <= in_force}
    fewest = max(1, RECENT * learned.get(in_force, 0))
    first = _first_questions(store, training)
    rounds = store.questions.rounds(first.values())
    recent = [id_ for id_ in first.values() if learned.get(rounds.get(id_, 0), 0) >= fewest]
    asked = {question.text.id: question for question in store.questions.get(recent).values()}
    known = answered_gold(store, [answer for answer in training if answer.text_id in asked], labels)
    read = (_read(gold, asked[gold.known.id]) for gold in known if gold.known)
    return [one for one in read if one]


def _first_questions(store: Store, training: Sequence[Answer]) -> dict[int, str]:
    """The first question about each text, by its id, where that is the first of its group that is learned."""
    groups = {text.id: text.group for text in store.corpus.texts(list({answer.text_id for answer in training}))}
    streams = store.questions.streams([answer.question_id for answer in training if answer.question_id])
    first: dict[int, str] = {}
    seen: dict[str, int] = {}
    for answer in training:
        group = groups.get(answer.text_id)
        is_first = group is None or seen.setdefault(group, answer.text_id) == answer.text_id
        if is_first and answer.question_id and streams.get(answer.question_id) not in LEARNED:
            first.setdefault(answer.text_id, answer.question_id)
    return first


def _read(gold: GoldText, question: Question) -> EvaluatedText | None:
    """What the model found in the part of a text that it was asked about, without what other sources suggested.

    None if it had not read the text.
    """
    if not question.lattice:
        return None
    try:
        _, own, _ = unpack(question.lattice)
    except LatticeError:
        return None
    words = question.tokens
    found = [Span(words[span.start][0], words[span.end - 1][1], span.label) for span in own]
    if (passage := question.passage) is None:
        return EvaluatedText(gold, gold.judged(found))
    inside = replace(gold, spans=tuple(span for span in gold.spans if span.touches(passage)))
    return EvaluatedText(inside, gold.judged(span for span in found if span.touches(passage)))
