"""Texts that are replayed more often than others, because they hold a label that the model has hardly met."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from loop.settings import UpdateSettings
from loop.truth import Truth

# A new label needs about so many steps.
YOUNG_STEPS = 100
# Of what is replayed so much is to hold a young label, if it can be had by repeating texts.
SHARE = 1 / 3
MOST_REPEATED = 4


def repeated(answered: Sequence[Truth], first: Collection[str], settings: UpdateSettings) -> list[int]:
    """Indices of answered texts to replay once more each, some of them several times.

    They hold a label that is none of the `first` ones of the project and came less than `YOUNG_STEPS` steps ago:
    without this it would stand against all that was answered before it.
    """
    met: dict[str, int] = {}
    for index, truth in enumerate(answered):
        for span in truth.spans:
            met.setdefault(span.label, index)
    rounds = {label: (len(answered) - index) / settings.round_size for label, index in met.items()}
    young = {label for label, n in rounds.items() if label not in first and n * settings.steps <= YOUNG_STEPS}
    holding = [index for index, truth in enumerate(answered) if any(span.label in young for span in truth.spans)]
    if not holding:
        return []
    wanted = SHARE / (1 - SHARE) * (len(answered) - len(holding))
    times = min(MOST_REPEATED, round(wanted / len(holding)))
    return holding * max(0, times - 1)
