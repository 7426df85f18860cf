"""What is said about the sources of weak labels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from loop.progress.project import Progress

NAMES = {"pattern": "patterns", "file": "suggestions from files", "pipeline": "the pipeline in [suggest]"}
SHOWN = 5  # of what is doubted


def weak_words(now: Progress, *, named: bool = True) -> Iterator[str]:
    """Clauses for each source of weak labels: how it fares, and what of it is no longer learned from.

    Args:
        now: the state of the project.
        named: whether to quote what is contradicted: terms are words of the texts.
    """
    until = now.weak_until
    for one in now.weak:
        judged = f"; answers agreed with {one.agreed:,} of {one.agreed + one.denied:,}" * bool(one.agreed + one.denied)
        learns = f"learned from until {until:,} answers" if now.training < until else "no longer learned from"
        yield f"{NAMES[one.source]}: {one.spans:,} spans in {one.texts:,} texts{judged}; {learns}"
        if one.doubted:
            quoted = [f"“{name}” ({agreed} of {agreed + denied})" for name, (agreed, denied) in one.doubted.items()]
            more = f"{', …' * (len(quoted) > SHOWN)}; `/` in a session finds their places"
            which = ", ".join(quoted[:SHOWN]) + more if named else f"{len(quoted):,} of them"
            yield f"contradicted by answers, so not learned from: {which}"
        if one.dropped:
            yield f"found better by the rounds, so no longer learned from: {', '.join(one.dropped)}"
    if score := now.pipeline_score:
        low, high = score.interval
        apart = f"F1 {-score.ahead:+.0f} points ({-high:+.0f} to {-low:+.0f}) against round {score.round}"
        yield f"{NAMES['pipeline']}: {apart} on {score.texts:,} held-out texts"
