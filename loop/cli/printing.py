"""Printing for the commands: corpus text appears as it is and never controls the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TextIO

from loop.errors import LoopError

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


def megabytes(size: int) -> str:
    """Return a size in bytes as megabytes, in words."""
    return f"{size / 1e6:,.1f} MB"
