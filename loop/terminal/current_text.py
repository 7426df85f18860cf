"""The text in hand: how far it is edited, its draft, and what the one after it will be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from loop.editing import Snapshot, State, begin, from_draft, looking_at, resume, to_draft
from loop.errors import LoopError
from loop.records import Answer, Question
from loop.terminal.messages import ANSWERED, BEGINS_ANEW, BEGUN, NOTHING_DOUBTFUL
from loop.terminal.prepared_pages import Pages

if TYPE_CHECKING:
    from loop.session import Session


class Hand:
    """One text at a time.

    Attributes:
        question, state: the text in hand; None while there is none to ask.
        reopened: its answer so far, when it is an earlier text again.
        drawn: whether the text in hand has been on the screen; until then keys are dropped.
        around: the texts before and after it, in its group.
        pages: where pages come from.
        saved: whether the last draft could be kept. notice: what the message line says.
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
        """Take a text up, where its draft left it, or else as it was answered, or as it is asked."""
        draft = self.session.draft(question)
        page = self.pages.of(question, answer, draft)
        begun = from_draft(page, draft) if draft else None
        if draft and begun is None:
            page = self.pages.of(question, answer, None)
        fresh = begin(page)
        if answer is not None:
            said = answer.spans if answer.verdict == "accept" else None
            fresh = resume(page, said, flag=answer.flag, memo=answer.memo)
            fresh = looking_at(fresh, self.session.place(question))
        self.state = begun or fresh
        self.question, self.reopened, self.drawn = question, answer, False
        self.around = self.session.neighbours(question)
        self._kept = _edits(self.state)
        self._since = self._clock() - self.state.seconds
        if draft and begun is None:
            self.notice = BEGINS_ANEW
        elif page.mode != self.session.mode:
            words = BEGUN if begun else ANSWERED if answer else NOTHING_DOUBTFUL
            self.notice = words.format(mode=page.mode, asked=self.session.mode)

    def put_away(self) -> None:
        """Have nothing in hand."""
        self.question = self.state = self.reopened = None

    def following(self) -> Question | None:
        """The question after this one, to make its page while the annotator reads; None when there is no need."""
        return self.pages.following(self.question) if self.question is not None and self.drawn else None

    def seconds(self, state: State) -> float:
        """How long the text has been in hand, all sittings together."""
        return max(state.seconds, self._clock() - self._since)

    def save(self) -> None:
        """Keep the text in hand as a draft, if it was edited since it was kept last."""
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
        """Let the next `save` keep the text though nothing was edited: for where the cursor is."""
        self._kept = None


def _edits(state: State) -> tuple[Snapshot, int]:
    return state.now, len(state.past)
