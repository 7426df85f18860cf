"""The pipeline in [suggest], loaded once for everything that it is asked for."""

from __future__ import annotations

from loop.base.other_pipeline import OtherPipeline
from loop.settings import ProjectPaths, Settings


def suggest_pipeline(paths: ProjectPaths, settings: Settings) -> OtherPipeline | None:
    """The pipeline that loop.cfg names for suggestions; None without one."""
    name = settings.suggest.pipeline
    if name is None:
        return None
    return OtherPipeline(paths.pipeline(name), settings.project.labels, names=settings.suggest.label_names)
