"""What the commands print: text of the corpus is shown as it is, and never obeyed by the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TextIO

from loop.errors import LoopError

# Where `say` prints while what others print is left out: outputs and errors.
_own: dict[bool, TextIO] = {}


@contextmanager
def only_said(others: TextIO) -> Iterator[None]:
    """Let nothing through but what `say` prints while the block runs: all else goes to `others`."""
    _own.update({False: sys.stdout, True: sys.stderr})
    try:
        with redirect_stdout(others), redirect_stderr(others):
            yield
    finally:
        _own.clear()


def say(line: str = "", *, err: bool = False, style: str = "") -> None:
    """Print one line, made visible; it is coloured only where colours are wanted."""
    from rich.console import Console
    from rich.text import Text

    from loop.terminal.glyphs import visible

    Console(stderr=err, file=_own.get(err)).print(Text(visible(line), style), soft_wrap=True)


def say_parts(parts: Sequence[tuple[str, str]]) -> None:
    """Print one line of (style, words), made visible."""
    from rich.console import Console
    from rich.text import Text

    from loop.terminal.glyphs import visible

    Console().print(Text.assemble(*((visible(words), style) for style, words in parts)), soft_wrap=True)


def complain(error: LoopError) -> None:
    """Print an error and its way out where errors go."""
    say(f"Error: {error}", err=True, style="bold red")
    if error.hint:
        say(error.hint, err=True)


def is_interactive() -> bool:
    """Whether a person sits at both ends."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def confirm(question: str) -> None:
    """Ask whether to go on.

    Raises:
        LoopError: nobody is there to ask.
        typer.Abort: the person said no.
    """
    if not is_interactive():
        raise LoopError("Cannot prompt: there is no terminal.", hint="Pass --yes to go on without a prompt.")
    import typer

    typer.confirm(question, abort=True)


def counted(n: int, one: str) -> str:
    """Return a number with its noun, such as "1 text" and "1,766 texts"."""
    return f"{n:,} {one if n == 1 else one + 's'}"


def megabytes(size: int) -> str:
    """Return a size in bytes in words."""
    return f"{size / 1e6:,.1f} MB"
