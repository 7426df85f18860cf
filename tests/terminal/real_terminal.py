"""A real terminal around a real process: pexpect gives it a pty, pyte draws what it writes. It waits for text."""

from __future__ import annotations

import os
import shlex
import signal
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pexpect
import pyte
from forked import forked
from terminal_project import work_on

import loop.terminal.app
import loop.terminal.plain  # noqa: F401  # forks have it, too

PROGRAM = Path(__file__).with_name("terminal_project.py")
PATIENCE = 20.0  # seconds; reached only when something is broken
KEYS = {"enter": "\r", "tab": "\t", "s-tab": "\x1b[Z", "esc": "\x1b", "up": "\x1b[A", "down": "\x1b[B",
        "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F",
        "backspace": "\x7f", "delete": "\x1b[3~", "c-c": "\x03", "c-p": "\x10",
        "c-z": "\x1a", "space": " ", "s-right": "\x1b[1;2C"}  # fmt: skip


class Terminal:
    """A terminal of `columns` by `rows` in which the project in `folder` is worked on, from a shell if need be."""

    def __init__(
        self,
        folder: Path,
        *,
        columns: int = 100,
        rows: int = 24,
        env: dict[str, str] | None = None,
        shell: bool = False,
        arguments: Sequence[str] = (),
    ) -> None:
        """Open a terminal and run python with `arguments` in it, without any the small program that opens `folder`.

        That one is `forked`, unless there is a shell between.
        """
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "TERM")}
        surroundings = {**kept, "TERM": "xterm-256color", **(env or {})}
        command = [sys.executable, *(arguments or [str(PROGRAM), str(folder)])]
        start = ["bash", "--norc", "-i"] if shell else command
        self.child = pexpect.spawn(
            start[0],
            start[1:],
            dimensions=(rows, columns),
            env=surroundings,  # type: ignore[arg-type]
            preexec_fn=None if shell or arguments else forked(partial(work_on, folder), surroundings),
        )
        if shell:
            self.child.sendline(shlex.join(command))

    def press(self, keys: str) -> Terminal:
        """Send keys: names of `KEYS`, or characters, between blanks."""
        self.child.send("".join(KEYS.get(key, key) for key in keys.split()))
        return self

    def wait(self, *texts: str) -> Terminal:
        """Wait until all of these are on the screen."""
        return self.until(lambda: all(text in self.text for text in texts), f"{texts}")

    def until(self, happened: Callable[[], bool], what: str = "") -> Terminal:
        """Read what the process writes until something is true of the screen."""
        deadline = time.monotonic() + PATIENCE
        while not happened():
            if time.monotonic() > deadline or not self._read():
                raise AssertionError(f"waited in vain for {what}; the screen:\n{self.text}")
        return self

    def _read(self) -> bool:
        try:
            data = self.child.read_nonblocking(65536, timeout=0.5)
        except pexpect.TIMEOUT:
            return self.child.isalive()
        except pexpect.EOF:
            return False
        self.raw += data
        self._stream.feed(data)
        return True

    @property
    def text(self) -> str:
        """What is on the screen, line by line."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    def end(self) -> int | None:
        """Read to the end and return the exit status."""
        while self._read():
            pass
        self.child.wait()
        return self.child.exitstatus

    def kill(self, number: signal.Signals) -> Terminal:
        """Send the process a signal."""
        os.kill(self.child.pid, number)
        return self

    def close(self) -> None:
        """Kill the process if it still runs, and wait for its end: pexpect alone gives a slow machine 0.1 seconds."""
        if self.child.isalive():
            self.kill(signal.SIGKILL).child.wait()
        self.child.close()

    def resize(self, columns: int, rows: int) -> Terminal:
        """Make the terminal another size."""
        self.screen.resize(rows, columns)
        self.child.setwinsize(rows, columns)
        return self

    def restored(self) -> bool:
        """Tell whether the terminal was given back: main screen, cursor shown, no bracketed paste."""
        last = {code: self.raw.rfind(code) for code in (b"\x1b[?1049", b"\x1b[?25", b"\x1b[?2004")}
        ends = [self.raw[at + len(code) : at + len(code) + 1] for code, at in last.items()]
        return [b"l", b"h", b"l"] == ends
