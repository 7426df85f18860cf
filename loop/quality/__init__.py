"""How far the answers can be believed: pure functions of answers and their questions."""

from loop.quality.again import Consistency, Pair, consistency, pairs, unlike
from loop.quality.checks import check
from loop.quality.corrections import Correction, corrections
from loop.quality.fast import hurried
from loop.quality.finding import Finding, Given, Kind, given
from loop.quality.improbable import improbable
from loop.quality.uses import inconsistent, uses

__all__ = [
    "Finding",
    "Kind",
    "Given",
    "given",
    "uses",
    "inconsistent",
    "improbable",
    "hurried",
    "Consistency",
    "Pair",
    "pairs",
    "consistency",
    "unlike",
    "check",
    "Correction",
    "corrections",
]
