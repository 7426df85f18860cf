"""Answers that are replayed more often than others, because they hold a label that the model has hardly met."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from loop.records import Answer
from loop.settings import UpdateSettings

# A new label needs about so many steps.
YOUNG_STEPS = 100
# Of what is replayed so much is to hold a young label, if it can be had by repeating an answer.
SHARE = 1 / 3
MOST_REPEATED = 4


def repeated(answers: Sequence[Answer], schemes: Mapping[int, Collection[str]], settings: UpdateSettings) -> list[int]:
    """Indices of answers to replay once more each, some of them several times.

    They hold a label that came in the middle of the project, less than `YOUNG_STEPS` steps ago: without this it would
    stand against all that was answered before it.
    """
    if not answers:
        return []
    first = set(schemes[answers[0].scheme])
    met: dict[str, int] = {}
    for index, answer in enumerate(answers):
        for span in answer.spans:
            met.setdefault(span.label, index)
    rounds = {label: (len(answers) - index) / settings.round_size for label, index in met.items()}
    young = {label for label, n in rounds.items() if label not in first and n * settings.steps <= YOUNG_STEPS}
    holding = [index for index, answer in enumerate(answers) if any(span.label in young for span in answer.spans)]
    if not holding:
        return []
    wanted = SHARE / (1 - SHARE) * (len(answers) - len(holding))
    times = min(MOST_REPEATED, round(wanted / len(holding)))
    return holding * max(0, times - 1)
