"""Exact probabilities of entity readings from a pruned lattice; needs numpy alone."""

from loop.lattice.hiding import limited
from loop.lattice.lattice import Lattice, Reading
from loop.lattice.layers import stacked
from loop.lattice.moves import Moves
from loop.lattice.outlook import Outlook

__all__ = ["Lattice", "Moves", "Outlook", "Reading", "limited", "stacked"]
