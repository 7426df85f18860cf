"""A review of terms in lines of text, for screen readers, dumb terminals and pipes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from loop.terminal.glyphs import visible
from loop.terminal.term_page import EMPTY, TermPage, excerpt, heading, often, verdict

if TYPE_CHECKING:
    from loop.terms.review import Proposal

WORDS = {"yes": "y", "no": "n", "depends": "d", "undo": "u", "next": "enter", "quit": "q"}
KEYS = frozenset("ynd[]{}uq")
HELP = (
    "Type yes, no or depends; a label; undo, next (page) or quit. y, n, d, u and q are enough, several in one line.",
    "[ and ] take one more word on the left and on the right; { and } one less. An empty line repeats the term.",
)


class TermLines:
    """One review, a term at a time."""

    def __init__(self, page: TermPage, source: TextIO, write: Callable[[str], None]) -> None:
        self._page, self._source, self._write = page, source, write
        self._told: Proposal | None = None

    def run(self) -> None:
        """Ask until the reviewer quits or the input ends."""
        self._say("`help` lists what you can type.")
        try:
            while not self._page.done and self._page.review.proposals:
                self._ask()
                line = self._source.readline()
                if not line:
                    return
                self._take(line.strip())
        except KeyboardInterrupt:
            self._say("")
            return
        if not self._page.done:
            self._say(EMPTY)

    def _say(self, line: str) -> None:
        self._write(line + "\n")

    def _ask(self) -> None:
        now = self._page.review.current
        if now is not None and now != self._told:
            self._told = now
            self._say("")
            self._say(f"{visible(now.term.string)}: {verdict(now)} {often(now)}")
            for place in now.term.places:
                self._say(f"  {''.join(excerpt(place))}")
        if self._source.isatty():
            self._write("> ")

    def _take(self, line: str) -> None:
        word = next((word for word in WORDS if line and word.startswith(line.lower())), "")
        if line in ("help", "?"):
            self._help()
        elif line in self._page.review.labels:
            self._page.name(line)
            self._tell()
        elif len(line) > 1 and word:
            self._press(WORDS[word])
        elif line and KEYS.union(self._page.keys.by_key).issuperset(line):
            for key in line:
                self._press(key)
        elif line:
            self._say(f"{visible(line)} is neither a command nor a label. {HELP[0]}")
        else:
            self._told = None

    def _press(self, key: str) -> None:
        if not self._page.done:
            self._page.press(key)
            self._tell()

    def _tell(self) -> None:
        if self._page.notice:
            self._say(visible(self._page.notice))

    def _help(self) -> None:
        for line in HELP:
            self._say(line)
        labels = (f"{key} {visible(label)}" for label, key in self._page.keys.digits.items())
        self._say(f"Labels: {', '.join(labels)}.")
        if last := heading(self._page.review):
            self._say(f"{last}.")


def run_lines(page: TermPage) -> None:
    """Run a review in lines on standard input and output."""

    def write(text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    TermLines(page, sys.stdin, write).run()
