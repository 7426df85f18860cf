"""The parts of a text about which nothing is left to ask, because answers about passages have settled them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from loop.records import Answer, Passage


def settled(
    answers: Iterable[Answer], schemes: Mapping[int, Collection[str]], labels: Collection[str]
) -> dict[int, list[Passage]]:
    """By text the passages of those of these standing answers that cover all of these labels."""
    found: dict[int, list[Passage]] = {}
    for answer in answers:
        if answer.passage is not None and not answer.repeat and set(labels) <= set(schemes[answer.scheme]):
            found.setdefault(answer.text_id, []).append(answer.passage)
    return found


def gaps(size: int, known: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ranges from 0 to `size`, as long as possible, that touch none of `known`, in order."""
    found, start = [], 0
    for first, last in [*sorted(known), (size, size)]:
        if start < first:
            found.append((start, first))
        start = max(start, last)
    return found


def is_settled(text: str, known: Sequence[Passage]) -> bool:
    """Whether nothing but white space is outside of these passages."""
    return not any(text[start:end].strip() for start, end in gaps(len(text), known))
