"""Builds the queue: scores candidates from the pool, ranks them, mixes the streams and publishes the questions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import ceil
from random import Random
from typing import TYPE_CHECKING

from loop.acquire.acquisition import get_acquisition
from loop.acquire.coldstart import SHORT_PASSAGE, most_matched, short_ones
from loop.acquire.diversity import diverse
from loop.acquire.queue import Pick, interleave, with_held_out
from loop.acquire.scored import Scored
from loop.acquire.sections import SECTION, fixed_section, section_around
from loop.base.other_pipeline import OtherPipeline
from loop.held_out import HeldOut
from loop.patterns.project_patterns import PatternsFile
from loop.progress.held_out_gold import held_out_now, reserved
from loop.records import NO_FOCUS, Answer, Focus, Passage, Question, Stream, Text
from loop.scoring.questions import Read, question, read_texts, uncertain_string
from loop.settings import ProjectPaths, Settings
from loop.store import Store, Wanted
from loop.trainer.candidates import (
    Candidates,
    answering_cost,
    best_probabilities,
    draw,
    likely_to_contain,
    remembered,
    scored_texts,
)
from loop.trainer.first_questions import first_places
from loop.trainer.known_passages import KnownPassages
from loop.trainer.label_questions import revisits
from loop.trainer.places import Place, random_places
from loop.trainer.repeat_questions import repeat_questions
from loop.trainer.rounds import Rounds
from loop.trainer.shared_questions import shared_questions
from loop.trainer.unread import soon_read

if TYPE_CHECKING:
    from spacy.language import Language

# The uncertainty of an untrained model is noise: up to this many answers it gradually replaces short texts.
COLD_START_ANSWERS = 100
# Share of questions with pattern matches at first; it fades over the same answers.
PATTERN_SHARE = 0.5
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
        self._examples = [example for note in settings.labels.values() for example in note.examples]
        self._laid_out: dict[Focus, tuple[int, int]] = {}
        self._patterns = PatternsFile(paths, settings)
        self._gold = reserved(settings, paths)
        self._other = other

    def serve(self, rounds: Rounds) -> bool:
        """Build the question about a text, or place, that an annotator requested; return False if there is none."""
        for wanted in self._store.requests.asked_for():
            place = self._chosen(rounds, wanted) if self._held_out().may_teach(wanted.text) else None
            if place is not None:
                answered = len(self._store.answers.training()) if self._other else 0
                (one,) = self._with_others([place.read], answered=answered)
                asked = question(one, stream="chosen", round=rounds.number, passage=place.passage)
                self._store.requests.serve(asked, wanted.place)
                return True
        return False

    def _chosen(self, rounds: Rounds, wanted: Wanted) -> Place | None:
        """What to ask about a chosen text: all or, if it is too long or known in part, what is around the place."""
        text, rng, before = wanted.text, Random(wanted.text.text), self._past(self._store.answers.standing())
        sections = before.sections([text], rng)
        if text.id in sections and wanted.place is not None:
            sections = {text.id: [section_around(text.text, wanted.place)]}
        read = (replace(one, known=before.known_in(one)) for one in self._read(rounds, [text], sections))
        near = [wanted.place] if wanted.place else None
        return next(iter(random_places(read, self._settings.acquire.longest, rng, near=near)), None)

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
        # More passages of a text may be left. The pool may also hold texts that cannot be asked: `draw` leaves them out
        # because of their group.
        whole = self._waiting(focus, annotators, whole=True)
        return pool > whole and (pool, waiting) != self._laid_out.get(focus)

    def refill(self, rounds: Rounds, focus: Focus = NO_FOCUS, annotators: Collection[str] = ()) -> None:
        """Score candidates with the current pipeline and publish a new queue.

        Args:
            rounds: the rounds, with the pipeline.
            focus: of the sessions that the queue is for.
            annotators: those whose sessions they are; nobody in particular if there are none.
        """
        settings, number, store = self._settings, rounds.number, self._store
        pool, since = store.corpus.pool_size(), store.journal.last_seq()
        rng = Random(f"{settings.queue_seed}:queue:{number}:{pool}")
        answers = store.answers.standing()
        answered = sum(answer.trains for answer in answers)
        past, before = store.questions.seen(), self._past(answers)
        drawn = draw(store, settings, past, rng, focus=focus, held_out=self._held_out())
        found = self._read_candidates(rounds, drawn, before, rng)
        sample = best_probabilities(found.fresh) if focus == NO_FOCUS else ()
        found = likely_to_contain(found, focus.label)
        cost, most = answering_cost(store, answers, annotators), self._passages_each(found)
        scored = scored_texts(
            (*found.fresh, *found.carried),
            past,
            number=number,
            cost=cost,
            settings=settings.acquire,
            label=focus.label,
            most=most,
        )
        ranked = self._ranked(scored, rng)
        # A model that learned from weak labels knows where it is uncertain before the first answer.
        began = COLD_START_ANSWERS if rounds.starts_weakly else answered
        picks = self._choose(rounds.learner.nlp, found, ranked, began, rng, most, focus)
        # Texts of a focused session are no random sample of the corpus, so none of them are held out.
        mixed = picks if focus.is_narrow else self._with_held_out(picks, found, answers)
        questions = self._questions(found, mixed, answered=answered, number=number)
        shared = shared_questions(store, annotators or store.annotators.active(), focus, n=settings.queue.size)
        questions = self._mixed(questions, shared, SHARED_QUESTIONS)
        if focus == NO_FOCUS:
            questions = self._mixed(questions, revisits(store, settings, rounds, rng), settings.queue.revisit_share)
            questions = [*repeat_questions(store, settings, rng, round=number), *questions]
        seen = past if focus != NO_FOCUS else remembered(ranked, past, number=number)
        store.questions.publish(questions, round=number, seen=seen, focus=focus, confidence=sample, since=since)
        self._laid_out[focus] = pool, self._waiting(focus, annotators)

    def _waiting(self, focus: Focus, annotators: Collection[str], *, whole: bool = False) -> int:
        """How many questions are left for the annotator who has the fewest."""
        return min(self._store.questions.waiting(focus, name, whole=whole) for name in annotators or (None,))

    def _past(self, answers: Sequence[Answer]) -> KnownPassages:
        """What has been asked about in passages; a yes or no to a span settles the passage of its question."""
        ids = [one.question_id for one in answers if one.question_id and not (one.complete or one.passage)]
        asked = self._store.questions.passages(ids)
        about = [replace(one, passage=one.passage or asked.get(one.question_id or "")) for one in answers]
        return KnownPassages(about, self._store.journal.schemes(), self._settings.project.labels)

    def _read_candidates(
        self, rounds: Rounds, drawn: Candidates[Text], before: KnownPassages, rng: Random
    ) -> Candidates[Read]:
        """Read the texts: of long ones, where texts are few, as many sections as fill a queue."""
        held = {text.id: [fixed_section(text.text)] for text in drawn.held_out if len(text.text) > SECTION}
        sections = before.sections([*drawn.fresh, *drawn.carried], rng, at_least=self._settings.queue.size) | held
        soon = partial(soon_read, rounds.learner.nlp, sections=sections)
        drawn = Candidates(*(tuple(soon(part)) for part in (drawn.fresh, drawn.carried, drawn.held_out)))
        read = self._read(rounds, [*drawn.fresh, *drawn.carried, *drawn.held_out], sections)
        read = [replace(one, known=before.known_in(one)) for one in read]
        fresh, carried = ({text.id for text in part} for part in (drawn.fresh, drawn.carried))
        return Candidates(
            tuple(one for one in read if one.text.id in fresh),
            tuple(one for one in read if one.text.id in carried),
            tuple(one for one in read if one.text.id not in fresh | carried),
        )

    def _read(self, rounds: Rounds, texts: Sequence[Text], sections: Mapping[int, Sequence[Passage]]) -> list[Read]:
        with rounds.learner.published() as nlp:
            matches = self._patterns.matches(nlp)
            return list(read_texts(nlp, texts, temperature=rounds.temperature, matches=matches, sections=sections))

    def _passages_each(self, found: Candidates[Read]) -> int:
        """How many passages of each text, or section, it takes to fill a queue."""
        return ceil(self._settings.queue.size / max(1, len(found.fresh) + len(found.carried)))

    def _questions(
        self, found: Candidates[Read], picks: Sequence[Pick], *, answered: int, number: int
    ) -> list[Question]:
        known = _by_place((*found.fresh, *found.carried, *found.held_out))
        # Held-out questions show no suggestions, so the other pipeline is not run on them.
        shown = dict.fromkeys(pick.shown for pick in picks if pick.stream != "held_out")
        known |= _by_place(self._with_others([known[each] for each in shown], answered=answered))
        return [question(known[one.shown], stream=one.stream, round=number, passage=one.passage) for one in picks]

    def _with_others(self, chosen: Sequence[Read], *, answered: int) -> list[Read]:
        """Add the predictions of the pipeline in [suggest] to the texts chosen for the queue."""
        if self._other is None or answered >= self._settings.suggest.until:
            return list(chosen)
        texts = {one.text.id: one.text for one in chosen}
        found = self._other(self._held_out().teaching(texts.values()))
        return [replace(one, others=found.get(one.text.id, ())) for one in chosen]

    def _held_out(self) -> HeldOut:
        return held_out_now(self._store, self._settings, self._gold)

    def _ranked(self, read: Sequence[Scored], rng: Random) -> list[Scored]:
        if self._settings.acquire.strategy == "random":
            return []
        return self._acquire(read, n=len(read), rng=rng)

    def _choose(
        self,
        nlp: Language,
        found: Candidates[Read],
        ranked: Sequence[Scored],
        answered: int,
        rng: Random,
        most: int,
        focus: Focus,
    ) -> list[Pick]:
        """Choose the questions of the queue, except the held-out ones."""
        size, share, longest = (
            self._settings.queue.size,
            self._settings.queue.random_share,
            self._settings.acquire.longest,
        )
        handing_over = max(0.0, 1 - answered / COLD_START_ANSWERS)
        stretch = SHORT_PASSAGE if handing_over else longest
        fresh, carried = (
            random_places(part, longest, rng, most=most, stretch=stretch) for part in (found.fresh, found.carried)
        )
        # Drawn first and from the random sample only, so that they represent the whole pool.
        shuffled = rng.sample(fresh, len(fresh))
        random = _at_random(shuffled, focus)
        kept = random[: round(size * share)]
        others = [place for place in (*fresh, *carried) if not any(map(place.pick("random").overlaps, kept))]
        matched = _picks((others[i] for i in most_matched([place.matches for place in others], n=size)), "pattern")
        chosen = random
        if self._settings.acquire.strategy != "random":
            known = _by_place((*found.fresh, *found.carried))
            places = (Place(known[one.text_id, one.section], one.passage) for one in ranked)
            uncertain = self._diverse(place for place in places if not any(map(place.pick("random").overlaps, kept)))
            short = short_ones([len(place.words) for place in shuffled])
            first = [shuffled[i] for i in short if i >= len(kept)]
            if self._examples and handing_over:
                first = first_places(nlp, others, n=size, examples=self._examples)
            chosen = interleave(uncertain, _picks(first, "short"), share=handing_over, size=size)
        chosen = interleave(chosen, matched, share=PATTERN_SHARE * handing_over, size=size)
        return interleave(chosen, random, share=share, size=size)

    def _diverse(self, places: Iterable[Place]) -> list[Pick]:
        chosen = diverse(
            places,
            n=self._settings.queue.size,
            words=lambda place: place.words,
            subject=lambda place: uncertain_string(place.read, place.passage),
        )
        return _picks(chosen, "uncertain")

    def _with_held_out(self, picks: Sequence[Pick], found: Candidates[Read], answers: Sequence[Answer]) -> list[Pick]:
        held_out = sum(answer.held_out for answer in answers)
        return with_held_out(
            picks,
            _picks((Place(one) for one in found.held_out), "held_out"),
            share=self._settings.held_out_share,
            answered=sum(answer.trains and answer.question_id is not None for answer in answers) + held_out,
            answered_held_out=held_out,
            size=self._settings.queue.size,
        )

    def _mixed(self, questions: Sequence[Question], others: Sequence[Question], share: float) -> list[Question]:
        return interleave(questions, others, share=share if others else 0.0, size=self._settings.queue.size)


def _picks(places: Iterable[Place], stream: Stream) -> list[Pick]:
    return [place.pick(stream) for place in places]


def _at_random(places: Iterable[Place], focus: Focus) -> list[Pick]:
    """Picks that say what they are a random sample of; a passage is drawn near a pattern's match, if there is one."""
    stream: Stream = "focused" if focus.is_narrow else "random"
    return [place.pick("pattern" if place.passage and place.read.matches else stream) for place in places]


def _by_place(read: Iterable[Read]) -> dict[tuple[int, int], Read]:
    return {(one.text.id, one.at): one for one in read}
