"""Texts through a pipeline, so many at a time that memory is bounded however long they are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TypeVar

from spacy.language import Language
from spacy.tokens import Doc

TextOrDoc = TypeVar("TextOrDoc", str, Doc, str | Doc)

TEXTS = 256
CHARACTERS = 100_000
"""Of one batch: a network's layers take about 20 kB a token, so 400 MB. A longer text goes alone."""


def by_length(texts: Iterable[TextOrDoc], *, most: int = TEXTS) -> Iterator[list[TextOrDoc]]:
    """The texts in their order, at most so many together, and no more than `CHARACTERS` unless one is longer."""
    batch: list[TextOrDoc] = []
    characters = 0
    for text in texts:
        length = len(text if isinstance(text, str) else text.text)
        if batch and (len(batch) == most or characters + length > CHARACTERS):
            yield batch
            batch, characters = [], 0
        batch.append(text)
        characters += length
    if batch:
        yield batch


def piped(nlp: Language, texts: Iterable[str], *, disable: Collection[str] = ()) -> Iterator[Doc]:
    """As `nlp.pipe`, in such batches."""
    for batch in by_length(texts):
        yield from nlp.pipe(batch, disable=list(disable))
