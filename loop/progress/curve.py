"""The learning curve: each round's scores on the held-out texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from loop.progress.held_out_gold import GoldText, evaluated_texts
from loop.progress.rounds import comparable
from loop.progress.scores import Scores, scores
from loop.store import Store


@dataclass(frozen=True, slots=True)
class Point:
    """A round, the number of answers it learned from, and its scores on the texts it was evaluated on."""

    round: int
    answers: int
    scores: Scores


def curve(store: Store, gold: Sequence[GoldText], labels: Sequence[str]) -> list[Point]:
    """A point for each round that was evaluated on nearly all texts of the last one, first to last."""
    answers = {info.number: info.answers for info in store.journal.rounds()}
    rounds = [number for number in store.predictions.rounds() if number in answers]
    read = {number: found for number in rounds if (found := evaluated_texts(store, gold, number))}
    scored = ((number, scores(read[number], labels)) for number in (comparable(read) if read else ()))
    return [Point(number, answers[number], found) for number, found in scored if found]
