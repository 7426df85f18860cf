"""Inconsistent labels: the same string, annotated differently in different places.

The idea is variation n-grams (Dickinson & Meurers 2003, "Detecting errors in part-of-speech annotation", EACL): a
string annotated in different ways is either ambiguous or wrong somewhere, and the rarer way is more likely wrong.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import log
from typing import NamedTuple

from loop.quality.finding import Finding, Given, quoted
from loop.records import Span

UNMARKED = ""
EDGES = "\0edges"
# A use is worth checking below this probability, estimated from the other uses (Laplace's rule).
SURPRISE = log(2)


class Use(NamedTuple):
    """An occurrence of a string that some answer marks.

    Attributes:
        way: how it is annotated there: a label, `UNMARKED`, or `EDGES` if marks with other edges overlap it.
    """

    given: Given
    span: Span
    way: str


def uses(answers: Sequence[Given]) -> dict[str, list[Use]]:
    """Every string marked somewhere, case-folded, with all its occurrences.

    Occurrences inside a longer mark do not count: "brake" in a marked "brake pads" says nothing about "brake". An
    unmarked one counts only in exactly the spelling that is marked elsewhere: "Giant" is not "giant".
    """
    exact = {_string(one.question.text.text, span) for one in answers for span in one.answer.spans}
    begins = _beginnings(answers)
    found: dict[str, list[Use]] = defaultdict(list)
    for one in answers:
        for use in _places(one, exact, begins):
            found[_string(one.question.text.text, use.span).casefold()].append(use)
    return dict(found)


def _string(text: str, span: Span) -> str:
    return " ".join(text[span.start : span.end].split())


def _beginnings(answers: Sequence[Given]) -> dict[str, int]:
    """The first words of marked strings, each with the length in words of the longest string starting with it."""
    found: dict[str, int] = {}
    for one in answers:
        text, spans = one.question.text.text, {span.start: span.end for span in one.answer.spans}
        words = one.words if spans else []
        for first, (start, end) in enumerate(words):
            if start in spans:
                size = sum(begin < spans[start] for begin, _ in words[first:])
                found[text[start:end]] = max(size, found.get(text[start:end], 0))
    return found


def _places(one: Given, exact: set[str], begins: Mapping[str, int]) -> Iterator[Use]:
    text, words, marked = one.question.text.text, one.words, one.answer.spans
    for span in marked:
        yield Use(one, span, span.label)
    for first, (start, end) in enumerate(words):
        for _, last in words[first : first + begins.get(text[start:end], 0)]:
            here = Span(start, last, "")
            if _string(text, here) in exact and (way := _way(here, marked)) is not None:
                yield Use(one, here, way)


def _way(here: Span, marked: Sequence[Span]) -> str | None:
    """`UNMARKED`, `EDGES`, or None if the place is a mark or inside one."""
    touching = [span for span in marked if span.overlaps(here)]
    if any(span.contains(here) for span in touching):
        return None
    return EDGES if touching else UNMARKED


def inconsistent(found: Mapping[str, Sequence[Use]]) -> list[Finding]:
    """The rarer uses of every string, the most surprising (rarest for their string) first."""
    findings = [finding for same in found.values() for finding in _rarer(same)]
    return sorted(findings, key=lambda finding: (-finding.surprise, finding.answer.text_id, finding.span))


def _rarer(same: Sequence[Use]) -> Iterator[Finding]:
    ways = Counter(use.way for use in same)
    if len(ways) == 1:
        return
    usual, most = ways.most_common(1)[0]
    for use in same:
        surprise = -log((ways[use.way] + 1) / (len(same) + 2))
        if use.way == usual or surprise < SURPRISE or ways[use.way] == most:
            continue
        words = f"{quoted(use.given.question.text.text, use.span)}: {_counted(ways)}; here {way_in_words(use.way)}"
        yield Finding("inconsistent", use.given.answer, words, surprise, use.span)


def _counted(ways: Counter[str]) -> str:
    """The ways in words, such as "DRUG 14 times, unmarked 3"."""
    (first, count), *others = ways.most_common()
    times = f"{way_in_words(first)} {count} time{'' if count == 1 else 's'}"
    return ", ".join([times, *(f"{way_in_words(way)} {count}" for way, count in others)])


def way_in_words(way: str) -> str:
    """A way of annotation in words."""
    return {UNMARKED: "unmarked", EDGES: "other edges"}.get(way, way)
