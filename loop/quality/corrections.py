"""How annotators corrected the suggested spans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from loop.quality.finding import Given
from loop.records import Span

MISSED = "missed"
DELETED = "deleted"
RELABELLED = "relabelled"
MOVED = "moved"


@dataclass(frozen=True, slots=True, order=True)
class Correction:
    """A kind of correction of a string.

    Attributes:
        kind: `MISSED` by the suggestions, `DELETED`, `RELABELLED` or `MOVED` (its edges).
        shown, answered: the strings, in lower case; empty for none. shown_label, answered_label: their labels.
    """

    kind: str
    shown: str
    shown_label: str
    answered: str
    answered_label: str


def corrections(answers: Iterable[Given]) -> list[tuple[Correction, int]]:
    """Every correction with its count, the most frequent first.

    Held-out and manual answers do not count: they had no suggestions.
    """
    counts = Counter(one for given in answers if _had_suggestions(given) for one in _made(given))
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _had_suggestions(one: Given) -> bool:
    return one.answer.mode == "correct" and bool(one.question.candidates or one.answer.shown)


def _made(one: Given) -> Iterator[Correction]:
    shown, answered = set(one.answer.shown), set(one.answer.spans)
    for span in answered - shown:
        before = max((other for other in shown - answered if span.overlaps(other)), key=_length, default=None)
        yield _correction(one, before, span)
    for span in shown - answered:
        if not any(span.overlaps(other) for other in answered - shown):
            yield _correction(one, span, None)


def _length(span: Span) -> tuple[int, Span]:
    return span.end - span.start, span


def _correction(one: Given, before: Span | None, after: Span | None) -> Correction:
    text = one.question.text.text

    def string(span: Span | None) -> str:
        return " ".join(text[span.start : span.end].split()).casefold() if span else ""

    kind = MISSED if before is None else DELETED if after is None else MOVED
    if before and after and before.label != after.label:
        kind = RELABELLED
    labels = (before.label if before else "", after.label if after else "")
    return Correction(kind, string(before), labels[0], string(after), labels[1])
