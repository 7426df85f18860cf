"""The kinds of events in the log."""

from __future__ import annotations

from enum import Enum


class EventKind(str, Enum):
    """What happened, by the name under which it is stored."""

    ANSWER = "answer"
    BATCH_ADDED = "batch_added"
    BATCH_REMOVED = "batch_removed"
    LABELS = "labels"
    SETTINGS = "settings"
    HOLD = "hold"
    """A round was pinned, or none is any longer."""
    PRETRAINED = "pretrained"
    CURVE = "curve"
    """What cross-validation expects of more answers."""
    ERASED = "erased"
    LOOKED_AT = "looked at"
    """An answer was left as it was when it was looked at again."""
    MISTAKE_JUDGED = "mistake judged"
