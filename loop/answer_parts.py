"""What counts of an answer: what it says, and what later answers of the same annotator leave of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from loop.records import Answer, Span

if TYPE_CHECKING:
    from loop.truth import Truth

Schemes = Mapping[int, Collection[str]]
"""By scheme version: the current labels that a complete answer under the scheme covers."""


@dataclass(frozen=True, slots=True)
class Known:
    """A passage of a text whose spans of some labels are all known.

    Attributes:
        start, end: character offsets.
        labels: no span of these that touches the passage is missing.
    """

    start: int
    end: int
    labels: frozenset[str]

    def covers(self, span: Span) -> bool:
        """Whether a span is known to be wrong if it is not among those known."""
        return span.label in self.labels and span.touches((self.start, self.end))

    def without(self, labels: Collection[str]) -> Known:
        """The same passage of which less is known."""
        return replace(self, labels=self.labels.difference(labels))


@dataclass(frozen=True, slots=True)
class Part:
    """The part of an answer that still counts after later answers of the same annotator to the same text.

    Attributes:
        answer: the answer.
        labels: the labels of which `spans` are all there are, except within `unclear`.
        spans: correct spans.
        refused: wrong spans; the answer does not say what is correct there.
        unclear: spans of `labels` that a later answer overlaps, without saying what becomes of the rest.
        passages: where `spans` are all there are of the labels of the passage, except within `unclear`.
        is_whole: whether no later answer overrides any of it.
    """

    answer: Answer
    labels: frozenset[str] = frozenset()
    spans: tuple[Span, ...] = ()
    refused: tuple[Span, ...] = ()
    unclear: tuple[Span, ...] = ()
    passages: tuple[Known, ...] = ()
    is_whole: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether nothing of the answer counts."""
        return not (self.labels or self.spans or self.refused or self.passages)

    @property
    def covers(self) -> frozenset[str]:
        """The labels of which `spans` are all there are, in the text or in a passage."""
        return self.labels.union(*(one.labels for one in self.passages))

    def as_answer(self) -> Answer:
        """An answer that says by itself, for the labels that this covers, what counts of the answer."""
        answer = self.answer
        complete, passage = bool(self.labels), answer.passage if self.passages else None
        if self.is_whole and (complete, passage) == (answer.complete, answer.passage):
            return answer
        judged = {*self.spans, *self.refused}
        spans = self.spans if answer.verdict == "accept" else tuple(filter(judged.__contains__, answer.spans))
        shown = answer.shown if complete or passage else tuple(filter(judged.__contains__, answer.shown))
        return replace(answer, spans=spans, shown=shown, complete=complete, passage=passage, unclear=self.unclear)


def parts_of(answers: Iterable[Answer], schemes: Schemes) -> list[Part]:
    """The parts that count of one annotator's answers to one text, given by rank."""
    found: list[Part] = []
    for answer in answers:
        said = as_part(answer, schemes)
        if not said.is_empty:
            found = [*remaining(found, [said]), said]
    return found


def remaining(parts: Iterable[Part], later: Iterable[Part]) -> list[Part]:
    """What later answers leave of the parts of earlier ones."""
    left = list(parts)
    for part in later:
        left = [rest for each in left if not (rest := _rest_of(each, part)).is_empty]
    return left


def as_part(answer: Answer, schemes: Schemes) -> Part:
    """All that an answer says."""
    if not answer.says_something or answer.repeat:
        return Part(answer)
    right = answer.spans if answer.verdict == "accept" else ()
    labels = frozenset(schemes[answer.scheme]) if answer.complete or answer.passage else frozenset()
    if answer.passage:
        return Part(answer, frozenset(), right, unclear=answer.unclear, passages=(Known(*answer.passage, labels),))
    return Part(answer, labels, right, _refused(answer), answer.unclear)


def _refused(answer: Answer) -> tuple[Span, ...]:
    """The spans that a partial answer says are wrong: all of a "no", and those that a "yes" was shown but left out.

    Other partial answers say nothing about the spans shown, and complete answers need no refused spans.
    """
    if answer.complete:
        return ()
    if answer.verdict == "reject":
        return tuple(dict.fromkeys((*answer.spans, *answer.shown)))
    return tuple(span for span in answer.shown if answer.mode == "teach" and span not in answer.spans)


def _rest_of(part: Part, later: Part) -> Part:
    """The part of an earlier answer that a later one leaves; of a partial answer, all that is not contradicted."""
    labels = part.labels - later.labels
    passages = tuple(one.without(later.labels) for one in part.passages if not one.labels <= later.labels)

    def is_known(span: Span) -> bool:
        return span.label in labels or any(one.covers(span) for one in passages)

    asked_again = later.labels if part.answer.complete else ()
    open_ = [span for span in part.spans if span.label not in asked_again and span not in later.refused]
    left = [span for span in open_ if not denies(later, span)]
    cut = [span for span in open_ if span not in left]
    more = [span for span in later.spans if is_known(span) and span not in left]
    refused = tuple(span for span in part.refused if span not in later.spans)
    said = {*later.spans, *later.refused}
    outside = (piece for span in (*part.unclear, *cut) for piece in _outside(span, later.passages))
    unclear = tuple(span for span in outside if is_known(span) and span not in said)
    rest = Part(part.answer, labels, (*left, *more), refused, unclear, passages)
    return replace(rest, is_whole=part.is_whole and replace(rest, unclear=part.unclear) == replace(part, is_whole=True))


def _outside(span: Span, passages: Iterable[Known]) -> list[Span]:
    """What of a span lies outside these passages, as far as they are about its label."""
    pieces = [span]
    for one in passages:
        if one.covers(span):
            sides = [(each, each.start, min(each.end, one.start)) for each in pieces]
            sides += [(each, max(each.start, one.end), each.end) for each in pieces]
            pieces = [replace(each, start=start, end=end) for each, start, end in sides if start < end]
    return pieces


def denies(known: Truth | Part, span: Span) -> bool:
    """Whether a span is known to be wrong."""
    if span in known.spans or _touches(span, known.unclear):
        return False
    if span.label in known.labels or any(one.covers(span) for one in known.passages):
        return True
    return span in known.refused or _touches(span, known.spans)


def _touches(span: Span, others: Iterable[Span]) -> bool:
    return any(map(span.overlaps, others))
