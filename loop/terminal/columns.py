"""Tables as lines of text."""

from __future__ import annotations

from collections.abc import Collection, Sequence

UNLIMITED = 10_000  # columns: a terminal wraps long rows itself


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
