"""What an encoder has yet to read: it takes about a second for 10,000 characters, once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from loop.encoder.component import encoder_of
from loop.records import Passage, Text

if TYPE_CHECKING:
    from spacy.language import Language

# Characters that a queue of questions waits for, and one text more.
WAITED_FOR = 25_000

AnyText = TypeVar("AnyText", bound=Text)


def unread(nlp: Language, texts: Iterable[str]) -> int:
    """How many characters of these texts the pipeline's encoder has not read; 0 if it has none, or keeps nothing."""
    encoder = encoder_of(nlp)
    if encoder is None or encoder.cache is None:
        return 0
    return sum(len(text) for text in texts if not encoder.cache.knows(text))


def soon_read(nlp: Language, texts: Iterable[AnyText], sections: Mapping[int, Sequence[Passage]]) -> list[AnyText]:
    """Those of the texts, in order, that can be read without a long wait; of long ones only these `sections` are."""
    found: list[AnyText] = []
    left = WAITED_FOR
    for text in texts:
        whole = [(0, len(text.text))]
        new = unread(nlp, (text.text[slice(*part)] for part in sections.get(text.id, whole)))
        if not new or left > 0:
            found.append(text)
            left -= new
    return found
