"""Printing for the commands: corpus text appears as it is and never controls the terminal."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TextIO

from loop.errors import LoopError

UNLIMITED = 10_000  # columns: a terminal wraps long rows itself
# The streams that `say` prints to while other output is discarded: stdout and, under True, stderr.
_own: dict[bool, TextIO] = {}


@contextmanager
def only_said(others: TextIO) -> Iterator[None]:
    """Redirect all output but that of `say` to `others` while the block runs."""
    _own.update({False: sys.stdout, True: sys.stderr})
    try:
        with redirect_stdout(others), redirect_stderr(others):
            yield
    finally:
        _own.clear()


def say(line: str = "", *, err: bool = False, style: str = "") -> None:
    """Print one line with invisible characters made visible; styled only on a terminal."""
    from rich.console import Console
    from rich.text import Text

    from loop.terminal.glyphs import visible

    Console(stderr=err, file=_own.get(err)).print(Text(visible(line), style), soft_wrap=True)


def say_parts(parts: Sequence[tuple[str, str]]) -> None:
    """Print one line of (style, words) parts, like `say`."""
    from rich.console import Console
    from rich.text import Text

    from loop.terminal.glyphs import visible

    Console().print(Text.assemble(*((visible(words), style) for style, words in parts)), soft_wrap=True)


def aligned(rows: Sequence[Sequence[str]], *, left: Collection[int] = (0,)) -> list[str]:
    """Return a table as lines: the columns with an index in `left` are aligned to the left, all others to the right."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for index in range(len(rows[0])):
        table.add_column(justify="left" if index in left else "right", no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, row))
    console = Console(width=UNLIMITED, color_system=None)
    with console.capture() as drawn:
        console.print(table)
    return [line.rstrip() for line in drawn.get().splitlines()]


def complain(error: LoopError) -> None:
    """Print an error and its hint to stderr."""
    say(f"Error: {error}", err=True, style="bold red")
    if error.hint:
        say(error.hint, err=True)


def is_interactive() -> bool:
    """Whether both stdin and stdout are terminals."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def confirm(question: str) -> None:
    """Ask whether to go on.

    Raises:
                LoopError: there is no terminal.
        typer.Abort: the user declined.
    """
    if not is_interactive():
        raise LoopError("Cannot prompt: there is no terminal.", hint="Pass --yes to go on without a prompt.")
    import typer

    typer.confirm(question, abort=True)


def counted(n: int, one: str) -> str:
    """Return a number with its noun, such as "1 text" or "1,766 texts"."""
    return f"{n:,} {one if n == 1 else one + 's'}"


def megabytes(size: int) -> str:
    """Return a size in bytes as megabytes, in words."""
    return f"{size / 1e6:,.1f} MB"
