"""Check for patterns that the trainer skips because they are invalid."""

from __future__ import annotations

from collections.abc import Iterator

from loop.base.pipeline import load_base
from loop.care.findings import Finding
from loop.patterns.project_patterns import PatternsFile
from loop.settings import ProjectPaths, Settings


def pattern_findings(paths: ProjectPaths, settings: Settings) -> Iterator[Finding]:
    """Yield the problems in lines of the project's patterns file.

    Raises:
        LoopError: the base or the file cannot be read.
    """
    file = PatternsFile(paths, settings)
    if file.path.exists():
        for error in file.problems(load_base(settings.project.base)):
            yield Finding(f"{error} The pattern is not used.", hint=error.hint)
