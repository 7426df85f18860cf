"""The final model: spaCy's own training on the answers, in a folder independent of `loop`, and its package."""

from loop.final.comparing import scored
from loop.final.config import overrides_of
from loop.final.folder import FinalTraining, Options
from loop.final.packaging import About, build, named
from loop.final.training import TRAINING, TrainingStep, publish, train

__all__ = [
    "FinalTraining",
    "Options",
    "train",
    "TrainingStep",
    "TRAINING",
    "publish",
    "overrides_of",
    "scored",
    "About",
    "build",
    "named",
]
