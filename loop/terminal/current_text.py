"""The current text: its editing state, its draft, and the question that follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from loop.editing import Page, Snapshot, State, begin, from_draft, looking_at, resume, to_draft
from loop.errors import LoopError
from loop.records import Answer, Question
from loop.terminal.messages import ANSWERED, BEGINS_ANEW, BEGUN, NOTHING_DOUBTFUL
from loop.terminal.prepared_pages import Pages

if TYPE_CHECKING:
    from loop.session import Session


ROW = 500  # characters: more than a row holds


class Hand:
    """The text being annotated.

    Attributes:
        question, state: of the current text; None while there is no question.
        reopened: its earlier answer, if it was reopened.
        drawn: whether the screen has shown the text; until then keys are dropped.
        around: the texts before and after it in its group.
        pages: makes the pages.
        saved: whether the last draft could be saved. notice: the text of the message line.
    """

    def __init__(self, session: Session, clock: Callable[[], float]) -> None:
        self.session, self._clock = session, clock
        self.question: Question | None = None
        self.state: State | None = None
        self.reopened: Answer | None = None
        self.drawn = False
        self.around = ("", "")
        self.saved = True
        self.notice = ""
        self._kept: tuple[Snapshot, int] | None = None
        self.pages = Pages(session)
        self._since = clock()

    def show(self, question: Question, answer: Answer | None) -> None:
        """Open a text: from its draft if it has one, else from its answer, else as a new question."""
        draft = self.session.draft(question)
        page = self.pages.of(question, answer, draft)
        begun = from_draft(page, draft) if draft else None
        if draft and begun is None:
            page = self.pages.of(question, answer, None)
        fresh = begin(page)
        if answer is not None:
            said = answer.spans if answer.verdict == "accept" else None
            fresh = resume(page, said, flag=answer.flag, memo=answer.memo)
        self.state = begun or looking_at(fresh, self.session.place(question))
        self.question, self.reopened, self.drawn = question, answer, False
        self.around = _rest_of_document(question, page) or self.session.neighbours(question)
        self._kept = _edits(self.state)
        self._since = self._clock() - self.state.seconds
        if draft and begun is None:
            self.notice = BEGINS_ANEW
        elif page.mode != self.session.mode:
            words = BEGUN if begun else ANSWERED if answer else NOTHING_DOUBTFUL
            self.notice = words.format(mode=page.mode, asked=self.session.mode)

    def put_away(self) -> None:
        """Close the current text."""
        self.question = self.state = self.reopened = None

    def following(self) -> Question | None:
        """The question that follows, to prepare its page meanwhile; None if there is nothing to prepare."""
        return self.pages.following(self.question) if self.question is not None and self.drawn else None

    def seconds(self, state: State) -> float:
        """How many seconds the text has been open, over all sessions."""
        return max(state.seconds, self._clock() - self._since)

    def save(self) -> None:
        """Save the current text as a draft if it was edited since the last save."""
        if self.question is None or self.state is None or _edits(self.state) == self._kept:
            return
        timed = replace(self.state, seconds=self.seconds(self.state))
        try:
            self.session.save_draft(self.question, to_draft(timed))
        except LoopError as error:
            self.saved, self.notice = False, f"{error} {error.hint}".strip()
        else:
            self.saved, self._kept = True, _edits(self.state)

    def keep_again(self) -> None:
        """Let the next `save` write the draft even without an edit, to store the cursor."""
        self._kept = None


def _rest_of_document(question: Question, page: Page) -> tuple[str, str] | None:
    """What is before and after the part of a long document that is shown, as far as a row can show it."""
    if not page.is_excerpt:
        return None
    text, end = question.text.text, page.offset + len(page.text)
    return text[max(0, page.offset - ROW) : page.offset], text[end : end + ROW]


def _edits(state: State) -> tuple[Snapshot, int]:
    return state.now, len(state.past)
