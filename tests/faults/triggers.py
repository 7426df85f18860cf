"""Ways for a process to die, or to find the disk full, at a chosen instant."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import sys
from dataclasses import dataclass
from random import Random
from typing import Literal

from sqlalchemy import event
from sqlalchemy.engine import Engine

Kind = Literal["time", "file", "instruction", "byte", "full"]
KINDS: tuple[Kind, ...] = ("time", "file", "instruction", "byte", "full")
# Of the interpreter's audit events those that touch files.
FILE_EVENTS = frozenset({
    "open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.chmod", "os.link", "os.symlink", "shutil.rmtree",
    "shutil.copyfile", "sqlite3.connect",
})  # fmt: skip
INSTRUCTIONS = 10  # of SQLite's virtual machine between two points


@dataclass(frozen=True, slots=True)
class Trigger:
    """When a process dies: after so many milliseconds, operations on files, instructions of SQLite, or bytes in a file.

    `full` is a disk that is full after so many bytes in one file: the process lives and is told so.
    """

    kind: Kind
    at: int

    def arm(self) -> None:
        """Set this process up to die."""
        {
            "time": self._by_time,
            "file": self._by_file,
            "instruction": self._by_instruction,
            "byte": self._by_byte,
            "full": self._by_byte,
        }[self.kind]()

    def _by_time(self) -> None:
        signal.signal(signal.SIGALRM, lambda *_: die())
        signal.setitimer(signal.ITIMER_REAL, self.at / 1000)

    def _by_file(self) -> None:
        left = self.at

        def count(name: str, _: object) -> None:
            nonlocal left
            if name in FILE_EVENTS:
                left -= 1
                if left == 0:
                    die()

        sys.addaudithook(count)

    def _by_instruction(self) -> None:
        left = self.at

        def count() -> int:
            nonlocal left
            left -= 1
            if left == 0:
                die()
            return 0

        @event.listens_for(Engine, "connect")
        def watch(connection: sqlite3.Connection, _record: object) -> None:
            connection.set_progress_handler(count, INSTRUCTIONS)

    def _by_byte(self) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN if self.kind == "full" else signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (self.at, self.at))


def die() -> None:
    """End at once, with nothing flushed and nobody asked."""
    os.kill(os.getpid(), signal.SIGKILL)


def drawn(rng: Random, *, trains: bool, log: int) -> Trigger:
    """Draw a point; `log` is how long the store's log is now, in bytes."""
    kind = rng.choice(KINDS)
    size = rng.choice((60_000, 600_000, 4_000_000)) if trains else rng.choice((60_000, 600_000))
    at = {
        "time": rng.randrange(1, 2500 if trains else 1200),
        "file": rng.randrange(1, 900 if trains else 40),
        "instruction": rng.randrange(1, rng.choice((400, 4000, 20_000))),
        "byte": log + rng.randrange(1, size),
        "full": log + rng.randrange(1, size),
    }[kind]
    return Trigger(kind, at)
