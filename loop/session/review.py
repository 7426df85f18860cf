"""A session that reviews earlier answers one by one instead of asking new questions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from loop.records import Answer, Question, Span
from loop.session.session import Session
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.store.events import EventKind


class Stop(NamedTuple):
    """A question to review with its earlier answer, if any, the reason in words, and the place in the text."""

    question: Question
    answer: Answer | None
    why: str
    place: Span | None = None


class Review(Session):
    """A review of the stops in order; a changed answer replaces the old one, whoever gave it.

    An answer left unchanged is recorded as reviewed. The next trainer learns the changes.

    Raises:
        StoreError: this annotator has another session open on the project.
    """

    asks = False

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
        """The question of the current stop; None after the last one."""
        return self._stops[self._at].question if self._at < len(self._stops) else None

    def upcoming(self, question: Question) -> Question | None:  # noqa: ARG002  # nothing is prepared ahead
        """None: earlier answers are not prepared ahead."""
        return None

    def answered(self, question: Question) -> Answer | None:
        """The answer under review, or the one that has replaced it."""
        return self._stands.get(question.id) or super().answered(question)

    def note(self, question: Question) -> str:
        """The stop's number and why its answer is reviewed."""
        at = self._number(question)
        return "" if at is None else f"{at + 1} of {len(self._stops)}: {self._stops[at].why}"

    def place(self, question: Question) -> Span | None:
        """The place of the first finding about this answer."""
        at = self._number(question)
        return None if at is None else self._stops[at].place

    @property
    def goal_reached(self) -> str:
        """The sentence shown after the last stop; empty before."""
        return "" if self._at < len(self._stops) else f"All reviewed ({len(self._stops)}); every change is saved."

    def answer(self, question: Question, *said: Any, **more: Any) -> Answer:
        """Commit the answer to the current stop and go to the next one."""
        before = self.answered(question)
        given = super().answer(question, *said, **more)
        if given == before:
            self._looked_at(given)
        self._stands[question.id] = given
        self._go_on(question)
        return given

    def leave(self, question: Question) -> None:
        """Leave the answer unchanged and go to the next stop."""
        super().leave(question)
        if answer := self.answered(question):
            self._looked_at(answer)
        self._go_on(question)

    def reopen(self) -> tuple[Question, Answer | None] | None:
        """The previous stop; None at the first."""
        if self._at == 0:
            return None
        self._at -= 1
        question = self._stops[self._at].question
        return question, self.answered(question)

    def _looked_at(self, answer: Answer) -> None:
        self._store.journal.note(EventKind.LOOKED_AT, {"answer": answer.id})

    def _go_on(self, question: Question) -> None:
        at = self._number(question)
        self._at = self._at if at is None else at + 1

    def _number(self, question: Question) -> int | None:
        return next((n for n, stop in enumerate(self._stops) if stop.question.id == question.id), None)
