"""Runs texts through a pipeline in batches of bounded size, so that long texts do not exhaust memory."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import TypeVar

from spacy.language import Language
from spacy.tokens import Doc

T = TypeVar("T")
TextOrDoc = TypeVar("TextOrDoc", str, Doc, str | Doc)

TEXTS = 256
CHARACTERS = 100_000
"""Most characters per batch: a network's layers take about 20 kB a token, 400 MB in all. A longer text goes alone."""


def by_length(texts: Iterable[TextOrDoc], *, most: int = TEXTS) -> Iterator[list[TextOrDoc]]:
    """Batch texts, in order: at most `most` texts and `CHARACTERS` characters, unless a single text is longer."""
    return grouped(texts, lambda text: len(text if isinstance(text, str) else text.text), limit=CHARACTERS, most=most)


def grouped(items: Iterable[T], size: Callable[[T], int], *, limit: int, most: int | None = None) -> Iterator[list[T]]:
    """Batch items, in order: at most `most` items with a total size of `limit`, unless a single item is larger."""
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
    """`nlp.pipe` in the batches of `by_length`."""
    for batch in by_length(texts):
        yield from nlp.pipe(batch, disable=list(disable))
