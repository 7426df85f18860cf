"""The pages of questions, the next of which is made ready while the annotator reads this one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from loop.editing import Page, begin, left_out, mode_of, page_of
from loop.errors import LatticeError, LoopError
from loop.records import Answer, Candidate, Mode, Question
from loop.suggest import LatticeSuggester, suggester_of

if TYPE_CHECKING:
    from loop.session import Session


class Pages:
    """Makes pages for one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ahead: tuple[str, Mode, Page] | None = None

    def of(self, question: Question, answer: Answer | None, draft: str | None) -> Page:
        """Return the page of a question, in the mode it was begun or answered in, otherwise the session's."""
        mode = self._mode(answer, draft)
        if answer is None and self._ahead is not None and self._ahead[:2] == (question.id, mode):
            return self._ahead[2]
        return self._make(question, mode, answer)

    def _mode(self, answer: Answer | None, draft: str | None) -> Mode:
        if draft is not None:
            return mode_of(draft)
        if answer is None:
            return self._session.mode
        return "correct" if answer.mode == "import" else answer.mode

    def _make(self, question: Question, mode: Mode, answer: Answer | None) -> Page:
        about = self._about(answer) if mode == "teach" else None
        return page_of(question, self._session.labels, mode=mode, suggester=suggester_of(question), about=about)

    def _about(self, answer: Answer | None) -> Callable[[Candidate], bool] | None:
        """Which candidates teach mode asks about: the one it asked about before, or those of the session's label."""
        if answer is not None and answer.mode == "teach":
            return lambda candidate: candidate.span in answer.shown
        label = self._session.focus.label
        return (lambda candidate: candidate.span.label == label) if label else None

    def prepare(self, question: Question, page: Page) -> Page | None:
        """Get ready what comes after a question and its page; None when there is nothing to do."""
        _unpack(page)
        try:
            following = self._session.upcoming(question)
        except LoopError:
            return None  # there is time to say so when the text is answered
        mode = self._session.mode
        if following is None or (self._ahead is not None and self._ahead[:2] == (following.id, mode)):
            return None
        made = self._make(following, mode, None)
        left_out(begin(made))  # they are kept until they are drawn
        _unpack(made)
        self._ahead = following.id, mode, made
        return made


def _unpack(page: Page) -> None:
    if isinstance(page.suggester, LatticeSuggester):
        with suppress(LatticeError):  # it says so when it is asked
            page.suggester.prepare()
