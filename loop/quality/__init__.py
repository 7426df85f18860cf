"""The quality of answers, as pure functions of answers and their questions."""

from typing import TYPE_CHECKING

from loop.former_names import exports
from loop.quality.calibration import Bin, Calibration, calibration
from loop.quality.checks import check
from loop.quality.corrections import Correction, corrections
from loop.quality.fast import hurried
from loop.quality.finding import Finding, Given, given
from loop.quality.improbable import improbable
from loop.quality.inconsistent_labels import inconsistent, uses
from loop.quality.matched_spans import EDGES, Edges, Match, edge_confusion, label_confusion, matched, strict_f1
from loop.quality.pace import Pace, pace, pace_by_length
from loop.quality.review_items import ReviewItem, most_consequential, review_items
from loop.quality.self_agreement import Consistency, Pair, consistency, pairs, unlike
from loop.quality.versions import Difference, Scope, Version

__all__ = [
    "Finding",
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
    "EDGES",
    "Edges",
    "Match",
    "matched",
    "strict_f1",
    "label_confusion",
    "edge_confusion",
    "Bin",
    "Calibration",
    "calibration",
    "Pace",
    "pace",
    "pace_by_length",
    "Difference",
    "Scope",
    "Version",
    "ReviewItem",
    "review_items",
    "most_consequential",
]

if not TYPE_CHECKING:  # so that mypy still reports names that do not exist
    __getattr__ = exports(__name__)
