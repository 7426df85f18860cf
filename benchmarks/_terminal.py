"""The terminal, and the person in front of it, that the tests have, for benchmarks that need a screen."""

from __future__ import annotations

import sys

from _common import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "tests"))
sys.path.insert(0, str(REPOSITORY / "tests" / "terminal"))

from person import Person, run
from real_terminal import Terminal

__all__ = ["Person", "Terminal", "run"]
