"""Answers faster than their text can be read."""

from __future__ import annotations

from collections.abc import Iterable
from math import log

from loop.quality.finding import Finding, Given

# Words a minute. Adults read 200 to 400 with understanding and skim beyond that (Rayner et al. 2016, "So much to read,
# so little time", Psychological Science in the Public Interest 17); the mean of 190 studies is 238 (Brysbaert 2019).
FASTEST = 400.0
# Fewer words are taken in at a glance.
SHORT = 5


def hurried(answers: Iterable[Given]) -> list[Finding]:
    """Answers faster than reading the text at `FASTEST`, the fastest first; untimed answers do not count."""
    found = [finding for one in answers if (finding := _hurried(one))]
    return sorted(found, key=lambda finding: (-finding.surprise, finding.answer.text_id))


def _hurried(one: Given) -> Finding | None:
    words, seconds = len(one.words), one.answer.seconds
    least = 60 * words / FASTEST
    if words <= SHORT or not 0 < seconds < least:
        return None
    said = f"{words} words in {seconds:.1f} s; reading takes {least:.1f}"
    return Finding("fast", one.answer, said, log(least / seconds))
