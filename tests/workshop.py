"""A small corpus for tests that train."""

from __future__ import annotations

import random

from loop.records import Span

PARTS = ("chain", "saddle", "brake", "hub", "cassette", "spoke", "fork", "pedal")
FRAMES = (
    "the {} is worn again",
    "fitted a new {} today",
    "customer says the {} makes noise",
    "cannot find the {} in stock",
    "please look at {} and {} before Friday",
    "called back , nothing to do",
    "the {} was fine",
)


def workshop_gold(n: int, *, seed: int = 0) -> dict[str, tuple[Span, ...]]:
    """`n` short texts with their PART spans, made from a few frames: easy enough to be learned in seconds."""
    rng = random.Random(seed)
    gold: dict[str, tuple[Span, ...]] = {}
    while len(gold) < n:
        text, *rest = f"job {rng.randrange(10_000)} : {rng.choice(FRAMES)}".split("{}")
        spans = []
        for piece in rest:
            part = rng.choice(PARTS)
            spans.append(Span(len(text), len(text) + len(part), "PART"))
            text += part + piece
        gold[text] = tuple(spans)
    return gold
