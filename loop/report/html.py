"""Building blocks of the page: sections, tables, and machine-readable numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from loop.intervals import TOO_FEW, Range


def section(title: str, body: str, *, wide: bool = False, page: bool = False) -> str:
    """A section of the page; title and body are HTML. Printed, it may have a `page` of its own."""
    names = " ".join([*(["wide"] if wide else []), *(["page"] if page else [])])
    kind = f' class="{names}"' if names else ""
    return f"<section{kind}><h2>{title}</h2>{body}</section>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, kind: str = "") -> str:
    """A table of HTML cells; the first cell of a row is its heading."""
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    lines = "".join(f"<tr>{_row(row)}</tr>" for row in rows)
    inside = f"<thead><tr>{top}</tr></thead><tbody>{lines}</tbody>"
    return f'<div class="scroll"><table class="{kind}">{inside}</table></div>'


def _row(cells: Sequence[str]) -> str:
    first, *others = cells
    return f'<th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in others)


def exact(value: float, digits: int = 1) -> str:
    """A number rounded for reading (integers are not), with the exact value in the markup."""
    said = f"{value:,}" if isinstance(value, int) else f"{value:.{digits}f}"
    return f'<data value="{value!r}">{said}</data>'


def in_words(interval: Range | None, digits: int = 1) -> str:
    """An interval in words."""
    return TOO_FEW if interval is None else f"{exact(interval[0], digits)} to {exact(interval[1], digits)}"


def count(n: int, noun: str) -> str:
    """A number with its noun."""
    return f"{exact(n)} {noun}{'' if n == 1 else 's'}"
