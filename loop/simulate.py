"""Simulation: the real session, store and trainer, with an oracle in the annotator's place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from loop.ner.evaluate import evaluate
from loop.oracle import Oracle
from loop.records import Span
from loop.session import Session
from loop.settings import ProjectPaths, Settings
from loop.store import NewText, Store
from loop.trainer import Trainer

Gold = Mapping[str, Sequence[Span]]


@dataclass(frozen=True, slots=True)
class Row:
    """What a round brought: answers given and tokens read until then, and the scores on the test texts, in percent."""

    answers: int
    tokens: int
    p: float
    r: float
    f: float


def simulate(paths: ProjectPaths, settings: Settings, gold: Gold, test: Gold, *, answers: int) -> Iterator[Row]:
    """Let an oracle answer questions about the texts of `gold`, and yield a row after every round.

    Answers left over, too few for a round, have a row of their own; no model has learned from them.

    In lockstep: every question comes from the queue of the round before, as if the annotator had waited for it.

    Args:
        paths: an empty folder, in which the project stays.
        settings: of the project; `eval` is not needed.
        gold: the texts to ask about, with the spans that the oracle answers.
        test: texts that are never asked about.
        answers: how many to give; fewer when the texts run out.

    Raises:
        LoopError: whatever keeps a real session from working.
    """
    with Store(paths.db) as store:
        store.corpus.add_batch((NewText(text) for text in gold), source="simulation")
        session = Session(paths, settings, store, annotator="oracle")
        trainer = Trainer(paths, settings, store)
        try:
            yield from _play(session, trainer, Oracle(gold), test, settings, answers)
        finally:
            trainer.close()
            session.close()


def _play(
    session: Session, trainer: Trainer, oracle: Oracle, test: Gold, settings: Settings, answers: int
) -> Iterator[Row]:
    given = tokens = 0
    _finish(trainer)
    while given < answers and (question := session.next()):
        session.answer(question, "accept", oracle.spans(question), seconds=0.0, keys=0)
        given, tokens = given + 1, tokens + len(question.tokens)
        if given % settings.update.round_size == 0:
            _finish(trainer)
            yield _row(trainer, test, settings, given, tokens)
    if given % settings.update.round_size:
        yield _row(trainer, test, settings, given, tokens)


def _finish(trainer: Trainer) -> None:
    while trainer.work():
        pass


def _row(trainer: Trainer, test: Gold, settings: Settings, answers: int, tokens: int) -> Row:
    with trainer.rounds.learner.published() as nlp:
        scores = evaluate(nlp, test.items(), labels=settings.project.labels)
    return Row(answers, tokens, scores.p, scores.r, scores.f)
