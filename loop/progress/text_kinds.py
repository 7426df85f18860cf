"""The kind of texts, by batch or metadata, on which the model is worst, and how many of its mistakes are in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loop.intervals import Measure, Range, between, counts, measures, over_units
from loop.progress.held_out_gold import EvaluatedText
from loop.records import Focus, Text, plain_value
from loop.settings.tables import conditions_of

# A key of the metadata with more values than these tells texts apart, not kinds.
MOST_VALUES = 12


@dataclass(frozen=True, slots=True)
class TextKind:
    """A kind of texts, compared with all others, among texts that nobody chose.

    Attributes:
        focus: of a session that is asked about this kind.
        f1: percent, on these texts. interval: 95% of it. elsewhere: F1 on the others.
        texts, mistakes: the shares of all texts, and of all mistakes, that they hold, 0 to 1.
    """

    focus: Focus
    f1: float
    interval: Range
    elsewhere: float
    texts: float
    mistakes: float

    @property
    def condition(self) -> str:
        """As `loop annotate --where` takes it."""
        return conditions_of(self.focus)[0]

    @property
    def words(self) -> str:
        """The comparison, in a clause."""
        return (
            f"F1 is {self.f1:.0f} ({between(self.interval)}) where {self.condition}, {self.elsewhere:.0f} elsewhere, "
            f"and {self.mistakes:.0%} of the mistakes are there, in {self.texts:.0%} of the texts"
        )


def weakest_kind(texts: Sequence[EvaluatedText], labels: Sequence[str]) -> TextKind | None:
    """The kind with most mistakes, of those on which the model is clearly worse than on all other texts.

    "Clearly": neither F1 lies in the other's interval. None if there is no such kind; a text of a gold file has none.
    """
    known = [one for one in texts if one.gold.known]
    table = counts([one.found for one in known], [one.gold.spans for one in known], labels).sum(axis=1)
    units = [one.gold.unit for one in known]
    kinds = (_compared(focus, inside, table, units) for focus, inside in _kinds([one.gold.known for one in known]))
    return max((kind for kind in kinds if kind), key=lambda kind: kind.mistakes, default=None)


def _kinds(texts: Sequence[Text | None]) -> Iterator[tuple[Focus, NDArray[np.bool_]]]:
    """The kinds, each with which of the texts are of it."""
    known = [text for text in texts if text]
    foci: set[Focus] = {Focus(batch=text.batch) for text in known}
    for key in sorted({key for text in known for key in text.meta}):
        values = {plain_value(text.meta[key]) for text in known if isinstance(text.meta.get(key), str | int | float)}
        foci |= {Focus(where=((key, value),)) for value in values if value and len(values) <= MOST_VALUES}
    for focus in sorted(foci, key=conditions_of):
        yield focus, np.array([focus.covers(text) for text in known])


def _compared(
    focus: Focus, inside: NDArray[np.bool_], table: NDArray[np.int64], units: Sequence[str]
) -> TextKind | None:
    parts = inside, ~inside
    ours, theirs = (_measure(table[part], [units[i] for i in np.flatnonzero(part).tolist()]) for part in parts)
    if ours.f1_interval is None or theirs.f1_interval is None:
        return None
    if ours.f1_interval[1] >= theirs.f1 or theirs.f1_interval[0] <= ours.f1:
        return None
    wrong = (table[:, 1] + table[:, 2] - 2 * table[:, 0]).astype(float)  # predicted and not gold, or gold and not found
    share = float(wrong[inside].sum() / wrong.sum())
    return TextKind(focus, ours.f1, ours.f1_interval, theirs.f1, float(inside.mean()), share)


def _measure(table: NDArray[np.int64], units: Sequence[str]) -> Measure:
    (measure,) = measures(over_units(table, units)[:, None])
    return measure
