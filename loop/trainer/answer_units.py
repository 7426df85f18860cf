"""The units of cross-validation: the answers of one unit are all learned from, or all left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from loop.held_out import unit_of
from loop.intervals import FEWEST_UNITS
from loop.records import Answer, Passage, Text


@dataclass(frozen=True, slots=True)
class AnswerUnits:
    """The units of answers.

    Attributes:
        of: by the id of an answer.
        noun: "text" and "group" stay whole; of a "passage" only what overlaps it does.
    """

    of: Mapping[str, str]
    noun: Literal["text", "group", "passage"]


def answer_units(answers: Sequence[Answer], texts: Sequence[Text]) -> AnswerUnits:
    """The groups and texts or, where they are too few for an interval, the passages of texts without a group.

    Args:
        answers: to these texts.
        texts: each once.
    """
    whole = {text.id: unit_of(text.group, text.text) for text in texts}
    names = {answer.id: whole[answer.text_id] for answer in answers}
    n_units, alone = len(set(whole.values())), {text.id for text in texts if text.group is None}
    in_parts = alone.intersection(answer.text_id for answer in answers if answer.passage)
    if n_units >= FEWEST_UNITS or not in_parts:
        return AnswerUnits(names, "group" if n_units < len(whole) else "text")
    sizes = {text.id: len(text.text) for text in texts}
    places = sorted((a.text_id, *_place(a, sizes[a.text_id]), a.id) for a in answers if a.text_id in in_parts)
    for text_id, of_text in groupby(places, key=lambda place: place[0]):
        names |= {id_: f"passage:{text_id}:{n}" for id_, n in _apart(place[1:] for place in of_text)}
    return AnswerUnits(names, "passage")


def _place(answer: Answer, size: int) -> Passage:
    """What of a text an answer is about, with the whole of its spans."""
    if answer.complete:
        return 0, size
    spans = answer.spans if answer.passage else (*answer.spans, *answer.shown)
    ends = [*((span.start, span.end) for span in spans), *([answer.passage] if answer.passage else [])]
    return min((start for start, _ in ends), default=0), max((end for _, end in ends), default=0)


def _apart(places: Iterable[tuple[int, int, str]]) -> Iterator[tuple[str, int]]:
    """Number the places, given in order, so that those that overlap have the same number."""
    number, last = 0, 0
    for start, end, id_ in places:
        number += start >= last
        last = max(last, end)
        yield id_, number
