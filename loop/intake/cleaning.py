"""Clean texts before they are added: what is broken in many texts alike, each kind only if asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from loop.formats import RawText
from loop.intake.markup import references, tags
from loop.intake.mojibake import mojibake
from loop.intake.rewriting import Edit, rewrite, rewritten

Cleaning = Literal["encoding", "tags", "references"]
CLEANINGS: Mapping[Cleaning, Callable[[str], Iterable[Edit]]] = {
    "encoding": mojibake,
    "tags": tags,
    "references": references,
}
"""What can be cleaned, in the order in which it is."""
PASSES = 5


def cleaned(raws: Iterable[RawText], cleanings: Collection[Cleaning], *, spans: bool) -> Iterator[RawText]:
    """Yield the rows with cleaned texts, repeatedly: text may be escaped twice.

    With `spans`, their spans and suggestions stay on the same words; without, they are left out of consideration.

    Raises:
        InputError: a span begins or ends inside what would be replaced, or covers nothing else.
    """
    wanted = [find for cleaning, find in CLEANINGS.items() if cleaning in cleanings]
    for raw in raws:
        yield _cleaned(raw, wanted, spans=spans)


def _cleaned(raw: RawText, wanted: Sequence[Callable[[str], Iterable[Edit]]], *, spans: bool) -> RawText:
    for _ in range(PASSES):
        before = raw.text
        for find in wanted:
            if edits := list(find(raw.text)):
                raw = rewrite(raw, edits) if spans else replace(raw, text=rewritten(raw.text, edits))
        if raw.text == before:
            break
    return raw
