"""Exact probabilities of entity analyses from a pruned lattice; depends on numpy only."""

from loop.lattice.hiding import limited
from loop.lattice.lattice import Lattice, Reading
from loop.lattice.outlook import Outlook
from loop.lattice.stacking import stacked
from loop.lattice.transitions import Transitions

__all__ = ["Lattice", "Transitions", "Outlook", "Reading", "limited", "stacked"]
