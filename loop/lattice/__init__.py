"""Exact probabilities of entity analyses from a pruned lattice; depends on numpy only."""

from loop.lattice.expectation import Expectation
from loop.lattice.hiding import limited
from loop.lattice.lattice import Analysis, Lattice
from loop.lattice.stacking import stacked
from loop.lattice.transitions import Transitions

__all__ = ["Lattice", "Transitions", "Expectation", "Analysis", "limited", "stacked"]
