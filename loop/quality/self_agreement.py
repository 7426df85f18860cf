"""Intra-annotator agreement on repeated texts, answered blind."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from loop.answer_parts import Schemes
from loop.former_names import attribute
from loop.quality.finding import Finding, Given, listed
from loop.records import Answer, Span
from loop.truth import resolve, standing


class Pair(NamedTuple):
    """The first and the second answer's spans for a repeated text, only of labels that both cover."""

    answer: Answer
    first: tuple[Span, ...]
    second: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Consistency:
    """Intra-annotator agreement.

    Attributes:
        pairs: number of texts answered twice. same: of these, answered exactly as before.
        f1: strict span F1 (percent) between first and second answers, micro-averaged and symmetric (Hripcsak &
            Rothschild 2005); None if there are no spans. interval: its 95% interval.
    """

    pairs: int
    same: int
    f1: float | None
    interval: tuple[float, float] | None = None

    f = attribute("Consistency", "f", "f1")


def pairs(answers: Iterable[Answer], schemes: Schemes) -> list[Pair]:
    """A pair for each repeated text with complete answers, in the order of repetition.

    The first answer is the one in force when the text was repeated; later corrections, perhaps because of this very
    pair, do not count.

    Args:
        answers: all answers ever given.
        schemes: the labels that complete answers cover.
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


def consistency(found: Sequence[Pair], units: Mapping[int, str] = MappingProxyType({})) -> Consistency:
    """The agreement of second answers with first ones.

    Args:
        found: the pairs.
        units: of resampling, by text id: the group of a text, or by default the text alone.
    """
    same = sum(set(pair.first) == set(pair.second) for pair in found)
    labels = sorted({span.label for pair in found for span in (*pair.first, *pair.second)})
    if not labels:
        return Consistency(len(found), same, None)
    from loop.intervals import counts, measures, over_units  # numpy takes 0.1 s to import: not before the first screen

    table = counts([pair.second for pair in found], [pair.first for pair in found], labels)
    of_pairs = [units.get(pair.answer.text_id, str(pair.answer.text_id)) for pair in found]
    (measure,) = measures(over_units(table.sum(axis=1, keepdims=True), of_pairs))
    return Consistency(len(found), same, measure.f1, measure.f1_interval)


def unlike(answers: Iterable[Given], found: Iterable[Pair]) -> list[Finding]:
    """Those answers that differ from the repeated answer to their text, the most different first."""
    differing = {pair.answer.id: pair for pair in found if set(pair.first) != set(pair.second)}
    findings = [_unlike(one, differing[one.answer.id]) for one in answers if one.answer.id in differing]
    return sorted(findings, key=lambda finding: (-finding.surprise, finding.answer.text_id))


def _unlike(one: Given, pair: Pair) -> Finding:
    text = one.question.text.text
    gone, new = sorted(set(pair.first) - set(pair.second)), sorted(set(pair.second) - set(pair.first))
    words = f"first {listed(text, gone)}, then {listed(text, new)}"
    return Finding("repeat", one.answer, words, float(len(gone) + len(new)), (gone or new)[0])
