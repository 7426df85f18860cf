"""The learning curve: what every round finds in the held-out texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from loop.progress.held_out_gold import GoldText, measured
from loop.progress.rounds import comparable
from loop.progress.scores import Scores, scores
from loop.store import Store


@dataclass(frozen=True, slots=True)
class Point:
    """A round, how many answers it had learned from, and its scores; on the texts that it has read."""

    round: int
    answers: int
    scores: Scores


def curve(store: Store, gold: Sequence[GoldText], labels: Sequence[str]) -> list[Point]:
    """A point for every round that has read nearly all that the last one has, first to last: they can be compared."""
    answers = {info.number: info.answers for info in store.journal.rounds()}
    rounds = [number for number in store.predictions.rounds() if number in answers]
    read = {number: found for number in rounds if (found := measured(store, gold, number))}
    scored = ((number, scores(read[number], labels)) for number in (comparable(read) if read else ()))
    return [Point(number, answers[number], found) for number, found in scored if found]
