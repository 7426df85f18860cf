"""Exact probabilities of entity readings from a pruned lattice; needs numpy alone."""

from loop.lattice.lattice import Lattice, Reading
from loop.lattice.layers import stacked
from loop.lattice.moves import Moves, TokenSpan

__all__ = ["Lattice", "Moves", "Reading", "TokenSpan", "stacked"]
