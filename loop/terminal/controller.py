"""The controller: passes keys to the editor and answers to the session. No drawing."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from time import monotonic
from typing import TYPE_CHECKING, Literal

from loop.editing import Intent, Keymap, Range, State, act, looking_at, press
from loop.errors import LoopError
from loop.records import Answer, Mode, Question, Span, Verdict
from loop.store import Past
from loop.terminal.current_text import Hand
from loop.terminal.excerpt import matches_in, place_in
from loop.terminal.finder import Finder, history, pool
from loop.terminal.messages import MODES, MOUSE_IS_OFF, MOUSE_IS_ON, RETRACTED, WHAT_MODES_ARE
from loop.terminal.new_pattern import add_pattern
from loop.terminal.palette import Action, AnyFinder, counted, palette, waiting

if TYPE_CHECKING:
    from loop.session import Session

View = Literal["text", "help", "guidelines", "progress", "find"]

SCROLL = {"up": -1, "k": -1, "down": 1, "j": 1, "home": -(10**6)}
PAGES = {"pageup": -1, "pagedown": 1, "space": 1}
TYPING = ("name", "find", "memo", "note")
RECENT = 20  # answers behind pace and acceptance rate: about the last five minutes


class Controller(Hand):
    """Handles keys and the current text.

    Attributes:
        status, last: as the session last reported them.
        mouse: whether the terminal reports the mouse instead of selecting text for copying.
        finder: the open list while the view is "find".
        view: the text, or a page over it, scrolled to line `top` and `page` lines high.
        recent: the last answers since the start of the program that say something, each text once.
        panel: the lines of the view "progress"; empty until they are read.
        left_out: how many texts were left out, by reason; set while there is no question.
        uses: how often each command was used, in this session and earlier ones.
        done: whether the annotator wants to quit. suspended: whether they want to go back to the shell meanwhile.
    """

    def __init__(
        self, session: Session, keys: Keymap, *, mouse: bool = True, clock: Callable[[], float] = monotonic
    ) -> None:
        super().__init__(session, clock)
        self.keys, self.mouse = keys, mouse
        self.view: View = "text"
        self.finder: AnyFinder | None = None
        self.top, self.page = 0, 10
        self.uses = Counter(session.uses())
        self.done = self.suspended = False
        self.recent: deque[tuple[Question, Answer]] = deque(maxlen=RECENT)
        self.left_out: Mapping[str, int] = {}
        self.panel: Sequence[str] = ()
        self.status = session.status()
        self.last = self.status.last
        self._take_next()

    def press(self, key: str) -> None:
        """Handle a key. A session error appears on the message line, and nothing is lost."""
        self._try(lambda: self._press(key))

    def command(self, name: str) -> None:
        """Run a command, even one without a key; otherwise like `press`."""
        if self.state is None or self.question is None:
            self._try(lambda: self._wait(name))
        else:
            self.do(lambda state: act(state, name))

    def turn(self, way: Literal["up", "down"]) -> None:
        """Handle a turn of the mouse wheel; ignored while typing at a prompt."""
        if self.finder is not None or self.view != "text":
            self.press(way)
        elif self.state is not None and self.state.stance in ("edit", "select"):
            self.command(way)

    def do(self, what: Callable[[State], State]) -> None:
        """Apply one edit that has no key; otherwise like `press`."""
        self._try(lambda: self._do(what))

    def _try(self, what: Callable[[], None]) -> None:
        self.notice = ""
        try:
            what()
        except LoopError as error:
            self.notice = f"{error} {error.hint}".strip()

    def _press(self, key: str) -> None:
        if self.finder is not None:
            self._find(self.finder, key)
        elif self.view != "text":
            self._read(key)
        elif self.state is None or self.question is None:
            self._wait(self.keys.commands.get(key, ""))
        elif self.drawn:
            self.uses.update(counted(key, self.state, self.keys))
            self.state = press(self.state, key, self.keys)
            if self.state.intent is not None:
                self._follow(self.question, self.state, self.state.intent)

    def _do(self, what: Callable[[State], State]) -> None:
        if self.state is None or self.question is None:
            return
        after = what(replace(self.state, message="", intent=None, keys=self.state.keys + 1))
        self.state = replace(after, message=self.keys.worded(after.message))
        if self.state.intent is not None:
            self._follow(self.question, self.state, self.state.intent)

    def paste(self, text: str) -> None:
        """Handle pasted text: typed into an open prompt, otherwise ignored; never run as commands."""
        typing = self.finder is not None or (self.state is not None and self.state.stance in TYPING)
        if not typing or self.view in ("help", "guidelines", "progress"):
            self.notice = "Pasted text is not read as keys."
            return
        for char in text.strip():
            self.press(char if char.isprintable() else "space")

    def _read(self, key: str) -> None:
        if key in SCROLL or key in PAGES:
            by = SCROLL.get(key, 0) + PAGES.get(key, 0) * max(1, self.page - 1)
            self.top = max(0, self.top + by)
        else:
            self.view, self.top = "text", 0

    def _find(self, finder: AnyFinder, key: str) -> None:
        after = finder.press(key, page=self.page)
        if isinstance(after, Finder):
            self.finder = after
            return
        self.finder, self.view = None, "text"
        if isinstance(after, Action):
            self.uses[after.name] += 1
            after.run(self)
        elif isinstance(after, Past):
            self._open(after, finder.words)
        elif after is not None:
            self.notice = self.session.texts.choose(after, matches_in(after.text, finder.words))
            if self.question is None:
                self._take_next()

    def _open(self, past: Past, words: Sequence[str]) -> None:
        self.save()
        found = self.session.open(past.answer)
        if found is None:
            self.notice = "This answer was imported: open it in `loop annotate`."
            return
        self.show(*found)
        self._look_at(place_in(past, words))

    def _look_at(self, place: Range) -> None:
        """Put the cursor on a place of a text that was just opened, unless a draft has put it elsewhere."""
        if self.state is not None and not self.state.past:
            self.state = looking_at(self.state, Span(*place, ""))

    def _wait(self, command: str) -> None:
        if command == "reopen":
            self._reopen()
        elif command in waiting(self):
            self._look(command)

    def _look(self, kind: str) -> None:
        if kind == "help":
            self.view = "help"
        elif kind == "guidelines":
            self.view = "guidelines"
        elif kind == "progress":
            self.view, self.panel = "progress", ()
        elif kind in FINDERS:
            self.look_in(FINDERS[kind](self))
        elif kind == "mode":
            self.change_mode(MODES[(MODES.index(self.session.mode) + 1) % len(MODES)])
        elif kind == "learn":
            self.notice = self.session.learn_now()
        elif kind == "mouse":
            self.mouse = not self.mouse
            self.notice = MOUSE_IS_ON if self.mouse else MOUSE_IS_OFF
        else:
            self.done = True
            if self.state is not None and (self.state.past or self.state.future):
                self.keep_again()

    def read_panel(self) -> None:
        """Read the numbers for the view "progress", which takes a moment; callable from any thread."""
        from loop.terminal.panel_lines import panel_lines

        try:
            self.panel = panel_lines(self.session.panel())
        except LoopError as error:
            self.panel = (f"{error} {error.hint}".strip(),)
        except Exception as error:  # the session goes on without these numbers
            self.panel = (f"The numbers cannot be read: {type(error).__name__}. `loop status` says more.",)

    def look_in(self, finder: AnyFinder) -> None:
        """Open a list over the text."""
        self.view, self.finder = "find", finder

    def change_mode(self, mode: Mode) -> None:
        """Ask in this mode from now on; an untouched text changes at once."""
        self.session.mode = mode
        self.notice = WHAT_MODES_ARE[mode]
        if self.question is None or self.state is None:
            return
        if self.reopened is not None or self.state.past or self.state.future:
            self.notice = f"{self.notice} This text keeps its mode; the new one starts with the next text."
        else:
            self.show(self.question, None)
            self.drawn = True  # the same text is still shown

    def _follow(self, question: Question, state: State, intent: Intent) -> None:
        if intent.kind == "answer":
            self._answer(question, state, intent.verdict, intent.reason)
        elif intent.kind == "reopen":
            self._reopen()
        elif intent.kind == "onward":
            self._onward(question)
        elif intent.kind == "pattern":
            self.notice = add_pattern(self.session, state)
        elif intent.kind == "note":
            self.notice = f"Noted in {self.session.add_note(intent.note)}."
        elif intent.kind == "retract":
            self._retract(question)
        else:
            self._look(intent.kind)

    def _answer(self, question: Question, state: State, verdict: Verdict, reason: str) -> None:
        spans = state.spans if verdict == "accept" else ()
        seconds, now = self.seconds(state), state.now
        mode, passage = state.page.mode, state.page.asked
        try:
            self.last = self.session.answer(
                question,
                verdict,
                spans,
                seconds=seconds,
                keys=state.keys,
                reason=reason,
                flag=now.flag,
                memo=now.memo,
                complete=verdict not in ("accept", "reject") or (mode != "teach" and passage is None),
                passage=passage if verdict == "accept" and mode != "teach" else None,
                shown=state.page.spans(state.page.suggested),
                mode=mode,
            )
        except LoopError:
            following = self.session.next()
            if self.reopened is None and following is not None and following.id != question.id:
                self.show(following, None)  # the text was removed from the corpus
            raise
        self._note(question, self.last)
        if self.reopened is None:  # ask the session for its numbers later, when there is time
            more = not self.last.is_left_out
            today, total = self.status.answers_today + more, self.status.answers_total + more
            self.status = replace(self.status, answers_today=today, answers_total=total, last=self.last)
        else:
            self.status = self.session.status()
        self._take_next()

    def _note(self, question: Question, answer: Answer) -> None:
        others = [one for one in self.recent if one[0].id != question.id]
        self.recent = deque([*others, *([(question, answer)] if answer.says_something else [])], maxlen=RECENT)

    def _onward(self, question: Question) -> None:
        if self.reopened is None and not self.session.versions:
            self.notice = self.keys.worded("This text has no answer yet: [accept] accepts it, [skip] skips it.")
            return
        self.session.leave(question)
        self._take_next()

    def _retract(self, question: Question) -> None:
        is_retracted = self.session.retract(question)
        if is_retracted:
            self.show(question, None)
        self.notice = RETRACTED[is_retracted]

    def _reopen(self) -> None:
        self.save()
        found = self.session.reopen()
        if found is None:
            self.notice = "There is no earlier answer."
        else:
            self.show(*found)

    def _take_next(self) -> None:
        question = self.session.next()
        if question is None:
            self.put_away()
            self.status, self.left_out = self.session.status(), self.session.left_out()
        else:
            self.show(question, self.session.answered(question))

    def tick(self) -> bool:
        """Update the trainer, the numbers and, while there is no question, the queue; tell whether anything changed."""
        before = self.status, self.question, self.notice
        try:
            self.session.tick()
            self.status = self.session.status()
            self.last = self.status.last
            if self.question is None:
                self._take_next()
        except LoopError as error:
            self.notice = f"{error} {error.hint}".strip()
        return before != (self.status, self.question, self.notice)


FINDERS: dict[str, Callable[[Controller], AnyFinder]] = {
    "history": lambda controller: history(controller.session),
    "search": lambda controller: pool(controller.session),
    "palette": palette,
}
