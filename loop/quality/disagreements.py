"""Disagreements between annotators."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from loop.answer_parts import Schemes
from loop.quality.finding import Finding, Given, listed
from loop.truth import Truth


def disagreements(
    answers: Iterable[Given], schemes: Schemes, *, decided: Mapping[int, Truth] | None = None
) -> list[Finding]:
    """Answers that differ from another annotator's first answer to the text, the most different first.

    Only spans of labels, and of the part of the text, that both answers cover count.

    Args:
        answers: complete ones in force, with their questions.
        schemes: the labels that complete answers cover.
        decided: by text, what was adjudicated, which counts no more.
    """
    of_text: dict[int, list[Given]] = defaultdict(list)
    for one in sorted(answers, key=lambda one: one.answer.rank):
        of_text[one.answer.text_id].append(one)
    known = decided or {}
    findings = [
        finding for id_, same in of_text.items() for finding in _differing(same, schemes, known.get(id_, Truth()))
    ]
    return sorted(findings, key=lambda finding: (-finding.surprise, finding.answer.text_id))


def _differing(same: Sequence[Given], schemes: Schemes, decided: Truth) -> Iterator[Finding]:
    first, *others = same
    for one in others:
        both = set(schemes[first.answer.scheme]) & set(schemes[one.answer.scheme])
        start, end = max(first.asked[0], one.asked[0]), min(first.asked[1], one.asked[1])
        then, now = (
            {s for s in each.answer.spans if s.label in both and s.touches((start, end)) and not decided.judges(s)}
            for each in (first, one)
        )
        if one.answer.annotator != first.answer.annotator and start < end and then != now:
            text, gone, new = one.question.text.text, sorted(then - now), sorted(now - then)
            words = f"{first.answer.annotator} {listed(text, gone)}, {one.answer.annotator} {listed(text, new)}"
            yield Finding("disagreement", one.answer, words, float(len(gone) + len(new)), (gone or new)[0])
