"""Sort the rows of a file by whether they annotate entities."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from loop.formats import RawText
from loop.intake.remarks import Remarking

OTHER, UNANSWERED = "other", "unanswered"


class Sorted(NamedTuple):
    """Rows with an answer, and rows whose texts nobody was asked about."""

    answered: list[RawText]
    unanswered: list[RawText]


def sort_out(raws: Iterable[RawText], remarking: Remarking) -> Sorted:
    """Separate rows with an answer from rows without one, and leave out rows not about entities.

    A row without spans normally means "no entities". It means nothing in a file that has rows about other tasks and
    none that is certainly about entities.
    """
    rows = list(raws)
    others = {raw.source for raw in rows if raw.task == "other"} - {raw.source for raw in rows if _names_entities(raw)}
    sorted_ = Sorted([], [])
    for raw in rows:
        if raw.task == "other" or (raw.source in others and _is_annotated(raw)):
            remarking.note(OTHER, raw)
        elif _is_annotated(raw):
            sorted_.answered.append(raw)
        else:
            remarking.note(UNANSWERED, raw)
            sorted_.unanswered.append(raw)
    return sorted_


def _names_entities(raw: RawText) -> bool:
    return raw.task == "entities" or bool(raw.spans)


def _is_annotated(raw: RawText) -> bool:
    return raw.answer is not None or raw.spans is not None
