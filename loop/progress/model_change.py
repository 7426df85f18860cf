"""How much the predictions on the pool have changed since there were half as many answers, and what that promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from loop.acquire.stopping import gain_ahead
from loop.intervals import counts
from loop.store import Store

# Fewest unanswered texts that both rounds must have read.
ENOUGH = 50
# Spans of a label that both rounds together must have predicted there.
FEWEST_SPANS = 30
# The round to compare with had learned a share of the answers between these, as near to half as there is.
HALF, BETWEEN = 0.5, (0.3, 0.7)
OVERALL = ""


@dataclass(frozen=True, slots=True)
class ModelChange:
    """The change between two rounds.

    Attributes:
        before, now: the answers that they had learned.
        agreement: F1 in percent of one round's predictions against the other's, by label; under `OVERALL` of all.
    """

    before: int
    now: int
    agreement: Mapping[str, float]

    def gain(self, more: int, label: str = OVERALL) -> float | None:
        """Points of F1 to expect of so many more answers; None if too little is predicted to tell."""
        agreement = self.agreement.get(label)
        return None if agreement is None else gain_ahead(100 - agreement, self.before, self.now, more)


def model_change(store: Store) -> ModelChange | None:
    """The change until the round in force; None if there is no round to compare it with."""
    in_force = store.journal.round_in_force()
    learned = {info.number: info.answers for info in store.journal.rounds() if info.number <= in_force}
    known = [number for number in store.predictions.rounds(pool=True) if learned.get(number)]
    now = max(known, default=0)
    before = half_way({number: learned[number] for number in known}, learned.get(now, 0))
    if before is None:
        return None
    ours, theirs = (store.predictions.of_pool(number) for number in (now, before))
    texts = sorted(ours.keys() & theirs.keys())
    found = [ours[text] for text in texts], [theirs[text] for text in texts]
    labels = sorted({span.label for side in found for spans in side for span in spans})
    table = counts(*found, labels).sum(axis=0)
    each = dict(zip((*labels, OVERALL), [*table.tolist(), table.sum(axis=0).tolist()], strict=True))
    agreement = {
        label: 200 * both / (new + old) for label, (both, new, old, _) in each.items() if new + old >= FEWEST_SPANS
    }
    return ModelChange(learned[before], learned[now], agreement) if len(texts) >= ENOUGH else None


def half_way(learned: Mapping[int, int], now: int) -> int | None:
    """The round that had learned about half of `now` answers, of those given with their answers; None without any."""
    low, high = (share * now for share in BETWEEN)
    fitting = (number for number, answers in learned.items() if low <= answers <= high)
    return min(fitting, key=lambda number: abs(learned[number] - HALF * now), default=None)
