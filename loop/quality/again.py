"""Agreement with oneself: texts that were answered once more, blind."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from loop.quality.finding import Finding, Given, listed
from loop.records import Answer, Span


class Pair(NamedTuple):
    """What was said of a text first, and when it was asked again; only spans of labels that both were asked for."""

    answer: Answer
    first: tuple[Span, ...]
    second: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Consistency:
    """Agreement of an annotator with themselves.

    Attributes:
        pairs: texts answered twice. same: of them, the ones answered exactly as before.
        f: strict span F in percent between first and second answers, all spans of all pairs together, which is the
            same in both directions (Hripcsak & Rothschild 2005); None where neither has a span. interval: of 95 %.
    """

    pairs: int
    same: int
    f: float | None
    interval: tuple[float, float] | None = None


def pairs(answers: Iterable[Answer], schemes: Mapping[int, Collection[str]]) -> list[Pair]:
    """A pair for each text asked again and answered completely, in the order of the second answers.

    The first answer is the one that stood when the text was asked again: what was put right since then, perhaps for
    this very pair, does not count.

    Args:
        answers: all that were ever given.
        schemes: the labels of each version.
    """
    given = sorted(answers, key=lambda answer: answer.seq)
    replaced = {answer.retracts for answer in given}
    stood: dict[tuple[int, str], Answer] = {}
    found: list[Pair] = []
    for answer in given:
        key = answer.text_id, answer.annotator
        if not (answer.complete and answer.verdict == "accept"):
            continue
        if not answer.again:
            stood[key] = answer
        elif key in stood and answer.id not in replaced:
            labels = set(schemes[stood[key].scheme]) & set(schemes[answer.scheme])
            found.append(Pair(stood[key], _of(stood[key], labels), _of(answer, labels)))
    return found


def _of(answer: Answer, labels: Collection[str]) -> tuple[Span, ...]:
    return tuple(span for span in answer.spans if span.label in labels)


def consistency(found: Sequence[Pair]) -> Consistency:
    """How far the second answers agree with the first ones."""
    same = sum(set(pair.first) == set(pair.second) for pair in found)
    labels = sorted({span.label for pair in found for span in (*pair.first, *pair.second)})
    if not labels:
        return Consistency(len(found), same, None)
    from loop.intervals import counts, measures  # numpy takes a tenth of a second: not before the first screen

    table = counts([pair.second for pair in found], [pair.first for pair in found], labels)
    (measure,) = measures(table.sum(axis=1, keepdims=True))
    return Consistency(len(found), same, measure.f, measure.f_interval)


def unlike(answers: Iterable[Given], found: Iterable[Pair]) -> list[Finding]:
    """Of the answers those that were answered otherwise when the text was asked again, the most different first."""
    differing = {pair.answer.id: pair for pair in found if set(pair.first) != set(pair.second)}
    findings = [_unlike(one, differing[one.answer.id]) for one in answers if one.answer.id in differing]
    return sorted(findings, key=lambda finding: (-finding.surprise, finding.answer.text_id))


def _unlike(one: Given, pair: Pair) -> Finding:
    text = one.question.text.text
    gone, new = sorted(set(pair.first) - set(pair.second)), sorted(set(pair.second) - set(pair.first))
    words = f"first {listed(text, gone)}, asked again {listed(text, new)}"
    return Finding("unlike", one.answer, words, float(len(gone) + len(new)), (gone or new)[0])
