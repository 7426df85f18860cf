"""The background process: it learns from the answers, lays out the next questions, and pretrains while it is idle."""

from loop.trainer.trainer import GATHERING, Trainer, hold, prepare, say_stopped

__all__ = ["GATHERING", "Trainer", "hold", "prepare", "say_stopped"]
