"""The final model: spaCy's own training on the answers, in a folder independent of `loop`, and its package."""

from loop.final.comparing import pipeline_scores
from loop.final.config import overrides_of
from loop.final.folder import FinalTraining, Options
from loop.final.packaging import About, build, package_name
from loop.final.training import TRAINING, TrainingStep, publish, train

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
