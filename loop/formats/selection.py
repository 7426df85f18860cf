"""Select the answers to export."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from loop.errors import LoopError
from loop.formats.raw import Answered


@dataclass(frozen=True, slots=True)
class Selection:
    """Conditions that an answer must all meet; an empty or None condition always holds.

    Attributes:
        annotators: who gave it. labels: one of them is among the spans given or shown.
        since, until: when it was given, `until` exclusive.
        complete: whether it is about the whole text. held_out: whether its text is held out.
    """

    annotators: frozenset[str] = frozenset()
    labels: frozenset[str] = frozenset()
    since: datetime | None = None
    until: datetime | None = None
    complete: bool | None = None
    held_out: bool | None = None

    def takes(self, answered: Answered) -> bool:
        """Whether an answer meets all conditions."""
        answer = answered.answer
        named = {span.label for span in (*answer.spans, *answer.shown)}
        return (
            (not self.annotators or answer.annotator in self.annotators)
            and (not self.labels or bool(self.labels & named))
            and (self.since is None or (answer.at is not None and answer.at >= self.since))
            and (self.until is None or (answer.at is not None and answer.at < self.until))
            and self.complete in (None, answer.complete)
            and self.held_out in (None, answer.held_out)
        )


def read_moment(typed: str) -> datetime:
    """Return a date or time (ISO 8601), in this machine's time zone if it names none.

    Raises:
        LoopError: it is neither.
    """
    try:
        return datetime.fromisoformat(typed).astimezone()
    except (ValueError, OverflowError, OSError):
        hint = "For example: 2026-01-31, or 2026-01-31T18:30"
        raise LoopError(f"{typed!r} is not a date or timestamp.", hint=hint) from None
