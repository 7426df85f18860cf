"""`loop.cfg`: its sections and keys, reading and writing it, and the commented file of a new project."""

from loop.settings.paths import CFG_NAME, PATTERNS_NAME, ProjectPaths
from loop.settings.reading import label_problem, load_settings, parse_settings
from loop.settings.sections import (
    AcquireSettings,
    CheckpointSettings,
    PretrainSettings,
    ProjectSettings,
    QueueSettings,
    Settings,
    SuggestSettings,
    UpdateSettings,
    template,
)
from loop.settings.tables import LabelNote

__all__ = [
    "CFG_NAME",
    "PATTERNS_NAME",
    "ProjectPaths",
    "Settings",
    "ProjectSettings",
    "PretrainSettings",
    "QueueSettings",
    "AcquireSettings",
    "SuggestSettings",
    "UpdateSettings",
    "CheckpointSettings",
    "load_settings",
    "parse_settings",
    "label_problem",
    "LabelNote",
    "template",
]
