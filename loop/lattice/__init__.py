"""Exact probabilities of entity analyses from a pruned lattice; depends on numpy only."""

from typing import TYPE_CHECKING

from loop.former_names import exports
from loop.lattice.expectation import Expectation
from loop.lattice.hiding import limited
from loop.lattice.lattice import Analysis, Lattice
from loop.lattice.stacking import stacked
from loop.lattice.transitions import Transitions

__all__ = ["Lattice", "Transitions", "Expectation", "Analysis", "limited", "stacked"]

if not TYPE_CHECKING:  # so that mypy still reports names that do not exist
    __getattr__ = exports(__name__)
