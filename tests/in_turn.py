"""Several commands on a project in one process, since most of the time of each goes into its imports.

`python in_turn.py DIR COMMAND…` prints a line of JSON for each: its exit code, and what it printed and said.
"""

from __future__ import annotations

import io
import json
import shlex
import sys
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout
from typing import NamedTuple


class Done(NamedTuple):
    """What became of a command."""

    code: int
    out: str
    err: str


def in_turn(folder: object, *commands: str) -> list[str]:
    """The command line of a process that runs these."""
    return [sys.executable, __file__, str(folder), *commands]


def done_of(printed: str) -> list[Done]:
    return [Done(*json.loads(line)) for line in printed.splitlines()]


def _run(folder: str, commands: Iterable[str]) -> None:
    from loop.cli import main

    for command in commands:
        sys.argv = ["loop", "-C", folder, *shlex.split(command)]
        with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
            try:
                main()
            except SystemExit as left:
                code = left.code
        print(json.dumps([code, out.getvalue(), err.getvalue()]))


if __name__ == "__main__":
    _run(sys.argv[1], sys.argv[2:])
