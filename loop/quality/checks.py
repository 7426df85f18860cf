"""All checks together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from loop.quality.disagreements import disagreements
from loop.quality.fast import hurried
from loop.quality.finding import Finding, Given
from loop.quality.improbable import improbable
from loop.quality.inconsistent_labels import inconsistent, uses
from loop.quality.self_agreement import Pair, unlike
from loop.truth import Schemes


def check(
    answers: Sequence[Given],
    schemes: Schemes,
    twice: Sequence[Pair] = (),
    *,
    looked_at: Collection[str] = (),
) -> list[Finding]:
    """What is suspicious, kind by kind, and of each kind the most suspicious first.

    Args:
        answers: complete ones, with their questions.
        schemes: what complete ones are complete for.
        twice: the answers to texts that were repeated.
        looked_at: ids of answers that somebody has looked at again and left as they were.
    """
    found = uses(answers)
    strings, model = inconsistent(found), improbable(answers, found)
    findings: Iterable[Finding] = (
        *disagreements(answers, schemes),
        *strings,
        *model,
        *hurried(answers),
        *unlike(answers, twice),
    )
    return [finding for finding in findings if finding.answer.id not in looked_at]
