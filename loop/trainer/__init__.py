"""The background process: it learns from the answers, prepares the next questions, and pretrains while it is idle."""

from typing import TYPE_CHECKING

from loop.former_names import exports
from loop.trainer.trainer import WAITING_FOR_CHANGES, Trainer, pin, prepare, say_stopped

__all__ = ["WAITING_FOR_CHANGES", "Trainer", "pin", "prepare", "say_stopped"]

if not TYPE_CHECKING:  # so that mypy still reports names that do not exist
    __getattr__ = exports(__name__)
