"""Which texts of the pool a round reads, and what it remembers of those that earlier rounds read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, exp
from random import Random

from loop.acquire.cost import CostModel, Timed, edits, fitted
from loop.acquire.queue import balanced
from loop.acquire.scored import Scored
from loop.held_out import HeldOut, Teaching, is_held_out
from loop.records import NO_FOCUS, Answer, Focus, Text
from loop.scoring.questions import Read
from loop.settings import Settings
from loop.store import Store
from loop.store.questions import PastReading

# Earlier rounds whose entropies of a text are remembered.
HISTORY = 3
# From this probability on a label is worth a question of a session that is about it.
LIKELY = 0.05
# An annotator's latest answers, from which the time of the next is predicted: people get faster.
TIMED = 300


@dataclass(frozen=True, slots=True)
class Candidates:
    """Texts of the pool that may be asked about.

    Attributes:
        fresh: a random sample. carried: texts that the last queue's round doubted most and nobody has answered.
        held_out: a random sample of the texts that are held out.
    """

    fresh: tuple[Text, ...]
    carried: tuple[Text, ...] = ()
    held_out: tuple[Text, ...] = ()


def draw(
    store: Store,
    settings: Settings,
    past: Iterable[PastReading],
    rng: Random,
    *,
    held_out: HeldOut,
    focus: Focus = NO_FOCUS,
) -> Candidates:
    """Candidates from the pool; as many, and as dear to draw, whatever the size of the pool; none if there are none.

    A group of texts is asked about on one side of the held-out line only, also where the line has moved since or
    answers came in from elsewhere: a text is no candidate when one of its group was answered on the other side. Texts
    of the gold file, and those of a group that has some there, are none either.
    """
    carried = int(settings.acquire.candidates * settings.acquire.carried_share)
    fresh = settings.acquire.candidates - carried
    before = held_out.teaching(store.corpus.unanswered([one.text_id for one in past][: 2 * carried]))
    near, far = _drawn(store, ceil(fresh / (1 - held_out.share)), rng, held_out, focus)
    if focus.measure:
        return Candidates((), (), tuple(far))
    known = {text.id for text in near}
    again = [text for text in before if text.id not in known and focus.covers(text.meta)]
    return Candidates(tuple(near[:fresh]), tuple(again[:carried]), tuple(far[: settings.queue.size]))


def _drawn(store: Store, n: int, rng: Random, held_out: HeldOut, focus: Focus) -> tuple[list[Teaching], list[Text]]:
    """Of `n` random texts those that may teach and those that may measure; of more where these may not be asked."""
    share, seed, learned = held_out.share, held_out.seed, store.answers.taught()
    while True:
        drawn = store.corpus.sample_pool(n, rng, where=focus.where)
        far = [text for text in drawn if is_held_out(text, share=share, seed=seed) and text.group not in learned]
        near = [] if focus.measure else held_out.teaching(drawn)
        if near or far or len(drawn) < n:
            return near, _balanced(store, far)
        n *= 2


def _balanced(store: Store, far: Sequence[Text]) -> list[Text]:
    measured = store.corpus.texts(sorted({one.text_id for one in store.answers.measuring() if one.says_something}))
    return balanced(far, sizes=store.corpus.batch_sizes(), measured=Counter(text.batch for text in measured))


def likely(drawn: Candidates, known: Mapping[int, Read], label: str) -> Candidates:
    """Of the candidates those in which a label is likely or a pattern of it hits; all of them where it is in none."""

    def has(text: Text) -> bool:
        one = known[text.id]
        spans = one.lattice.spans(LIKELY) if one.lattice else []
        return any(span.label == label for span, _ in spans) or any(hit.label == label for hit in one.hits)

    if not label:
        return drawn
    fresh, carried = (tuple(text for text in texts if has(text)) for texts in (drawn.fresh, drawn.carried))
    return Candidates(fresh, carried) if fresh or carried else drawn


def scored(read: Iterable[Read], past: Iterable[PastReading], *, number: int, cost: CostModel) -> list[Scored]:
    """What the acquisition function ranks: the texts that the model of round `number` has read."""
    history = {one.text_id: _before(one, number) for one in past}
    return [
        Scored(
            text_id=one.text.id,
            tokens=len(one.tokens),
            entropy=one.lattice.entropy,
            look=one.lattice.outlook,
            history=tuple(entropy for _, entropy in history.get(one.text.id, ())),
            cost=cost,
        )
        for one in read
        if one.lattice
    ]


def confidence(read: Iterable[Read]) -> list[float]:
    """The probability of the best reading of each text that the model has read: that all of it is right."""
    return [round(exp(one.lattice.best(1)[0].logp), 3) for one in read if one.lattice]


def remembered(ranked: Iterable[Scored], past: Iterable[PastReading], *, number: int) -> list[PastReading]:
    """What the next queue is to know of the texts that round `number` has read, in their order."""
    history = {one.text_id: _before(one, number) for one in past}
    return [
        PastReading(one.text_id, (*history.get(one.text_id, ()), (number, round(one.entropy, 4)))) for one in ranked
    ]


def _before(one: PastReading, number: int) -> tuple[tuple[int, float], ...]:
    """Readings by earlier rounds only: the present one reads a text again when its queue runs low."""
    return tuple(read for read in one.entropies if read[0] < number)[-HISTORY:]


def answering_cost(store: Store, answers: Sequence[Answer]) -> CostModel:
    """How long the annotator of the last answer takes, by the times of their latest ones; the prior for few.

    Args:
        store: where the questions are.
        answers: that stand, oldest first.
    """
    last = answers[-1].annotator if answers else ""
    whole = [
        (answer, answer.question_id)
        for answer in answers
        if answer.annotator == last and answer.question_id and answer.complete and answer.verdict == "accept"
    ][-TIMED:]
    lengths = store.questions.lengths([question for _, question in whole])
    timed = [
        Timed(lengths[question], len(answer.shown), edits(answer.shown, answer.spans), answer.seconds)
        for answer, question in whole
    ]
    return fitted(timed)
