"""The final model: spaCy's own training on the answers, in a folder that needs no `loop`, and a package of it."""

from loop.final.comparing import Comparison, agreement, compared, scored
from loop.final.config import overrides_of
from loop.final.folder import FinalTraining, Options, Written
from loop.final.packaging import About, build, named
from loop.final.training import MODEL, TRAINING, TrainingStep, publish, train

__all__ = [
    "FinalTraining",
    "Options",
    "Written",
    "train",
    "TrainingStep",
    "TRAINING",
    "MODEL",
    "publish",
    "overrides_of",
    "compared",
    "agreement",
    "scored",
    "About",
    "build",
    "named",
    "Comparison",
]
