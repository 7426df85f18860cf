"""Several rounds evaluated on the same texts, for comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loop.intervals import Range, counts, difference, over_units
from loop.progress.held_out_gold import EvaluatedText, GoldText, evaluated_texts
from loop.store import RoundInfo, Store

# Share of the last round's texts that a round must have been evaluated on: a pruned round lacks those answered since.
SHARE = 0.8
BACK = 10


@dataclass(frozen=True)
class Together:
    """Rounds evaluated on the same texts.

    Attributes:
        rounds: first to last. texts: with the spans found by the last round.
        labels: those that any of the texts covers.
        table: counts of `loop.intervals`, of shape (units, rounds, labels, 4).
    """

    rounds: tuple[RoundInfo, ...]
    texts: tuple[EvaluatedText, ...]
    labels: tuple[str, ...]
    table: NDArray[np.int64]

    @property
    def overall(self) -> NDArray[np.int64]:
        """The counts over all labels, of shape (units, rounds, 4)."""
        return np.asarray(self.table.sum(axis=2))

    @property
    def gold(self) -> int:
        """The number of gold spans."""
        return sum(len(one.gold.spans) for one in self.texts)


@dataclass(frozen=True, slots=True)
class Change:
    """F1 (percent) of a label before and now, on the same texts, and the interval of the difference, if any."""

    since: int
    before: float
    now: float
    interval: Range | None


def together(store: Store, gold: Sequence[GoldText], labels: Sequence[str]) -> Together | None:
    """The rounds up to the one in force evaluated on nearly all of its texts; None without an evaluation."""
    in_force = store.journal.round_in_force()
    infos = {info.number: info for info in store.journal.rounds() if info.number <= in_force}
    found = {number: evaluated_texts(store, gold, number) for number in store.predictions.rounds() if number in infos}
    last = max(found, default=0)
    if not last or not found[last]:
        return None
    near = comparable(found)
    common = set.intersection(*near.values())
    rows = {number: [one for one in found[number] if one.gold.text in common] for number in near}
    asked = tuple(label for label in labels if any(label in one.gold.labels for one in rows[last]))
    units = [one.gold.unit for one in rows[last]]
    tables = [
        over_units(counts([one.found for one in part], [one.gold.spans for one in part], asked), units)
        for part in rows.values()
    ]
    return Together(tuple(infos[n] for n in rows), tuple(rows[last]), asked, np.stack(tables, axis=1))


def comparable(found: Mapping[int, Sequence[EvaluatedText]]) -> dict[int, set[str]]:
    """The rounds evaluated on nearly all texts of the last one, each with its texts."""
    texts = _texts(found[max(found)])
    both = {number: _texts(one) & texts for number, one in found.items()}
    return {number: known for number, known in both.items() if len(known) >= SHARE * len(texts)}


def _texts(found: Sequence[EvaluatedText]) -> set[str]:
    return {one.gold.text for one in found}


def changes(rounds: Together) -> dict[str, Change]:
    """The change of each label over the last ten rounds; empty without an earlier round."""
    last = rounds.rounds[-1].number
    earlier = [i for i, info in enumerate(rounds.rounds) if info.number <= last - BACK]
    if not earlier:
        return {}
    pair = rounds.table[:, [earlier[-1], -1]]
    since = rounds.rounds[earlier[-1]].number
    return {label: Change(since, *difference(pair[:, :, i])) for i, label in enumerate(rounds.labels)}
