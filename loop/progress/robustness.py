"""How well a round does on held-out texts as they are not: lower-cased, with typos, with odd line breaks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate
from random import Random
from typing import Any

import numpy as np

from loop.intervals import SIGNED, Range, between, counts, difference, over_units
from loop.progress.changed_texts import LOWER_CASED
from loop.progress.held_out_gold import EvaluatedText, GoldText
from loop.settings import UpdateSettings
from loop.settings.sections import AUGMENTERS

# With fewer spans to find, a difference says nothing.
FEWEST_SPANS = 20
# Most texts, and characters, that are read again: enough to see a tenth less, some seconds of a core.
MOST_TEXTS, MOST_CHARACTERS = 200, 200_000
# A fall by more than this share of F1 is worth a change of how the model learns.
FALL = 0.1


@dataclass(frozen=True, slots=True)
class Robustness:
    """F1 (percent) of a round on changed held-out texts, beside that on the same texts as they are.

    Attributes:
        change: what was changed, in words.
        round: the round. texts, spans: on which it was evaluated, and the spans to find in them.
        plain: F1 on the texts as they are. f1: on the changed ones.
        interval: 95% interval of the difference, `f1` minus `plain`; None from too few texts.
    """

    change: str
    round: int
    texts: int
    spans: int
    plain: float
    f1: float
    interval: Range | None

    @property
    def falls(self) -> bool:
        """Whether F1 is lower by more than a tenth, and surely lower."""
        return self.f1 < (1 - FALL) * self.plain and self.interval is not None and self.interval[1] < 0


def sampled(gold: Sequence[GoldText], *, seed: int) -> list[GoldText]:
    """The held-out texts to change: a sample of many; none if there are too few spans to find."""
    every = sorted(gold, key=lambda one: one.text)
    drawn = Random(f"{seed}:robustness").sample(every, min(MOST_TEXTS, len(every)))
    until = accumulate(len(one.text) for one in drawn)
    kept = [one for one, size in zip(drawn, until, strict=True) if size <= MOST_CHARACTERS]
    return kept if sum(len(one.spans) for one in kept) >= FEWEST_SPANS else []


def robustness(
    change: str, round: int, plain: Sequence[EvaluatedText], found: Sequence[EvaluatedText], labels: Sequence[str]
) -> Robustness:
    """Compare what a round found in texts and, moved back to its place there, in the changed ones."""
    units, gold = [one.gold.unit for one in plain], [one.gold.spans for one in plain]
    sides = ([one.found for one in plain], [one.found for one in found])
    table = np.stack([over_units(counts(side, gold, labels).sum(axis=1), units) for side in sides], axis=1)
    return Robustness(change, round, len(plain), sum(map(len, gold)), *difference(table))


def dumped(rows: Sequence[Robustness]) -> list[dict[str, Any]]:
    """The rows as plain data, without a word of a text."""
    return [asdict(row) for row in rows]


def loaded(rows: Sequence[Mapping[str, Any]], round_in_force: int) -> tuple[Robustness, ...]:
    """The rows that were stored; none if their round is no longer in force."""
    read = (Robustness(**{**row, "interval": row["interval"] and tuple(row["interval"])}) for row in rows)
    return tuple(row for row in read if row.round <= round_in_force)


def robustness_words(rows: Sequence[Robustness]) -> str:
    """What F1 is less by on changed texts, with intervals; empty without any."""
    told = [row for row in rows if row.interval]
    if not told:
        return ""
    words = ", ".join(f"{row.f1 - row.plain:+.1f} ({between(row.interval, SIGNED)}) {row.change}" for row in told)
    return f"F1 {words}; on {told[0].texts:,} held-out texts, round {told[0].round}"


def augment_words(rows: Sequence[Robustness], settings: UpdateSettings) -> str:
    """Advice to learn lower-cased texts, too; empty if F1 does not fall on them, or they are learned already."""
    for row in rows:
        if row.change == LOWER_CASED and row.falls and settings.augment is None:
            return (
                f"F1 falls from {row.plain:.0f} to {row.f1:.0f} on lower-cased texts. If you expect such texts, put "
                f'augment = "{AUGMENTERS[0]}" in [update]: later rounds learn lower-cased copies, too. It may cost F1 '
                "on texts as they are; docs/measuring.md says how much it did."
            )
    return ""
