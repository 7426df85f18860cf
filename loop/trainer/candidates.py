"""Samples the texts of the pool that a round scores, and keeps their scores for later rounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil, exp
from random import Random
from typing import Generic, TypeVar

from loop.acquire.cost import fitted_cost
from loop.acquire.passages import best_passages
from loop.acquire.queue import balanced
from loop.acquire.scored import Scored
from loop.held_out import HeldOut, Teaching
from loop.lattice import Expectation
from loop.overlap import lacking
from loop.records import NO_FOCUS, Answer, Focus, Text
from loop.scoring.questions import Read
from loop.settings import AcquireSettings, Settings
from loop.store import Store
from loop.store.publishing import PastEntropies
from loop.timing import CostModel, timed, tokens_read

# How many earlier rounds' entropies of a text are kept.
HISTORY = 3
# Lowest span probability for which a session focused on a label asks about a text.
LIKELY = 0.05
# Share of a small pool that a project with a `queue_seed` of its own chooses from.
OWN_SHARE = 1 / 4
# How many of an annotator's latest answers predict the time of the next: people get faster.
TIMED = 300


T = TypeVar("T", Text, Read)


@dataclass(frozen=True, slots=True)
class Candidates(Generic[T]):
    """Unanswered texts from which a queue is built, or what was read of them.

    Attributes:
        fresh: a random sample of the training pool.
        carried: the texts about which the previous queue's round was most uncertain.
        held_out: a random sample of the held-out texts.
    """

    fresh: tuple[T, ...]
    carried: tuple[T, ...] = ()
    held_out: tuple[T, ...] = ()


def draw(
    store: Store,
    settings: Settings,
    past: Iterable[PastEntropies],
    rng: Random,
    *,
    held_out: HeldOut,
    focus: Focus = NO_FOCUS,
) -> Candidates[Text]:
    """Draw candidates from the pool, in time independent of its size.

    A group never spans training and held-out texts, even if the split has changed or answers were imported: a text
    whose group has answers on the other side is not a candidate. Neither are texts of the gold file and of its groups.
    Texts that wait for further annotators are none, either. A text that teaches already, by answers about passages or
    by weak labels, is asked about for training even if the split would hold it out.
    """
    taught, groups = store.weak.taught()
    learned = groups | store.answers.taught()
    held_out = replace(held_out, begun=held_out.begun | taught)
    carried = int(settings.acquire.candidates * settings.acquire.carried_share)
    fresh = settings.acquire.candidates - carried
    if settings.queue_seed != settings.project.seed:
        # Another copy of the project may have the same model, which would choose the same of the same candidates.
        fresh = min(fresh, max(settings.queue.size, ceil(OWN_SHARE * store.corpus.pool_size())))
    waiting = lacking(store.answers.standing()).keys()
    unanswered = store.corpus.unanswered([one.text_id for one in past][: 2 * carried])
    before = held_out.teaching(text for text in unanswered if text.id not in waiting)
    near, far = _drawn(store, ceil(fresh / (1 - held_out.share)), rng, held_out, focus, waiting, learned)
    if focus.measure:
        return Candidates((), (), tuple(far))
    known = {text.id for text in near}
    again = [text for text in before if text.id not in known and focus.covers(text)]
    return Candidates(tuple(near[:fresh]), tuple(again[:carried]), tuple(far[: settings.queue.size]))


def _drawn(
    store: Store,
    n: int,
    rng: Random,
    held_out: HeldOut,
    focus: Focus,
    waiting: Collection[int],
    learned: frozenset[str],
) -> tuple[list[Teaching], list[Text]]:
    """Split `n` random texts into training and held-out ones; draw more if none of them may be asked about.

    No text of the groups in `learned` is held out.
    """
    while True:
        sample = store.corpus.sample_pool(n, rng, where=focus.where, batch=focus.batch)
        drawn = [text for text in sample if text.id not in waiting]
        far = [text for text in drawn if held_out.draws(text) and text.group not in learned]
        near = [] if focus.measure else held_out.teaching(drawn)
        if near or far or len(sample) < n:
            return near, _balanced(store, far)
        n *= 2


def _balanced(store: Store, far: Sequence[Text]) -> list[Text]:
    answered = store.corpus.texts(sorted({one.text_id for one in store.answers.evaluation() if one.says_something}))
    return balanced(far, sizes=store.corpus.batch_sizes(), answered=Counter(text.batch for text in answered))


def likely_to_contain(found: Candidates[Read], label: str) -> Candidates[Read]:
    """The candidates in which a label is likely or one of its patterns matches; all candidates if there are none."""

    def has(one: Read) -> bool:
        spans = one.lattice.spans(LIKELY) if one.lattice else []
        return any(span.label == label for span, _ in spans) or any(match.label == label for match in one.matches)

    if not label:
        return found
    fresh, carried = (tuple(filter(has, part)) for part in (found.fresh, found.carried))
    return Candidates(fresh, carried) if fresh or carried else found


def scored_texts(
    read: Iterable[Read],
    past: Iterable[PastEntropies],
    *,
    number: int,
    cost: CostModel,
    settings: AcquireSettings,
    label: str = "",
    most: int = 1,
) -> list[Scored]:
    """The input of the acquisition function: what was read, scored by round `number`, with up to `most` passages each.

    Texts that are known in part are asked about by passages only.
    """
    history = {one.text_id: _before(one, number) for one in past}
    found: list[Scored] = []
    for one in read:
        in_passages = settings.passages or one.section is not None or len(one.tokens) > settings.longest
        if one.lattice is None or (one.known and not in_passages):
            continue
        whole = Scored(
            text_id=one.text.id,
            section=one.at,
            tokens=len(one.tokens),
            entropy=one.lattice.entropy,
            expect=one.lattice.expected,
            history=tuple(entropy for _, entropy in history.get(one.text.id, ())),
            cost=cost,
        )
        found += _in_passages(whole, one, settings, label, most) if in_passages else [whole]
    return found


def _in_passages(whole: Scored, read: Read, settings: AcquireSettings, label: str, most: int) -> list[Scored]:
    assert read.lattice is not None
    n, longest = whole.tokens, settings.longest
    best = best_passages(read.lattice, n, whole.cost, longest=longest, known=read.known, label=label, most=most)
    return [_in_passage(whole, *one) for one in best]


def _in_passage(whole: Scored, passage: tuple[int, int], expected: Expectation) -> Scored:
    length = passage[1] - passage[0]
    if length == whole.tokens:
        return whole
    return replace(whole, tokens=length, around=whole.tokens - length, passage=passage, expect=lambda: expected)


def best_probabilities(read: Iterable[Read]) -> list[float]:
    """The probability of the best analysis of each scored text, that is, that it has no error."""
    return [round(exp(one.lattice.best(1)[0].logp), 3) for one in read if one.lattice]


def remembered(ranked: Iterable[Scored], past: Iterable[PastEntropies], *, number: int) -> list[PastEntropies]:
    """The entropies to keep for the next queue, for the texts scored by round `number`, in order."""
    history = {one.text_id: _before(one, number) for one in past}
    highest: dict[int, Scored] = {}
    for one in ranked:
        highest.setdefault(one.text_id, one)
    return [
        PastEntropies(id_, (*history.get(id_, ()), (number, round(one.entropy, 4)))) for id_, one in highest.items()
    ]


def _before(one: PastEntropies, number: int) -> tuple[tuple[int, float], ...]:
    """The entropies of earlier rounds only: a round scores a text twice if its queue runs low."""
    return tuple(read for read in one.entropies if read[0] < number)[-HISTORY:]


def answering_cost(store: Store, answers: Sequence[Answer], annotators: Collection[str] = ()) -> CostModel:
    """Fit the cost model of these annotators, or of who gave the last answer; the prior if they gave too few.

    Args:
        store: the store, with the questions.
        answers: standing answers, by rank.
        annotators: those whom the questions are for.
    """
    answers = [answer for answer in answers if not answer.adjudicates]
    last = max(answers, key=lambda answer: answer.seq).annotator if answers else ""
    whole = [
        (answer, answer.question_id)
        for answer in answers
        if answer.annotator in (annotators or (last,)) and answer.question_id and answer.verdict == "accept"
        if answer.complete or answer.passage
    ][-TIMED:]
    tokens = store.questions.tokens([question for _, question in whole])
    return fitted_cost(
        [timed(answer, tokens=tokens_read(tokens[question], answer.passage)) for answer, question in whole]
    )
