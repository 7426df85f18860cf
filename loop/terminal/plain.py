"""The line mode: questions as lines of text, answers as lines, for screen readers, dumb terminals and pipes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from select import select
from typing import TextIO

from loop.editing import State
from loop.progress import STOPPED
from loop.records import Text
from loop.store import Past
from loop.terminal.commands import MisunderstoodError, interpret
from loop.terminal.controller import Controller
from loop.terminal.excerpt import excerpt, match_in, place_in
from loop.terminal.frame import BANNERS, HEAD_START, banner, earlier, meta_words, notes, said, trouble, why_words
from loop.terminal.glyphs import visible
from loop.terminal.pages import label_rows, waiting_words
from loop.terminal.palette import Action
from loop.terminal.review_commands import verbs
from loop.terminal.span_lines import span_lines, version_lines

SECONDS_BETWEEN_LOOKS = 0.5
LISTS = ("history", "search")
LONGEST_NOTE = 200
ENDLESS = 10**6  # cells: lines are not wrapped
LISTED = 20  # lines of a list, and characters per text: a screen reader reads them aloud
LISTED_TEXT = 80
HELP = (
    "Every line is a command. You can shorten its first word: `ma 2-3 br` marks words 2 and 3 as BRAND.",
    "An empty line repeats the text; `words` numbers its words. Everything is saved as you go.",
)


class Plain:
    """One session in line mode.

    Invisible characters in texts and labels are made visible, as on the full screen.
    """

    def __init__(self, controller: Controller, source: TextIO, write: Callable[[str], None]) -> None:
        self._controller, self._source, self._write = controller, source, write
        self._shown = self._told = ""

    def run(self) -> None:
        """Ask until the annotator quits or the input ends."""
        session = self._controller.session
        mode = "review" if session.versions else f"mode {session.mode}"
        self._say(f"{visible(session.name)}, {mode}. `help` lists the commands.")
        if session.knows_nothing:
            self._say(f"No answer yet. {HEAD_START}.")
        try:
            while not self._controller.done and self._wait():
                self._ask()
                line = self._source.readline()
                if not line:
                    break
                self._take(line.strip())
                self._controller.save()
                self._controller.tick()
        except KeyboardInterrupt:
            self._say("")
        finally:
            self._controller.save()

    def _say(self, line: str) -> None:
        self._write(line + "\n")

    def _wait(self) -> bool:
        """Wait for a question or for input; say once why."""
        said_already = ""
        while self._controller.question is None:
            words = waiting_words(self._controller)
            if words != said_already:
                self._say(words)
                said_already = words
            self._shown = ""
            if self._no_more_to_come():
                return True
            if self._source.isatty() and select([self._source], [], [], SECONDS_BETWEEN_LOOKS)[0]:
                return True
            if not self._source.isatty():
                time.sleep(SECONDS_BETWEEN_LOOKS)
            self._controller.tick()
        return True

    def _no_more_to_come(self) -> bool:
        """Tell whether no more questions will come; then the next line is read, from a pipe too."""
        status = self._controller.status
        stopped = status.trainer.startswith(STOPPED) and status.trainer != STOPPED
        session = self._controller.session
        over = bool(session.goal_reached) or session.is_focus_exhausted or not status.pool_left
        return over or bool(status.waiting) or stopped

    def _ask(self) -> None:
        question = self._controller.question
        if question is not None and question.id != self._shown:
            self._shown = question.id
            self._text()
        self._notice()
        self._controller.drawn = True
        if problem := trouble(self._controller):
            self._once(problem)
        if self._source.isatty():
            self._write("> ")

    def _notice(self) -> None:
        if self._controller.notice:
            self._say(visible(self._controller.notice))
            self._controller.notice = ""

    def _once(self, line: str) -> None:
        if line != self._told:
            self._told = line
            self._say(visible(line))

    def _text(self) -> None:
        controller, question, state = self._controller, self._controller.question, self._controller.state
        if question is None or state is None:
            return
        self._say("")
        if question.stream in BANNERS:
            self._say(banner(controller, question)[0])
        if controller.reopened is not None:
            self._say(f"{visible(earlier(controller, question, controller.reopened))}. `leave` keeps it.")
        elif note := controller.session.note(question):
            self._say(visible(note))
        if not state.page.versions:
            self._say(why_words(question, state.page.mode))
        if noted := notes(state, LONGEST_NOTE):
            self._say(noted)
        if meta := meta_words(question):
            self._say(meta)
        before, after = (visible(text) for text in controller.around)
        if before:
            self._say(f"Before it: {before}")
        page = state.page
        self._say(f"Text: {visible(page.text)}")
        if page.passage is not None:
            self._say(f"Asked about: {visible(page.string(*page.passage))}")
        if state.page.mode == "teach":
            self._say("Is this right? ok: yes; no: no; edges and label correct it.")
        if after:
            self._say(f"After it: {after}")
        for line in version_lines(state):
            self._say(line)
        self._spans(state)

    def _spans(self, state: State) -> None:
        for line in span_lines(state):
            self._say(line)

    def _take(self, line: str) -> None:
        verb, _, rest = line.partition(" ")
        verb = verb.lower()
        if self._controller.finder is not None:
            self._choose(line)
        elif verb in LISTS and not self._controller.session.versions:
            self._list(verb, rest)
        elif not line:
            self._text()
        elif verb in ("help", "?"):
            self._help()
        elif verb in ("words", "w"):
            self._words()
        else:
            self._do(line)

    def _list(self, command: str, wanted: str) -> None:
        controller = self._controller
        controller.command(command)
        controller.paste(wanted)
        if controller.finder is not None and controller.finder.stale:
            controller.press("enter")
        if controller.finder is None or not controller.finder.items:
            self._say(controller.finder.empty if controller.finder is not None else controller.notice)
            self._leave_list()
            return
        shown = [item for item in controller.finder.items[:LISTED] if not isinstance(item, Action)]
        for number, item in enumerate(shown, 1):
            note = "" if isinstance(item, Text) else f" ({said(item.answer)})"
            self._say(f"{number}. {_listed(item, controller.finder.words)}{note}")
        self._say("Type a number to open its text; anything else closes the list.")

    def _choose(self, line: str) -> None:
        controller = self._controller
        number = int(line) if line.isdecimal() else 0
        if controller.finder is None or not 1 <= number <= len(controller.finder.items[:LISTED]):
            self._leave_list()
            self._say("Nothing chosen.")
            return
        for key in ("home", *["down"] * (number - 1), "enter"):
            controller.press(key)
        self._notice()

    def _leave_list(self) -> None:
        if self._controller.finder is not None:
            self._controller.press("escape")

    def _do(self, line: str) -> None:
        controller = self._controller
        before, question, last = controller.state, controller.question, controller.last
        if before is None:
            self._while_waiting(line)
            return
        try:
            controller.do(interpret(line, before, controller.keys, verbs(controller.keys)))
        except MisunderstoodError as error:
            self._say(f"{error} {error.hint}")
            return
        self._report(before, same=question is controller.question, saved=last is not controller.last)

    def _while_waiting(self, line: str) -> None:
        commands = {"back": "reopen"} | {name: name for name in ("guidelines", "learn", "progress", "quit")}
        name = next((name for name in commands if name.startswith(line.lower())), None)
        if name is None:
            self._say("There is no text now: type back, guidelines, learn, progress or quit.")
        else:
            self._controller.command(commands[name])
            self._over_the_text()

    def _report(self, before: State, *, same: bool, saved: bool) -> None:
        controller = self._controller
        if same and controller.state is not None:
            controller.notice = controller.notice or controller.state.message
        if not saved:  # otherwise the message is about the next text, and follows it
            self._notice()
        if saved and controller.last is not None:
            self._say(f"Saved: {said(controller.last)}. {controller.status.answers_today} today. `back` reopens it.")
        elif same and controller.state is not None and controller.state.page is not before.page:
            self._text()
        elif same and controller.state is not None and controller.state.now != before.now:
            self._spans(controller.state)
        self._over_the_text()

    def _over_the_text(self) -> None:
        """Print at once the page that the full screen would show over the text."""
        if self._controller.view == "guidelines":
            for row in label_rows(self._controller, ENDLESS):
                self._say("".join(text for _, text in row).strip())
            self._say(visible_lines(self._controller.session.guidelines) or "This project has no guidelines yet.")
        elif self._controller.view == "progress":
            self._controller.read_panel()
            for line in self._controller.panel:
                self._say(visible(line))
        elif self._controller.view == "help":
            self._help()
        self._leave_list()
        self._controller.view = "text"

    def _help(self) -> None:
        for line in HELP:
            self._say(line)
        for verb in verbs(self._controller.keys):
            self._say(f"{f'{verb.name} {verb.usage}'.strip()}: {verb.words}")
        self._say("words: list the words of the text with their numbers")
        if not self._controller.session.versions:
            self._say("history [STRING]: list earlier answers, to change one")
            self._say("search STRING: list unanswered texts; the one you choose is asked next")
        labels = self._controller.keys.labels
        digits = self._controller.keys.digits
        self._say("Labels: " + ", ".join(f"{digits.get(label, '')} {visible(label)}".strip() for label in labels))

    def _words(self) -> None:
        state = self._controller.state
        if state is not None:
            page = state.page
            asked = frozenset(page.places)
            words = (
                f"{i} {visible(page.string(word, word + 1))}" for i, word in enumerate(page.words, 1) if word in asked
            )
            self._say(", ".join(words) or "This text has no words.")


def _listed(item: Past | Text, words: Sequence[str]) -> str:
    place = match_in(item.text, words) if isinstance(item, Text) else place_in(item, words)
    return "".join(part for _, part in excerpt(item.text, place, LISTED_TEXT))


def visible_lines(text: str) -> str:
    """Return a text of several lines, safe to print."""
    return "\n".join(visible(line) for line in text.strip().splitlines())


def run_plain(controller: Controller) -> None:
    """Run the line mode on standard input and output."""

    def write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    Plain(controller, sys.stdin, write).run()
