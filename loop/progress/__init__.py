"""The numbers that status, screen and report share, computed only here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from loop.former_names import exports
from loop.progress.live_status import (
    IDLE,
    STARTING,
    STOPPED,
    blocked_words,
    forgotten,
    forgotten_words,
    learned_again_words,
    pinned_words,
    start_of_today,
    trainer_state,
    unlearned,
)

if TYPE_CHECKING:
    from loop.progress.advice import overfitting_words
    from loop.progress.project import Progress, progress, taught

__all__ = [
    "IDLE",
    "STARTING",
    "STOPPED",
    "Progress",
    "blocked_words",
    "overfitting_words",
    "forgotten",
    "forgotten_words",
    "pinned_words",
    "learned_again_words",
    "progress",
    "start_of_today",
    "taught",
    "trainer_state",
    "unlearned",
]

# These need numpy, which a session must not import before its first screen.
LATER = {"overfitting_words": "advice", "Progress": "project", "progress": "project", "taught": "project"}
_former = exports(__name__)


def __getattr__(name: str) -> Any:
    """Import names that need numpy on first use."""
    if name not in LATER:
        return _former(name)
    return getattr(import_module(f"loop.progress.{LATER[name]}"), name)
