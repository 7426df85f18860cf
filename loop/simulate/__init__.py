"""Simulation: the real session, store and trainer, with an oracle as the annotator."""

from loop.oracle import Gold
from loop.simulate.effort import Times
from loop.simulate.runs import finished_runs, scratch
from loop.simulate.simulation import Row, Run, Scenario, simulate

__all__ = ["Gold", "Row", "Run", "Scenario", "Times", "finished_runs", "scratch", "simulate"]
