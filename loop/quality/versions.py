"""Versions of a text, as annotators see it, and the places where they differ."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from loop.answer_parts import Known, Schemes
from loop.quality.finding import listed
from loop.records import Answer, Passage, Span
from loop.truth import Truth, of_annotators


@dataclass(frozen=True, slots=True)
class Version:
    """What some annotators say about a text, all of them the same.

    Attributes:
        annotators: their names, sorted.
        truth: what they say; empty if they skipped the text, or called it unusable.
        answers: their answers in force, by rank.
    """

    annotators: tuple[str, ...]
    truth: Truth
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where versions differ.

    Attributes:
        start, end: character offsets of the place, which holds every span that touches it.
        said: the spans of each version there; None if it says nothing about them.
    """

    start: int
    end: int
    said: tuple[tuple[Span, ...] | None, ...]

    @property
    def spans(self) -> tuple[Span, ...]:
        """The spans that some version has there, sorted."""
        return tuple(sorted({span for spans in self.said for span in spans or ()}))

    def words(self, text: str, names: Iterable[str]) -> str:
        """Return what each version says there, such as "alice “hub” PART, bob nothing"."""
        said = zip(names, self.said, strict=True)
        return ", ".join(f"{name} {listed(text, spans)}" for name, spans in said if spans is not None)


class Scope(NamedTuple):
    """What one adjudicated answer can decide: all spans of these labels in the text or, if given, in the passage.

    Without labels it says of single spans whether they are right.
    """

    labels: frozenset[str]
    passage: Passage | None = None

    def holds(self, difference: Difference) -> bool:
        """Whether an answer of this scope decides about every span of a difference."""
        spans = difference.spans
        inside = self.passage is None or all(span.touches(self.passage) for span in spans)
        return not self.labels or (inside and all(span.label in self.labels for span in spans))


SINGLE_SPANS = Scope(frozenset())


def versions(answers: Iterable[Answer], schemes: Schemes) -> tuple[Version, ...]:
    """The versions of a text, in the order of their first annotators.

    Args:
        answers: the answers to it in force; adjudicated ones and repeats are left out.
        schemes: the labels that complete answers cover.
    """
    given = sorted((one for one in answers if not (one.adjudicates or one.repeat)), key=lambda one: one.rank)
    same: dict[object, list[tuple[str, Truth]]] = {}
    for (_, annotator), truth in sorted(of_annotators(given, schemes).items()):
        why = () if truth.parts else _left_out(given, annotator)
        key = truth.labels, truth.spans, truth.refused, truth.unclear, truth.passages, why
        same.setdefault(key, []).append((annotator, truth))
    return tuple(_version(of, given) for of in same.values())


def _left_out(given: Iterable[Answer], annotator: str) -> tuple[str, str]:
    last = [one for one in given if one.annotator == annotator][-1]
    return last.verdict, last.reason


def _version(of: Collection[tuple[str, Truth]], given: Iterable[Answer]) -> Version:
    names = tuple(name for name, _ in of)
    return Version(names, next(truth for _, truth in of), tuple(one for one in given if one.annotator in names))


def differences(found: Collection[Version]) -> tuple[Difference, ...]:
    """The places where versions of a text differ, from left to right.

    Spans that touch, directly or through others, are one place. Where one version says nothing, the others' spans are
    no difference.
    """
    truths = [version.truth for version in found]
    if len(truths) < 2:
        return ()
    places = _places(sorted({span for truth in truths for span in truth.spans}))
    return tuple(
        Difference(place[0].start, max(span.end for span in place), tuple(_said(truth, place) for truth in truths))
        for place in places
        if any(truth.denies(span) for truth in truths for span in place)
    )


def _places(spans: Iterable[Span]) -> Iterator[list[Span]]:
    place: list[Span] = []
    for span in spans:
        if place and span.start >= max(other.end for other in place):
            yield place
            place = []
        place.append(span)
    if place:
        yield place


def _said(truth: Truth, place: Collection[Span]) -> tuple[Span, ...] | None:
    here = tuple(sorted({*place}.intersection(truth.spans)))
    return here if here or any(map(truth.denies, place)) else None


def scopes(found: Collection[Version]) -> list[Scope]:
    """What adjudicated answers to a text can decide without saying what nobody has said, the widest first.

    All spans of the labels that somebody was asked about in the whole text; in passages, those of further labels that
    somebody was asked about in all of the passage; and single spans.
    """
    truths = [version.truth for version in found]
    whole = frozenset[str]().union(*(truth.labels for truth in truths))
    known = [passage.without(whole) for truth in truths for passage in truth.passages]
    wide = [Scope(whole)] if whole else []
    return [*wide, *_in_passages([passage for passage in known if passage.labels]), SINGLE_SPANS]


def _in_passages(known: Collection[Known]) -> Iterator[Scope]:
    """A scope for each run of passages that touch, if there is a label that is known all over it."""
    run: list[Known] = []
    for passage in [*sorted(known, key=lambda one: (one.start, one.end)), None]:
        if run and (passage is None or passage.start > max(one.end for one in run)):
            start, end = run[0].start, max(one.end for one in run)
            if labels := frozenset(label for label in _labels(run) if _covers(run, label, start, end)):
                yield Scope(labels, (start, end))
            run = []
        if passage is not None:
            run.append(passage)


def _labels(known: Iterable[Known]) -> set[str]:
    return {label for passage in known for label in passage.labels}


def _covers(run: Iterable[Known], label: str, start: int, end: int) -> bool:
    """Whether the passages of a label, given from left to right, cover all from `start` to `end`."""
    for passage in run:
        if label in passage.labels and passage.start <= start:
            start = max(start, passage.end)
    return start >= end
