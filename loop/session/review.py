"""A session that goes through earlier answers, one by one, instead of asking new questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from loop.records import Answer, Question, Span
from loop.session.session import Session
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.store.events import EventKind


class Stop(NamedTuple):
    """An earlier answer to look at again, its question, and why, in words, and where in the text."""

    question: Question
    answer: Answer
    why: str
    place: Span | None = None


class Review(Session):
    """Every stop in turn; a change is a new answer in the place of the old one, whoever gave that.

    An answer that is left as it was is noted as looked at. Changes are learned once a trainer is at work again.

    Raises:
        StoreError: another session is open on the project.
    """

    def __init__(
        self,
        paths: ProjectPaths,
        settings: Settings,
        store: Store,
        *,
        stops: Sequence[Stop],
        annotator: str = "",
    ) -> None:
        super().__init__(paths, settings, store, annotator=annotator)
        self._stops = tuple(stops)
        self._stands = {stop.question.id: stop.answer for stop in stops}
        self._at = 0

    def next(self) -> Question | None:
        """The question of the stop in hand; None when all are done."""
        return self._stops[self._at].question if self._at < len(self._stops) else None

    def upcoming(self, question: Question) -> Question | None:  # noqa: ARG002  # nothing is made ready ahead
        """Nothing: an earlier answer is opened as it stands."""
        return None

    def answered(self, question: Question) -> Answer | None:
        """The answer to look at again, or what stands in its place by now."""
        return self._stands.get(question.id) or super().answered(question)

    def note(self, question: Question) -> str:
        """Why this answer is looked at again, and how many there are."""
        at = self._number(question)
        return "" if at is None else f"{at + 1} of {len(self._stops)}: {self._stops[at].why}"

    def place(self, question: Question) -> Span | None:
        """Where the first thing is that was found about this answer."""
        at = self._number(question)
        return None if at is None else self._stops[at].place

    @property
    def over(self) -> str:
        """What is said when all stops are done; empty before."""
        return (
            "" if self._at < len(self._stops) else f"All {len(self._stops)} are looked at, and every change is saved."
        )

    def answer(self, question: Question, *said: Any, **more: Any) -> Answer:
        """Commit what is said of the stop in hand, as any answer, and go on to the next one."""
        before = self.answered(question)
        given = super().answer(question, *said, **more)
        if given == before:
            self._looked_at(given)
        self._stands[question.id] = given
        self._go_on(question)
        return given

    def leave(self, question: Question) -> None:
        """Leave the answer as it was, and go on."""
        super().leave(question)
        if answer := self.answered(question):
            self._looked_at(answer)
        self._go_on(question)

    def reopen(self) -> tuple[Question, Answer] | None:
        """The stop before the one in hand; None at the first."""
        if self._at == 0:
            return None
        self._at -= 1
        question = self._stops[self._at].question
        return question, self._stands[question.id]

    def _looked_at(self, answer: Answer) -> None:
        self._store.journal.note(EventKind.LOOKED_AT, {"answer": answer.id})

    def _go_on(self, question: Question) -> None:
        at = self._number(question)
        self._at = self._at if at is None else at + 1

    def _number(self, question: Question) -> int | None:
        return next((n for n, stop in enumerate(self._stops) if stop.question.id == question.id), None)
