"""Builds the queue: scores candidates from the pool, ranks them, mixes the streams and publishes the questions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from random import Random

from loop.acquire.acquisition import get_acquisition
from loop.acquire.coldstart import most_matched, most_typical
from loop.acquire.diversity import diverse
from loop.acquire.queue import Pick, interleave, with_held_out
from loop.acquire.scored import Scored
from loop.acquire.sections import SECTION, fixed_section
from loop.base.other_pipeline import OtherPipeline
from loop.held_out import HeldOut
from loop.patterns.project_patterns import PatternsFile
from loop.progress.held_out_gold import held_out_now, reserved
from loop.records import NO_FOCUS, Answer, Focus, Passage, Question, Stream
from loop.scoring.questions import Read, estimated, question, read_texts, uncertain_string
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.trainer.candidates import (
    Candidates,
    answering_cost,
    best_probabilities,
    draw,
    likely_to_contain,
    remembered,
    scored_texts,
)
from loop.trainer.known_passages import KnownPassages, stretches
from loop.trainer.label_questions import revisits
from loop.trainer.repeat_questions import repeat_questions
from loop.trainer.rounds import Rounds
from loop.trainer.shared_questions import shared_questions

# The uncertainty of an untrained model is noise: up to this many answers it gradually replaces typical texts.
COLD_START_ANSWERS = 100
# Share of questions with pattern matches at first; it fades over the same answers.
PATTERN_SHARE = 0.5
# Share of random texts among the typical ones of the cold start, once there is a model.
RANDOM_EARLY = 0.5
# Share of questions that others have answered and that need another annotator.
SHARED_QUESTIONS = 0.25
# A queue is rebuilt when less than this share of it is left, even without a new round.
LOW_QUEUE = 1 / 3


class NextQuestions:
    """Builds the queue of a project.

    Args:
        paths: the project's paths.
        settings: the project's settings.
        store: the project's store.
        other: the pipeline in [suggest], if there is one.

    Raises:
        SettingsError: the strategy in loop.cfg is not an acquisition function.
    """

    def __init__(
        self, paths: ProjectPaths, settings: Settings, store: Store, other: OtherPipeline | None = None
    ) -> None:
        self._paths = paths
        self._settings = settings
        self._store = store
        self._acquire = get_acquisition(settings.acquire.strategy)
        self._laid_out: dict[Focus, tuple[int, int]] = {}
        self._patterns = PatternsFile(paths, settings)
        self._gold = reserved(settings, paths)
        self._other = other

    def serve(self, rounds: Rounds) -> bool:
        """Build the question about the text that the annotator requested; return False if there is none."""
        text = self._store.requests.asked_for()
        if text is None or not self._held_out().may_teach(text):
            return False
        with rounds.learner.published() as nlp:
            matches, answers = self._patterns.matches(nlp), self._store.answers.standing()
            sections = self._past(answers).sections([text], Random(text.text))
            (one,) = read_texts(nlp, [text], temperature=rounds.temperature, matches=matches, sections=sections)
        (one,) = self._with_others([one], answered=len(self._store.answers.training()) if self._other else 0)
        self._store.requests.serve(question(one, stream="chosen", round=rounds.number))
        return True

    @property
    def has_new_patterns(self) -> bool:
        """Whether the patterns have changed: they are shown at once, before a round learns from them."""
        return self._patterns.changed

    def is_stale(self, round: int, focus: Focus = NO_FOCUS, annotators: Collection[str] = ()) -> bool:
        """Whether a queue has another round or other patterns, or runs low for somebody while texts are left."""
        if self._store.questions.queue_round(focus) != round or self.has_new_patterns:
            return True
        waiting = self._waiting(focus, annotators)
        full = min(self._settings.queue.size, self._settings.acquire.candidates)
        if waiting >= full * LOW_QUEUE:
            return False
        pool = self._store.corpus.pool_size()
        # The pool may hold texts that cannot be asked: `draw` leaves them out because of their group.
        return pool > waiting and (pool, waiting) != self._laid_out.get(focus)

    def refill(self, rounds: Rounds, focus: Focus = NO_FOCUS, annotators: Collection[str] = ()) -> None:
        """Score candidates with the current pipeline and publish a new queue.

        Args:
            rounds: the rounds, with the pipeline.
            focus: of the sessions that the queue is for.
            annotators: those whose sessions they are; nobody in particular if there are none.
        """
        settings, number = self._settings, rounds.number
        pool = self._store.corpus.pool_size()
        rng = Random(f"{settings.project.seed}:queue:{number}:{pool}")
        answers = self._store.answers.standing()
        answered = sum(answer.trains for answer in answers)
        past = self._store.questions.seen()
        before = self._past(answers)
        drawn = draw(self._store, settings, past, rng, focus=focus, held_out=self._held_out(), asked_about=before.texts)
        known = self._read(rounds, drawn, before.sections([*drawn.fresh, *drawn.carried], rng))
        if focus == NO_FOCUS:
            self._store.journal.set_estimate(number, estimated([known[text.id] for text in drawn.fresh]))
        drawn = likely_to_contain(drawn, known, focus.label)
        asked_about = [known[text.id] for text in (*drawn.fresh, *drawn.carried)]
        cost = answering_cost(self._store, answers, annotators)
        scored = scored_texts(
            asked_about, past, number=number, cost=cost, settings=settings.acquire, answered=before, label=focus.label
        )
        ranked = self._ranked(scored, rng)
        # A model that learned from weak labels knows where it is uncertain before the first answer.
        began = COLD_START_ANSWERS if rounds.starts_weakly else answered
        parts = stretches(asked_about, before, settings.acquire.longest, rng)
        closed = {id_ for id_, part in parts.items() if part is None}
        picks = self._choose(drawn, known, ranked, began, rng, closed)
        # Texts of a focused session are no random sample of the corpus, so none of them are held out.
        mixed = picks if focus.label or focus.where else self._with_held_out(picks, drawn, answers)
        # Held-out questions show no suggestions, so the other pipeline is not run on them.
        shown = [known[pick.text_id] for pick in mixed if pick.stream != "held_out"]
        known |= {one.text.id: one for one in self._with_others(shown, answered=answered)}
        uncertain = {one.text_id: one.passage for one in ranked}
        asked_in = {"uncertain": uncertain, "held_out": {}}  # a section that is held out is evaluated as a whole
        questions = [
            question(
                known[pick.text_id],
                stream=pick.stream,
                round=number,
                passage=asked_in.get(pick.stream, parts).get(pick.text_id),
            )
            for pick in mixed
        ]
        names = annotators or self._store.annotators.active()
        shared = shared_questions(self._store, names, focus, n=settings.queue.size)
        questions = self._mixed(questions, shared, SHARED_QUESTIONS)
        if focus == NO_FOCUS:
            again = revisits(self._store, settings, rounds, rng)
            questions = self._mixed(questions, again, settings.queue.revisit_share)
            questions = [*repeat_questions(self._store, settings, rng, round=number), *questions]
        seen = past if focus != NO_FOCUS else remembered(ranked, past, number=number)
        sample = best_probabilities(known[text.id] for text in drawn.fresh) if focus == NO_FOCUS else ()
        self._store.questions.publish(questions, round=number, seen=seen, focus=focus, confidence=sample)
        self._laid_out[focus] = pool, self._waiting(focus, annotators)

    def _waiting(self, focus: Focus, annotators: Collection[str]) -> int:
        """How many questions are left for the annotator who has the fewest."""
        return min(self._store.questions.waiting(focus, name) for name in annotators or (None,))

    def _past(self, answers: Sequence[Answer]) -> KnownPassages:
        return KnownPassages(answers, self._store.journal.schemes(), self._settings.project.labels)

    def _read(self, rounds: Rounds, drawn: Candidates, sections: Mapping[int, Passage]) -> dict[int, Read]:
        held = ((text.id, fixed_section(text.text)) for text in drawn.held_out if len(text.text) > SECTION)
        sections = {**sections, **dict(held)}
        with rounds.learner.published() as nlp:
            matches = self._patterns.matches(nlp)
            texts = [*drawn.fresh, *drawn.carried, *drawn.held_out]
            read = read_texts(nlp, texts, temperature=rounds.temperature, matches=matches, sections=sections)
            return {one.text.id: one for one in read}

    def _with_others(self, chosen: Sequence[Read], *, answered: int) -> list[Read]:
        """Add the predictions of the pipeline in [suggest] to the texts chosen for the queue."""
        if self._other is None or answered >= self._settings.suggest.until:
            return list(chosen)
        found = self._other(self._held_out().teaching(one.text for one in chosen))
        return [replace(one, others=found.get(one.text.id, ())) for one in chosen]

    def _held_out(self) -> HeldOut:
        return held_out_now(self._store, self._settings, self._gold)

    def _ranked(self, read: Sequence[Scored], rng: Random) -> list[Scored]:
        if self._settings.acquire.strategy == "random":
            return []
        return self._acquire(read, n=len(read), rng=rng)

    def _choose(
        self,
        drawn: Candidates,
        known: Mapping[int, Read],
        ranked: Sequence[Scored],
        answered: int,
        rng: Random,
        closed: Collection[int],
    ) -> list[Pick]:
        """Choose the questions of the queue, except the held-out ones; in `closed` texts only what is uncertain."""
        size, share = self._settings.queue.size, self._settings.queue.random_share
        # Drawn first and from the random sample only, so that they represent the whole pool.
        fresh = [text.id for text in drawn.fresh if text.id not in closed]
        random = _picks(rng.sample(fresh, len(fresh)), "random")
        kept = {pick.text_id for pick in random[: round(size * share)]}
        others = [known[text.id] for text in (*drawn.fresh, *drawn.carried) if text.id not in kept.union(closed)]
        handing_over = max(0.0, 1 - answered / COLD_START_ANSWERS)
        matched = _picks((others[i].text.id for i in most_matched(_matched_strings(others), n=size)), "pattern")
        chosen = random
        if self._settings.acquire.strategy != "random":
            uncertain = self._diverse([one for one in ranked if one.text_id not in kept], known)
            early = self._early(others, random[len(kept) :]) if handing_over else []
            chosen = interleave(uncertain, early, share=handing_over, size=size)
        chosen = interleave(chosen, matched, share=PATTERN_SHARE * handing_over, size=size)
        return interleave(chosen, random, share=share, size=size)

    def _diverse(self, ranked: Sequence[Scored], known: Mapping[int, Read]) -> list[Pick]:
        chosen = diverse(
            ranked,
            n=self._settings.queue.size,
            words=lambda one: known[one.text_id].words,
            subject=lambda one: uncertain_string(known[one.text_id]),
        )
        return _picks((one.text_id for one in chosen), "uncertain")

    def _early(self, read: Sequence[Read], random: Sequence[Pick]) -> list[Pick]:
        """Typical texts, mixed with random ones once there is a model: these contain what typical texts lack."""
        size = self._settings.queue.size
        typical = _picks((read[i].text.id for i in most_typical([one.words for one in read], n=size)), "typical")
        learned = any(one.lattice for one in read)
        return interleave(typical, random, share=RANDOM_EARLY if learned else 0.0, size=size)

    def _with_held_out(self, picks: Sequence[Pick], drawn: Candidates, answers: Sequence[Answer]) -> list[Pick]:
        held_out = sum(answer.held_out for answer in answers)
        return with_held_out(
            picks,
            _picks((text.id for text in drawn.held_out), "held_out"),
            share=self._settings.held_out_share,
            answered=sum(answer.trains and answer.question_id is not None for answer in answers) + held_out,
            answered_held_out=held_out,
            size=self._settings.queue.size,
        )

    def _mixed(self, questions: Sequence[Question], others: Sequence[Question], share: float) -> list[Question]:
        by_text = {one.text.id: one for one in (*questions, *others)}
        first, second = ([Pick(one.text.id, one.stream) for one in part] for part in (questions, others))
        mixed = interleave(first, second, share=share if others else 0.0, size=self._settings.queue.size)
        return [by_text[pick.text_id] for pick in mixed]


def _picks(ids: Iterable[int], stream: Stream) -> list[Pick]:
    return [Pick(id_, stream) for id_ in ids]


def _matched_strings(candidates: Iterable[Read]) -> list[list[str]]:
    return [[one.text.text[match.start : match.end] for match in one.matches] for one in candidates]
