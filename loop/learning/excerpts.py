"""What has to be read to learn from an answer about a passage: the passage, and what its features depend on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from spacy.language import Language

from loop.answer_parts import Known
from loop.base.pipeline import COMPONENT
from loop.encoder.layer import ARCHITECTURE
from loop.records import Passage, Span
from loop.truth import Truth

# Words to either side where features depend on more than the text can be cut to, as those of a transformer.
UNKNOWN = 64
# Characters of a word: a longer run without white space counts as several, because some scripts have none.
LONGEST = 200
WORD = re.compile(rf"\S{{1,{LONGEST}}}")


Ranged = TypeVar("Ranged", Span, Known)


class Piece(NamedTuple):
    """A part of a text, as character offsets, and where it begins in the excerpt."""

    start: int
    end: int
    at: int


def receptive_field(nlp: Language) -> int:
    """How many tokens to either side of a token its features depend on: depth times window of the convolutions.

    Those of an encoder or a transformer depend on more, the less the farther it is; `UNKNOWN` for these.
    """
    tok2vec: Any = nlp.get_pipe_config(COMPONENT)["model"].get("tok2vec", {})
    if tok2vec.get("embed", {}).get("@architectures") == ARCHITECTURE:
        return UNKNOWN
    encode = tok2vec.get("encode", tok2vec)
    depth, window = encode.get("depth"), encode.get("window_size")
    return depth * window if isinstance(depth, int) and isinstance(window, int) else UNKNOWN


def excerpt(text: str, truth: Truth, margin: int) -> tuple[str, Truth]:
    """What of a text something is known of, with `margin` words on either side.

    Returns:
        The excerpt, whose pieces are put together with a blank, and what is known of it.
    """
    known: list[Span | Known] = [*truth.passages, *truth.spans, *truth.refused, *truth.unclear]
    pieces = _pieces(text, [(one.start, one.end) for one in known], margin)
    if len(pieces) == 1 and not (text[: pieces[0].start].strip() or text[pieces[0].end :].strip()):
        return text, truth
    shown = " ".join(text[piece.start : piece.end] for piece in pieces)
    return shown, replace(
        truth,
        spans=_moved(truth.spans, pieces),
        refused=_moved(truth.refused, pieces),
        unclear=_moved(truth.unclear, pieces),
        passages=_moved(truth.passages, pieces),
    )


def _pieces(text: str, ranges: Iterable[Passage], margin: int) -> list[Piece]:
    merged: list[list[int]] = []
    for start, end in sorted((_before(text, a, margin), _after(text, b, margin)) for a, b in ranges):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(end, merged[-1][1])
        else:
            merged.append([start, end])
    pieces, at = [], 0
    for start, end in merged:
        pieces.append(Piece(start, end, at))
        at += end - start + 1
    return pieces


def _before(text: str, place: int, margin: int) -> int:
    """The start of the word that is `margin` words before a place."""
    near = max(0, place - (LONGEST + 1) * margin)
    words = [match.start() for match in WORD.finditer(text, near, place)]
    return words[-margin] if len(words) > margin else 0


def _after(text: str, place: int, margin: int) -> int:
    for n, match in enumerate(WORD.finditer(text, place)):
        if n + 1 == margin:
            return match.end()
    return len(text)


def _moved(ranges: Sequence[Ranged], pieces: Sequence[Piece]) -> tuple[Ranged, ...]:
    """The same ranges as places in the excerpt."""
    found = []
    for one in ranges:
        piece = next(piece for piece in pieces if piece.start <= one.start and one.end <= piece.end)
        by = piece.at - piece.start
        found.append(replace(one, start=one.start + by, end=one.end + by))
    return tuple(found)
