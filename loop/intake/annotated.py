"""Which rows of a file say something about entities."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from loop.formats import RawText
from loop.intake.remarks import Remarking

OTHER, UNANSWERED = "other", "unanswered"


class Sorted(NamedTuple):
    """Rows of some files: those with an answer, and those whose texts nobody was asked about."""

    answered: list[RawText]
    unanswered: list[RawText]


def sort_out(raws: Iterable[RawText], remarking: Remarking) -> Sorted:
    """Part the rows with an answer from those without; what is about something else than entities is left out.

    In a file with rows about something else, and none that is about entities for certain, a row without spans does not
    say that there are none.
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
