"""A simulated project: questions, the oracle's answers, rounds, and their scores."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np

from loop.editing import most_uncertain, possible_entities
from loop.former_names import attribute
from loop.intervals import Measure, Range, counts, measures
from loop.learning.evaluate import predicted_spans
from loop.oracle import Gold, Oracle
from loop.patterns.file import elements
from loop.project import begin_anew, open_store
from loop.records import Answer, Question
from loop.session import Session
from loop.session.new_answers import suggested
from loop.settings import ProjectPaths, Settings
from loop.simulate.effort import USUAL, Effort, Times, keys_to
from loop.simulate.naming_terms import PATTERN, name_terms
from loop.simulate.reviewing import Reviewing
from loop.store import NewText, Store
from loop.trainer import Trainer


@dataclass(frozen=True, slots=True)
class Scenario:
    """The behaviour of the oracle.

    Attributes:
        answers: how many it gives; fewer if the texts run out.
        mode: "teach" answers yes or no to one uncertain span, or corrects the text while nothing is uncertain.
        noise: the probability in [0, 1] that it gets an entity wrong.
        others: the same for further annotators, who answer by turns with the first.
        review: whether their differences are decided rightly, for the time that it takes, before each round.
        holds_out: whether the oracle is asked about held-out texts, too, as often as the project's settings say.
        lag: 0 waits for the questions of the last round; 1 answers those of the round before, like an annotator who
            does not wait.
        every: a row after this many answers, at the end of a round; 0 for every round.
        keys: whether to count keys, which is slow for long texts with many corrections.
        patterns: a file of match patterns that the project begins with.
        examples: how many examples of each label are named before the first answer, and `terms`: about how many terms
            of the texts are decided then; see `loop.simulate.naming_terms`.
        times: how long its answers take; the project fits its cost model to them.
        minutes: after how many modelled minutes it stops, if it has not given all answers; None for no limit.
    """

    answers: int = 200
    mode: Literal["correct", "teach"] = "correct"
    noise: float = 0.0
    lag: Literal[0, 1] = 0
    every: int = 0
    keys: bool = False
    patterns: Path | None = None
    examples: int = 0
    terms: int = 0
    times: Times = USUAL
    minutes: float | None = None
    others: tuple[float, ...] = ()
    review: bool = False
    holds_out: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """A simulation in a series.

    Attributes:
        save: a new folder for its last checkpoint; None to discard it.
    """

    settings: Settings
    scenario: Scenario
    save: Path | None = None

    @property
    def name(self) -> str:
        """The name of the run, unique in its series."""
        return f"{self.settings.acquire.strategy}-{self.scenario.mode}-seed{self.settings.project.seed}"


@dataclass(frozen=True, slots=True)
class Row:
    """The effort of the answers so far (see `Effort`), and the test scores of a model that learned them.

    Attributes:
        keys: None if not counted.
        p, r, f1: in percent, with 95% bootstrap intervals over the test texts, None if there are too few.
        labels: the same for each label.
    """

    answers: int
    tokens: int
    entities: int
    keys: int | None
    seconds: float
    p: float
    r: float
    f1: float
    p_interval: Range | None
    r_interval: Range | None
    f1_interval: Range | None
    labels: Mapping[str, Measure] = field(default_factory=dict)

    f = attribute("Row", "f", "f1")
    f_interval = attribute("Row", "f_interval", "f1_interval")


def simulate(
    paths: ProjectPaths, settings: Settings, gold: Gold, test: Gold, scenario: Scenario = Scenario()
) -> Iterator[Row]:
    """Let an oracle answer questions about the texts of `gold`; yield a row after each round, see `Scenario.every`.

    Remaining answers, too few for a round, are learned by a closing round and get a last row.

    Args:
        paths: an empty folder, or a new project, which stays.
        settings: of the project; `eval` is not needed.
        gold: the texts to ask about, with the spans that the oracle answers.
        test: texts that are never asked about, even if they are in `gold`.
        scenario: the oracle's behaviour.

    Raises:
        LoopError: as in a real session.
    """
    # `test` evaluates, and an oracle is consistent.
    held_out = settings.queue.held_out_share if scenario.holds_out else 0.0
    settings = replace(settings, queue=replace(settings.queue, held_out_share=held_out, repeat_share=0.0))
    if not paths.db.exists():
        begin_anew(paths)
    with open_store(paths) as store:
        asked = {text: spans for text, spans in gold.items() if text not in test}
        store.corpus.add_batch(map(NewText, asked), source="simulation")
        seconds = _begin(paths, settings, store, asked, scenario)
        trainer = Trainer(paths, settings, store)
        people = _people(paths, settings, store, gold, scenario)
        reviewing = Reviewing(paths, settings, store, gold, scenario.times) if scenario.review else None
        try:
            yield from _Play(people, trainer, test, settings, scenario, Effort(seconds=seconds), reviewing).rows()
        finally:
            trainer.close()
            for session, _ in people:
                session.close()


def _people(
    paths: ProjectPaths, settings: Settings, store: Store, gold: Gold, scenario: Scenario
) -> list[tuple[Session, Oracle]]:
    labels, seed = settings.project.labels, settings.project.seed
    people = []
    for n, noise in enumerate((scenario.noise, *scenario.others)):
        session = Session(paths, settings, store, annotator=f"oracle {n + 1}" if scenario.others else "oracle")
        session.mode = scenario.mode
        # Each makes mistakes of their own.
        people.append((session, Oracle(gold, labels=labels, noise=noise, seed=seed + 1000 * n)))
    return people


def _begin(paths: ProjectPaths, settings: Settings, store: Store, gold: Gold, scenario: Scenario) -> float:
    """What is said before the first answer: patterns, examples, terms; returns the modelled seconds."""
    seconds = 0.0
    if scenario.patterns is not None:
        file = paths.patterns(settings.project.patterns)
        shutil.copyfile(scenario.patterns, file)
        seconds = PATTERN * len(elements(file))
    named = name_terms(paths, settings, store, gold, examples=scenario.examples, terms=scenario.terms)
    return seconds + named


class _Play:
    def __init__(
        self,
        people: Sequence[tuple[Session, Oracle]],
        trainer: Trainer,
        test: Gold,
        settings: Settings,
        scenario: Scenario,
        effort: Effort,
        reviewing: Reviewing | None,
    ) -> None:
        self._people, self._trainer, self._reviewing = people, trainer, reviewing
        self._test, self._scenario = test, scenario
        self._labels, self._round = settings.project.labels, settings.update.round_size
        self._effort = effort

    def rows(self) -> Iterator[Row]:
        every = self._scenario.every or self._round
        reported = 0
        self._trainer.ask()
        # People need longer for their first answers than the trainer does for what can be learned without any.
        while (
            self._trainer.pretrain()
            or self._trainer.ask_pipeline()
            or self._trainer.note_weak_labels()
            or self._trainer.learn()
            or self._trainer.read_ahead()
        ):
            pass
        if self._trainer.rounds.number:
            self._trainer.ask()
            yield self._row()
        while not self._is_over() and (asked := self._next()):
            session, oracle, question = asked
            self._effort = self._effort.plus(question, self._answer(session, oracle, question))
            given = self._effort.answers
            if given % self._round == 0:
                self._round_ends()
                if given // every > reported // every:
                    reported = given
                    yield self._row()
        if self._effort.answers > reported:
            self._people[0][0].learn_now()
            while self._trainer.learn():
                pass
            yield self._row()

    def _is_over(self) -> bool:
        limit, effort = self._scenario.minutes, self._effort
        return effort.answers >= self._scenario.answers or (limit is not None and effort.seconds >= 60 * limit)

    def _next(self) -> tuple[Session, Oracle, Question] | None:
        """The next question of whose turn it is, or of who still has one; the queue is filled again if it ran out."""
        turn = self._effort.answers % len(self._people)
        for session, oracle in (*self._people[turn:], *self._people[:turn]):
            question = session.next()
            if question is None and self._trainer.ask():
                question = session.next()
            if question is not None:
                return session, oracle, question
        return None

    def _round_ends(self) -> None:
        """Train and prepare questions; with a lag in reverse order, so that the questions are a round older."""
        if self._reviewing is not None:
            self._effort = replace(self._effort, seconds=self._effort.seconds + self._reviewing.decide())
        if self._scenario.lag:
            self._trainer.ask()
        while self._trainer.learn():
            pass
        if not self._scenario.lag:
            self._trainer.ask()

    def _answer(self, session: Session, oracle: Oracle, question: Question) -> Answer:
        right, times = oracle.spans(question), self._scenario.times
        uncertain = most_uncertain(possible_entities(question)) if self._scenario.mode == "teach" else None
        if uncertain is None:
            keys = keys_to(question, right, self._labels) if self._scenario.keys else 0
            asked = question.passage
            return session.answer(
                question,
                "accept",
                right,
                seconds=times.seconds(question, right, shown=suggested(question, asked)),
                keys=keys,
                mode="correct",
                complete=not asked,
                passage=asked,
            )
        span, is_right = uncertain.span, uncertain.span in right
        return session.answer(
            question,
            "accept" if is_right else "reject",
            (span,) if is_right else (),
            seconds=times.seconds(question, (span,), shown=(span,)),
            keys=1,
            complete=False,
            shown=(span,),
            mode="teach",
        )

    def _row(self) -> Row:
        effort, scenario = self._effort, self._scenario
        with self._trainer.rounds.learner.published() as nlp:
            found = predicted_spans(nlp, list(self._test))
        table = counts(found, list(self._test.values()), self._labels)
        whole, *each = measures(np.concatenate([table.sum(axis=1, keepdims=True), table], axis=1))
        return Row(
            answers=effort.answers,
            tokens=effort.tokens,
            entities=effort.entities,
            keys=effort.keys if scenario.keys else None,
            seconds=round(effort.seconds, 1),
            p=whole.p,
            r=whole.r,
            f1=whole.f1,
            p_interval=whole.p_interval,
            r_interval=whole.r_interval,
            f1_interval=whole.f1_interval,
            labels=dict(zip(self._labels, each, strict=True)),
        )
