"""Someone at a real terminal who knows the right answers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from real_terminal import Terminal

from loop.alignment import filter_spans, widened
from loop.editing import Page, begin, from_draft, page_of
from loop.records import Question, Span, TokenSpan
from loop.settings import ProjectPaths
from loop.store import Store

PATIENCE = 90.0
DRAWN = 3.0  # seconds in which a question is on the screen, unless another has been laid out in its place
SITTINGS = 8  # so often in a row questions may be laid out while somebody sits down
BEGINNING = 20  # words that a text is known by: the others may be below the screen's edge
WRAPPED = 20  # a longer word may be on two lines


def run(*arguments: str, folder: Path) -> str:
    """What `loop` prints."""
    command = [sys.executable, "-m", "loop", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def wait_until(happened: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)


def is_drawn(text: str, screen: str) -> bool:
    """Whether the first words of a text are on the screen, which may have no room for all of them."""
    words = [word for word in re.findall(r"\w+", text) if len(word) <= WRAPPED]
    return set(words[:BEGINNING]) <= set(re.findall(r"\w+", screen))


class Person:
    """Someone who knows the gold spans, looks at the screen, and presses keys until it says the same.

    `waited` is the time from the command to the first screen, `seconds` that from each answer to the next question.
    `question` is the one on the screen, `page` what it shows, and `wanted` the spans that are right.
    """

    page: Page
    wanted: tuple[Span, ...]

    def __init__(self, folder: Path, gold: Mapping[str, Sequence[Span]], labels: Sequence[str]) -> None:
        self.folder, self.gold, self.labels = folder, gold, tuple(labels)
        self.seconds: list[float] = []
        self.waited = 0.0
        self.paths = ProjectPaths(folder)
        self.store = Store(self.paths.db)
        self.terminal: Terminal | None = None
        self.question: Question | None = None

    def sit_down(self) -> None:
        self._open()
        self.look()

    def _open(self) -> None:
        started = time.monotonic()
        command = ("-m", "loop", "-C", str(self.folder), "annotate", "--annotator", "ann")
        self.terminal = Terminal(self.folder, arguments=command, rows=40).wait("in all")
        self.waited = time.monotonic() - started

    def look(self) -> None:
        """Take note of the question on the screen; sit down anew when others have been laid out since."""
        for _ in range(SITTINGS):
            self.question = self.store.questions.head("ann")
            assert self.question
            if self._sees(self.question.text.text):
                self.page = page_of(self.question, self.labels)
                self.wanted = self._right_spans()
                return
            self.leave()
            self._open()
        raise AssertionError(f"{self.question.text.text!r} was not drawn; the screen:\n{self.terminal.text}")

    def _sees(self, text: str) -> bool:
        deadline = time.monotonic() + DRAWN
        self.terminal.until(lambda: is_drawn(text, self.terminal.text) or time.monotonic() > deadline)
        return is_drawn(text, self.terminal.text)

    def leave(self) -> None:
        assert self.terminal.press("q").end() == 0

    def close(self) -> None:
        """Leave nothing open, whatever has happened."""
        self.store.close()
        if self.terminal:
            self.terminal.child.close(force=True)

    @property
    def spans(self) -> tuple[Span, ...]:
        """What the draft of the text in hand says, or else what it showed."""
        draft = self.store.drafts.of(self.question, "ann")
        state = from_draft(self.page, draft) if draft else begin(self.page)
        assert state
        return state.spans

    def _right_spans(self) -> tuple[Span, ...]:
        words = [self.page.tokens[i] for i in self.page.words]
        return filter_spans({span for span in widened(self.gold[self.page.text], words) if span})

    def edit(self, keys: str) -> None:
        """Press keys that change the spans, and wait until the change is on disk."""
        before = self.spans
        self.terminal.press(keys).until(lambda: self.spans != before, f"an edit by {keys}")

    def answer(self, keys: str) -> None:
        """Press keys that answer, and wait until the next question is drawn."""
        given = len(self.store.answers.all())
        started = time.monotonic()
        self.terminal.press(keys).until(lambda: len(self.store.answers.all()) > given)
        self.terminal.wait(f"{self.store.answers.count('ann')} in all")
        self.seconds.append(time.monotonic() - started)
        self.look()

    def go_to(self, start: int) -> str:
        return "home " + "right " * self.page.words.index(start)

    def mark(self, mark: TokenSpan) -> str:
        length = len(self.page.words_within(mark.start, mark.end))
        return f"{self.go_to(mark.start)} v {'right ' * (length - 1)} {self.labels.index(mark.label) + 1}"

    def differences(self) -> tuple[list[Span], list[Span]]:
        """The spans of the draft that are wrong, and those that it misses."""
        spans = self.spans
        return [span for span in spans if span not in self.wanted], [span for span in self.wanted if span not in spans]

    def correct(self) -> None:
        """Delete what is wrong and mark what is missing, until the draft says what is wanted."""
        while any(differences := self.differences()):
            wrong, missing = differences
            if wrong:
                self.edit(self.go_to(self.page.snap(wrong[:1])[0].start) + "d")
            else:
                self.edit(self.mark(self.page.snap(missing[:1])[0]))
                assert set(self.differences()[1]) < set(missing)

    def answer_rightly(self) -> None:
        self.correct()
        self.answer("enter" if self.wanted else "0")

    def one_of_every_edit(self) -> None:
        """On the text in hand, which must have two words at least; it is then as it was."""
        for span in self.spans:
            self.edit(self.go_to(self.page.snap([span])[0].start) + "d")
        label = self.mark(TokenSpan(self.page.words[0], self.page.words[0] + 1, self.labels[0]))
        relabel = ["2"] * (len(self.labels) > 1)
        for keys in (label, *relabel, "k", "j", f"right v right {len(self.labels)}", "i", "o", "u", "z", "d"):
            self.edit(keys)


def trainer_process(folder: Path) -> int | None:
    """The process that works in the background on this project."""
    for process in Path("/proc").iterdir():
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"trainer" in words and os.fsencode(folder.resolve()) in words:
            return int(process.name)
    return None
