"""Intra-annotator agreement: texts that were answered once more, blind."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from loop.quality.finding import Finding, Given, listed
from loop.records import Answer, Span
from loop.truth import Schemes, resolve, standing


class Pair(NamedTuple):
    """What was said of a text first, and when it was repeated; only spans of labels that both were asked for."""

    answer: Answer
    first: tuple[Span, ...]
    second: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Consistency:
    """Agreement of an annotator with themselves.

    Attributes:
        pairs: texts answered twice. same: of them, the ones answered exactly as before.
        f1: strict span F1 in percent between first and second answers, all spans of all pairs together, which is the
            same in both directions (Hripcsak & Rothschild 2005); None where neither has a span. interval: of 95 %.
    """

    pairs: int
    same: int
    f1: float | None
    interval: tuple[float, float] | None = None


def pairs(answers: Iterable[Answer], schemes: Schemes) -> list[Pair]:
    """A pair for each text repeated and answered completely, in the order in which they were repeated.

    The first answer is what stood when the text was repeated: what was corrected since then, perhaps for this very
    pair, does not count.

    Args:
        answers: all that were ever given.
        schemes: what complete ones are complete for.
    """
    given = list(answers)
    of: dict[tuple[int, str], list[Answer]] = {}
    for answer in given:
        of.setdefault((answer.text_id, answer.annotator), []).append(answer)
    second = [one for one in standing(given) if one.repeat and one.complete and one.verdict == "accept"]
    found = (_pair(one, of[one.text_id, one.annotator], schemes) for one in sorted(second, key=lambda one: one.rank))
    return [pair for pair in found if pair]


def _pair(second: Answer, given: Iterable[Answer], schemes: Schemes) -> Pair | None:
    before = resolve(standing(one for one in given if one.seq < second.rank), schemes)
    if not before.labels:
        return None
    labels = before.labels.intersection(schemes[second.scheme])
    return Pair(before.parts[-1].answer, _of(before.spans, labels), _of(second.spans, labels))


def _of(spans: Iterable[Span], labels: Collection[str]) -> tuple[Span, ...]:
    return tuple(span for span in spans if span.label in labels)


def consistency(found: Sequence[Pair]) -> Consistency:
    """How far the second answers agree with the first ones."""
    same = sum(set(pair.first) == set(pair.second) for pair in found)
    labels = sorted({span.label for pair in found for span in (*pair.first, *pair.second)})
    if not labels:
        return Consistency(len(found), same, None)
    from loop.intervals import counts, measures  # numpy takes a tenth of a second: not before the first screen

    table = counts([pair.second for pair in found], [pair.first for pair in found], labels)
    (measure,) = measures(table.sum(axis=1, keepdims=True))
    return Consistency(len(found), same, measure.f1, measure.f1_interval)


def unlike(answers: Iterable[Given], found: Iterable[Pair]) -> list[Finding]:
    """Of the answers those that were answered otherwise when the text was repeated, the most different first."""
    differing = {pair.answer.id: pair for pair in found if set(pair.first) != set(pair.second)}
    findings = [_unlike(one, differing[one.answer.id]) for one in answers if one.answer.id in differing]
    return sorted(findings, key=lambda finding: (-finding.surprise, finding.answer.text_id))


def _unlike(one: Given, pair: Pair) -> Finding:
    text = one.question.text.text
    gone, new = sorted(set(pair.first) - set(pair.second)), sorted(set(pair.second) - set(pair.first))
    words = f"first {listed(text, gone)}, then {listed(text, new)}"
    return Finding("repeat", one.answer, words, float(len(gone) + len(new)), (gone or new)[0])
