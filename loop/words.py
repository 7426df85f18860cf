"""Numbers in words."""

from __future__ import annotations


def counted(n: int, one: str) -> str:
    """Return a number with its noun, such as "1 text" or "1,766 texts"."""
    return f"{n:,} {one if n == 1 else one + 's'}"
