"""Someone at a real terminal who knows the right answers."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from real_terminal import Terminal

from loop.alignment import longest, widened
from loop.editing import Mark, Page, begin, from_draft, page_of
from loop.records import Question, Span
from loop.settings import ProjectPaths
from loop.store import Store

PATIENCE = 90.0
DRAWN = 3.0  # seconds in which a question is on the screen, unless another has been laid out in its place


def run(*arguments: str, folder: Path) -> str:
    """What `loop` prints."""
    command = [sys.executable, "-m", "loop", "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


class Person:
    """Someone who knows the gold spans, looks at the screen, and presses keys until it says the same.

    `waited` is the time from the command to the first screen, `seconds` that from each answer to the next question.
    """

    def __init__(self, folder: Path, gold: Mapping[str, Sequence[Span]], labels: Sequence[str]) -> None:
        self.folder, self.gold, self.labels = folder, gold, tuple(labels)
        self.seconds: list[float] = []
        self.waited = 0.0
        self.paths = ProjectPaths(folder)
        self.store = Store(self.paths.db)
        self.terminal: Terminal | None = None
        self.question: Question | None = None

    def sit_down(self) -> None:
        started = time.monotonic()
        command = ("-m", "loop", "-C", str(self.folder), "annotate", "--annotator", "ann")
        self.terminal = Terminal(self.folder, arguments=command, rows=40).wait("in all")
        self.waited = time.monotonic() - started
        self.look()

    def look(self) -> None:
        """Take note of the question on the screen; sit down anew when others have been laid out since."""
        head = self.store.questions.head("ann")
        assert head
        self.question, deadline = head, time.monotonic() + DRAWN
        words = head.text.text.split()
        self.terminal.until(lambda: all(word in self.terminal.text for word in words) or time.monotonic() > deadline)
        if time.monotonic() > deadline:
            self.leave()
            self.sit_down()

    def leave(self) -> None:
        assert self.terminal.press("q").end() == 0

    @property
    def page(self) -> Page:
        return page_of(self.question, self.labels)

    @property
    def spans(self) -> tuple[Span, ...]:
        """What the draft of the text in hand says, or else what it showed."""
        draft = self.store.answers.draft(self.question.text.id, "ann")
        state = from_draft(self.page, draft) if draft else begin(self.page)
        assert state
        return state.spans

    @property
    def wanted(self) -> tuple[Span, ...]:
        page = self.page
        words = [page.tokens[i] for i in page.words]
        return longest({span for span in widened(self.gold[page.text], words) if span})

    def edit(self, keys: str) -> None:
        """Press keys that change the spans, and wait until the change is on disk."""
        before = self.spans
        self.terminal.press(keys).until(lambda: self.spans != before, f"an edit by {keys}")

    def answer(self, keys: str) -> None:
        """Press keys that answer, and wait until the next question is drawn."""
        given = self.store.answers.count("ann")
        started = time.monotonic()
        self.terminal.press(keys).wait(f"{given + 1} in all")
        self.seconds.append(time.monotonic() - started)
        self.look()

    def go_to(self, start: int) -> str:
        return "home " + "right " * self.page.words.index(start)

    def mark(self, mark: Mark) -> str:
        length = len(self.page.words_within(mark.start, mark.end))
        return f"{self.go_to(mark.start)} v {'right ' * (length - 1)} {self.labels.index(mark.label) + 1}"

    def put_right(self) -> None:
        """Delete what is wrong and mark what is missing, until the draft says what is wanted."""
        while wrong := [span for span in self.spans if span not in self.wanted]:
            self.edit(self.go_to(self.page.snap(wrong[:1])[0].start) + "d")
        while missing := [span for span in self.wanted if span not in self.spans]:
            self.edit(self.mark(self.page.snap(missing[:1])[0]))
            assert set(self.wanted) - set(self.spans) < set(missing)
        extra = [span for span in self.spans if span not in self.wanted]
        if extra:
            self.put_right()

    def answer_rightly(self) -> None:
        self.put_right()
        self.answer("enter" if self.wanted else "0")

    def one_of_every_edit(self) -> None:
        """On the text in hand, which must have two words at least; it is then as it was."""
        for span in self.spans:
            self.edit(self.go_to(self.page.snap([span])[0].start) + "d")
        label = self.mark(Mark(self.page.words[0], self.page.words[0] + 1, self.labels[0]))
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
