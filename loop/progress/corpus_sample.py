"""A sample of the corpus, read by rounds that had not learned from it: held-out texts, and answered ones.

What the round that asked about a text found there tests a model that knew a little less (Dawid 1984, "prequential").
Most questions are chosen, and harder than other texts: their texts stand for one another, and those that were asked
about at random for what is left (post-stratification).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loop.errors import LatticeError
from loop.lattice import Lattice
from loop.progress.held_out_gold import EvaluatedText, answered_gold, with_spans_found
from loop.records import Answer, Question, Span
from loop.store import Store

# Rounds count that had learned at least this share of today's answers: with half of them F1 is 3 points too low.
RECENT = 0.7


@dataclass(frozen=True, slots=True)
class CorpusSample:
    """The texts of the sample, each with the spans found in it.

    Attributes:
        weights: how much each text counts; 1 on average.
        held_out, at_random, chosen: how many texts are held out, were asked about at random, and for a reason.
    """

    texts: tuple[EvaluatedText, ...]
    weights: tuple[float, ...]
    held_out: int
    at_random: int
    chosen: int


def asked_at_random(store: Store, answers: Iterable[Answer]) -> list[Answer]:
    """Those of the answers whose texts were drawn at random from all that had none."""
    asked = [answer for answer in answers if answer.question_id]
    streams = store.questions.streams([answer.question_id for answer in asked if answer.question_id])
    return [answer for answer in asked if streams.get(answer.question_id or "") == "random"]


def corpus_sample(
    store: Store, held_out: Sequence[EvaluatedText], training: Sequence[Answer], labels: Sequence[str]
) -> CorpusSample:
    """The held-out texts, and those that recent rounds asked about.

    Args:
        store: the project's store.
        held_out: what the last round found in the held-out texts.
        training: the answers that rounds learn from.
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
    return CorpusSample(texts, tuple(weight / mean for weight in each), *map(len, parts))


def _weights(held_out: int, at_random: tuple[int, int], chosen: tuple[int, int]) -> list[float]:
    """The weight of a text of each kind: held out, at random, chosen; of the last two the sample's and all texts.

    The held-out texts estimate the whole, and so do the others together; each of the two counts by the number of texts
    at random that it is worth. Chosen texts alone say nothing of the others.
    """
    strata = [(n, size) for n, size in (at_random, chosen) if n]
    if not at_random[0]:
        return [float(held_out > 0), 0.0, 0.0]
    total = sum(size for _, size in strata)
    worth = 1 / sum((size / total) ** 2 / n for n, size in strata)
    others = [worth * size / total / n if n else 0.0 for n, size in (at_random, chosen)]
    return [float(held_out > 0), *others]


def read_before_learned(store: Store, training: Sequence[Answer], labels: Sequence[str]) -> list[EvaluatedText]:
    """The texts that recent rounds asked about, with what these found in them."""
    learned = {info.number: info.answers for info in store.journal.rounds()}
    asked = {answer.text_id: answer.question_id for answer in training if answer.question_id}
    rounds = store.questions.rounds(id_ for id_ in asked.values() if id_)
    recent = (id_ for id_, number in rounds.items() if learned.get(number, 0) >= max(1, RECENT * len(training)))
    read = ((question.text.id, _predicted(question)) for question in store.questions.get(recent).values())
    found = {id_: spans for id_, spans in read if spans is not None}
    gold = answered_gold(store, [answer for answer in training if answer.text_id in found], labels)
    known = [(one, one.known.id) for one in gold if one.known]
    return with_spans_found([one for one, _ in known], [found[id_] for _, id_ in known])


def _predicted(question: Question) -> list[Span] | None:
    """What the model found, without what other sources suggested; None if it had not read the text."""
    if not question.lattice:
        return None
    try:
        own = Lattice.from_bytes(question.lattice).own
    except LatticeError:
        return None
    words = question.tokens
    return [Span(words[span.start][0], words[span.end - 1][1], span.label) for span in own]
