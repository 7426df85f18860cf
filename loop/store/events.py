"""The kinds of events in the log."""

from __future__ import annotations

from enum import Enum


class EventKind(str, Enum):
    """The kind of an event; the value is its name in the store."""

    ANSWER = "answer"
    BATCH_ADDED = "batch_added"
    BATCH_REMOVED = "batch_removed"
    IMPORTED = "imported"
    """Answers were imported; the events of these name the import, too."""
    IMPORT_UNDONE = "import undone"
    SUGGESTED = "suggested"
    """A file suggested spans for texts that were there before."""
    LABELS = "labels"
    SETTINGS = "settings"
    PINNED = "hold"
    """A round was pinned or unpinned."""
    CLOSING = "closing round"
    """The answers before it are to be learned, even if they are too few for a round."""
    PRETRAINED = "pretrained"
    CURVE = "curve"
    """A cross-validated learning curve was computed, with the expected gain of more answers."""
    WEAK_LABELS = "weak labels"
    """A source said something about unanswered texts, to be learned from."""
    WEAK_LABELS_TAKEN_BACK = "weak labels taken back"
    WEAK_LABEL_DROPPED = "weak label dropped"
    """A label of a pipeline is no longer learned from, because the model finds it better."""
    ERASED = "erased"
    LOOKED_AT = "looked at"
    """An answer was reviewed and left as it was."""
    MISTAKE_JUDGED = "mistake judged"
    TERM = "term"
    """A term was decided, or a decision taken back; see `loop.store.terms`."""
    RETIRED = "retired"
    """An annotator left; texts that only they could complete count since then."""
