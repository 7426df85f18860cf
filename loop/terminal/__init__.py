"""The terminal: one full-screen application in which texts are asked about and answered."""

from loop.terminal.run import run

__all__ = ["run"]
