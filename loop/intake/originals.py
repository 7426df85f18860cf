"""Texts that come in rewritten or in pieces although the corpus has them as they were, to be asked about twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Sized

from loop.formats import RawText
from loop.store import NewText

AT_ONCE = 1_000


Find = Callable[[Sequence[str]], Sized]
"""Finds those of some texts that the corpus has."""


class Originals:
    """Compares the texts of a file with what becomes of them, one after the other.

    Args:
        find: finds texts in the corpus.

    Attributes:
        known: how many originals changed and are in the corpus as they were, once all have been compared.
    """

    def __init__(self, find: Find) -> None:
        self._find = find
        self._now = ""
        self._changed: set[str] = set()
        self.known = 0

    def remember(self, raws: Iterable[RawText]) -> Iterator[RawText]:
        """Yield the texts as they are in the file."""
        for raw in raws:
            self._now = raw.text
            yield raw

    def compare(self, new: Iterable[NewText]) -> Iterator[NewText]:
        """Yield what became of the texts, each after its original."""
        for one in new:
            if one.text != self._now:
                self._changed.add(self._now)
            if len(self._changed) > AT_ONCE:
                self._look_up()
            yield one
        self._look_up()

    def _look_up(self) -> None:
        self.known += len(self._find([*self._changed]))
        self._changed.clear()
