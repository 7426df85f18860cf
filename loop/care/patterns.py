"""Check for patterns that the trainer skips because they are invalid."""

from __future__ import annotations

from collections.abc import Iterator

from loop.base.pipeline import load_base
from loop.care.defects import Defect
from loop.patterns.project_patterns import PatternsFile
from loop.settings import ProjectPaths, Settings


def pattern_defects(paths: ProjectPaths, settings: Settings) -> Iterator[Defect]:
    """Yield the problems in lines of the project's patterns file.

    Raises:
        LoopError: the base or the file cannot be read.
    """
    file = PatternsFile(paths, settings)
    if file.path.exists():
        for error in file.problems(load_base(settings.project.base)):
            yield Defect(f"{error} The pattern is not used.", hint=error.hint)
