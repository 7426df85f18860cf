"""Makes pages of questions, the next one ahead of time while the annotator reads."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from loop.editing import Page, begin, left_out, mode_of, page_of
from loop.errors import LatticeError, LoopError
from loop.records import Answer, Mode, Question
from loop.suggest import LatticeSuggester, suggester_of

if TYPE_CHECKING:
    from loop.session import Session


class Pages:
    """Makes pages for one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ahead: tuple[str, Mode, Page] | None = None

    def of(self, question: Question, answer: Answer | None, draft: str | None) -> Page:
        """Return the page of a question, in the mode of its draft or answer, otherwise the session's."""
        mode = self._mode(answer, draft)
        made = self._ahead  # read once: another thread may replace it
        if answer is None and made is not None and made[:2] == (question.id, mode):
            return made[2]
        return self._make(question, mode, answer)

    def _mode(self, answer: Answer | None, draft: str | None) -> Mode:
        if draft is not None:
            return mode_of(draft)
        if answer is None or self._session.versions:
            return self._session.mode
        return "correct" if answer.mode == "import" else answer.mode

    def _make(self, question: Question, mode: Mode, answer: Answer | None) -> Page:
        page = page_of(
            _as_answered(question, answer),
            self._session.labels,
            mode=mode,
            suggester=suggester_of(question),
            label=self._session.focus.label,
            asked_before=answer.shown if answer is not None and answer.mode == "teach" else (),
        )
        return self._session.with_versions(question, page)

    def following(self, question: Question) -> Question | None:
        """Return the question after this one; None if there is none or its page is ready."""
        try:
            found = self._session.upcoming(question)
        except LoopError:
            return None  # reported when the text is answered
        made = self._ahead is not None and found is not None and self._ahead[:2] == (found.id, self._session.mode)
        return None if made else found

    def make_ahead(self, question: Question) -> Page:
        """Make and keep the page of an upcoming question; callable from any thread."""
        mode = self._session.mode
        page = self._make(question, mode, None)
        self._ahead = question.id, mode, page
        return page


def _as_answered(question: Question, answer: Answer | None) -> Question:
    """The question about what was answered: another passage than was asked about, if it was widened or narrowed."""
    if answer is None or answer.verdict != "accept" or answer.mode == "teach":
        return question
    return replace(question, passage=answer.passage)


def get_ready(page: Page) -> None:
    """Compute and cache what drawing and editing a page will need; callable from any thread."""
    left_out(begin(page))
    if isinstance(page.suggester, LatticeSuggester):
        with suppress(LatticeError):  # raised again when the page is used
            page.suggester.prepare()
