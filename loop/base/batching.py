"""Texts through a pipeline, so many at a time that memory is bounded however long they are."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TypeVar

from spacy.language import Language
from spacy.tokens import Doc

T = TypeVar("T")
TextOrDoc = TypeVar("TextOrDoc", str, Doc, str | Doc)

TEXTS = 256
CHARACTERS = 100_000
"""Of one batch: a network's layers take about 20 kB a token, so 400 MB. A longer text goes alone."""


def by_length(texts: Iterable[TextOrDoc], *, most: int = TEXTS) -> Iterator[list[TextOrDoc]]:
    """The texts in their order, at most so many together, and no more than `CHARACTERS` unless one is longer."""
    return grouped(texts, lambda text: len(text if isinstance(text, str) else text.text), limit=CHARACTERS, most=most)


def grouped(items: Iterable[T], size: Callable[[T], int], *, limit: int, most: int | None = None) -> Iterator[list[T]]:
    """Items in their order, at most so many together, of no more than `limit` in all unless one alone is larger."""
    group: list[T] = []
    total = 0
    for item in items:
        if group and (len(group) == most or total + size(item) > limit):
            yield group
            group, total = [], 0
        group.append(item)
        total += size(item)
    if group:
        yield group


def piped(nlp: Language, texts: Iterable[str], *, disable: Collection[str] = ()) -> Iterator[Doc]:
    """As `nlp.pipe`, in such batches."""
    for batch in by_length(texts):
        yield from nlp.pipe(batch, disable=list(disable))
