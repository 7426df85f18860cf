"""Analyses enumerated one by one, and what follows from them."""

from __future__ import annotations

from loop.records import TokenSpan


def marginals(listed: dict[tuple[TokenSpan, ...], float]) -> dict[TokenSpan, float]:
    found: dict[TokenSpan, float] = {}
    for spans, p in listed.items():
        for span in spans:
            found[span] = found.get(span, 0.0) + p
    return found
