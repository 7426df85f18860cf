"""Run all checks of answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from loop.answer_parts import Schemes
from loop.quality.disagreements import disagreements
from loop.quality.fast import hurried
from loop.quality.finding import Finding, Given
from loop.quality.improbable import improbable
from loop.quality.inconsistent_labels import inconsistent, uses
from loop.quality.reviewed import reviewed
from loop.quality.self_agreement import Pair, unlike
from loop.records import Answer
from loop.truth import of_texts


def check(
    answers: Sequence[Given],
    schemes: Schemes,
    twice: Sequence[Pair] = (),
    *,
    adjudicated: Sequence[Answer] = (),
    looked_at: Collection[str] = (),
) -> list[Finding]:
    """Suspicious answers by kind, the most suspicious of each kind first.

    Args:
        answers: complete ones, with their questions.
        schemes: the labels that complete answers cover.
        twice: pairs of answers to repeated texts.
        adjudicated: adjudicated answers in force; annotators no longer disagree about what these decide.
        looked_at: ids of answers that were reviewed and left unchanged.
    """
    found = uses(answers)
    strings, model = inconsistent(found), improbable(answers, found)
    findings: Iterable[Finding] = (
        *disagreements(answers, schemes, decided=of_texts(adjudicated, schemes)),
        *strings,
        *model,
        *hurried(answers),
        *unlike(answers, twice),
        *reviewed(answers, adjudicated, schemes),
    )
    return [finding for finding in findings if finding.answer.id not in looked_at]
