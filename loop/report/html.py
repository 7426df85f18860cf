"""Pieces of the page: sections, tables, and numbers that programs can read, too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from loop.intervals import TOO_FEW, Range


def section(title: str, body: str, *, wide: bool = False) -> str:
    """A part of the page under its title, both HTML."""
    return f"<section{' class=wide' if wide else ''}><h2>{title}</h2>{body}</section>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, kind: str = "") -> str:
    """A table of cells that are HTML; the first of a row names it."""
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    lines = "".join(f"<tr>{_row(row)}</tr>" for row in rows)
    inside = f"<thead><tr>{top}</tr></thead><tbody>{lines}</tbody>"
    return f'<div class="scroll"><table class="{kind}">{inside}</table></div>'


def _row(cells: Sequence[str]) -> str:
    first, *others = cells
    return f'<th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in others)


def exact(value: float) -> str:
    """A number as it is read, with the number as it is: one decimal, or none of a whole one."""
    said = f"{value:,}" if isinstance(value, int) else f"{value:.1f}"
    return f'<data value="{value!r}">{said}</data>'


def between(interval: Range | None) -> str:
    """An interval in words."""
    return TOO_FEW if interval is None else f"{exact(interval[0])} to {exact(interval[1])}"


def count(n: int, noun: str) -> str:
    """A number with its noun."""
    return f"{exact(n)} {noun}{'' if n == 1 else 's'}"
