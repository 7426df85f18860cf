"""The numbers that status, screen and report share: each is computed here and nowhere else."""

from loop.progress.advice import by_heart_words
from loop.progress.project import (
    IDLE,
    STARTING,
    STOPPED,
    Progress,
    forgotten,
    forgotten_words,
    held_words,
    progress,
    start_of_today,
    taught,
    trainer_state,
)

__all__ = [
    "IDLE",
    "STARTING",
    "STOPPED",
    "Progress",
    "by_heart_words",
    "forgotten",
    "forgotten_words",
    "held_words",
    "progress",
    "start_of_today",
    "taught",
    "trainer_state",
]
