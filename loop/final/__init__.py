"""The final model: spaCy's own training on the answers, in a folder independent of `loop`, and its package."""

from typing import TYPE_CHECKING

from loop.final.comparing import pipeline_scores
from loop.final.config import overrides_of
from loop.final.folder import FinalTraining, Options
from loop.final.packaging import About, build, package_name
from loop.final.training import TRAINING, TrainingStep, publish, train
from loop.former_names import exports

__all__ = [
    "FinalTraining",
    "Options",
    "train",
    "TrainingStep",
    "TRAINING",
    "publish",
    "overrides_of",
    "pipeline_scores",
    "About",
    "build",
    "package_name",
]

if not TYPE_CHECKING:  # so that mypy still reports names that do not exist
    __getattr__ = exports(__name__)
