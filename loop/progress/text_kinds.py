"""The kind of texts, by batch or metadata, on which the model is worst, and how many of its mistakes are in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loop.intervals import LEVEL, SEED, Floats, Range, between, counts, measures, over_units
from loop.progress.held_out_gold import EvaluatedText
from loop.records import Focus, Text, plain_value
from loop.settings.tables import conditions_of

# A key of the metadata with more values than these tells texts apart, not kinds.
MOST_VALUES = 12
SHUFFLES = 500


@dataclass(frozen=True, slots=True)
class TextKind:
    """A kind of texts, compared with all others, among texts that nobody chose.

    Attributes:
        focus: of a session that is asked about this kind.
        f1: percent, on these texts. interval: 95% of it. elsewhere: F1 on the others.
        texts, mistakes: the shares of all texts, and of all mistakes, that they hold, 0 to 1.
        left: whether any of them are unanswered.
    """

    focus: Focus
    f1: float
    interval: Range
    elsewhere: float
    texts: float
    mistakes: float
    left: bool = True

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
    """The kind on which the model is most clearly worse than on all other texts; None if there is none.

    "Clearly": in 95 of 100 times no kind would differ so much if texts had their kinds by chance (a permutation test of
    the largest difference over all kinds, Westfall and Young 1993), and the kind has an interval of its own. A text of
    a gold file has no kind, and a group that is of several kinds counts for that of most of its texts.
    """
    known = [one for one in texts if one.gold.known]
    kinds = list(_kinds([one.gold.known for one in known if one.gold.known]))
    if not kinds:
        return None
    units = [one.gold.unit for one in known]
    table = over_units(
        counts([one.found for one in known], [one.gold.spans for one in known], labels).sum(axis=1), units
    )
    shares = np.stack([over_units(inside.astype(float), units) for _, inside in kinds])
    inside = shares > over_units(np.ones(len(units)), units) / 2  # (kinds, units)
    worse, chance = _standing_out(inside, table)
    best = int(worse.argmax())
    (ours,) = measures(table[inside[best]][:, None])
    (theirs,) = measures(table[~inside[best]][:, None])
    if worse[best] <= np.percentile(chance, LEVEL) or ours.f1_interval is None:
        return None
    wrong = table[:, 1] + table[:, 2] - 2 * table[:, 0]  # predicted and not gold, or gold and not found
    mistakes = float(wrong[inside[best]].sum() / wrong.sum())
    return TextKind(kinds[best][0], ours.f1, ours.f1_interval, theirs.f1, float(kinds[best][1].mean()), mistakes)


def _standing_out(inside: NDArray[np.bool_], table: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """(kinds,) how much worse each is than the rest, and (`SHUFFLES`,) the most of any if units had kinds by chance.

    The difference in F1, times the square root of the entities behind it.

    Args:
        inside: (kinds, units) which units are of each kind.
        table: (units, …) result of `counts`.
    """
    rng, members = np.random.default_rng(SEED), inside.astype(float)
    orders = [np.arange(len(table)), *(rng.permutation(len(table)) for _ in range(SHUFFLES))]
    found = np.stack([_difference(members @ table[order], table.sum(axis=0)) for order in orders])
    return found[0], found[1:].max(axis=1)


def _difference(ours: Floats, total: NDArray[np.int64]) -> Floats:
    """(kinds,) the differences from (kinds, …) sums and those of all texts."""
    theirs = total - ours
    f1, elsewhere = (2 * each[:, 0] / np.maximum(each[:, 1] + each[:, 2], 1) for each in (ours, theirs))
    entities, others = ours[:, 1] + ours[:, 2], theirs[:, 1] + theirs[:, 2]
    return np.asarray((elsewhere - f1) * np.sqrt(entities * others / np.maximum(entities + others, 1)))


def _kinds(texts: Sequence[Text]) -> Iterator[tuple[Focus, NDArray[np.bool_]]]:
    """The kinds, each with which of the texts are of it; none that all texts are of."""
    foci: set[Focus] = {Focus(batch=text.batch) for text in texts}
    for key in sorted({key for text in texts for key in text.meta if "=" not in key}):
        values = {plain_value(text.meta[key]) for text in texts if isinstance(text.meta.get(key), str | int | float)}
        foci |= {Focus(where=((key, value),)) for value in values if value and len(values) <= MOST_VALUES}
    for focus in sorted(foci, key=conditions_of):
        inside = np.array([focus.covers(text) for text in texts])
        if not inside.all():
            yield focus, inside
