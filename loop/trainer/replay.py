"""Oversamples texts with labels that the model has hardly been trained on."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from loop.settings import UpdateSettings
from loop.truth import Truth

# Steps that a new label needs.
YOUNG_STEPS = 100
# Target share of replayed texts with a young label, as far as repeating texts can achieve it.
SHARE = 1 / 3
MOST_REPEATED = 4


def repeated(answered: Sequence[Truth], first: Collection[str], settings: UpdateSettings) -> list[int]:
    """Indices of answered texts to replay additionally, with repetitions.

    These are texts with a label that is not among the project's `first` ones and was introduced less than `YOUNG_STEPS`
    steps ago. Otherwise the many answers without it would outweigh the few with it.
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
