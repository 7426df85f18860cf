"""Spans of the gold file that no model finds, since they do not fit the tokens of the base."""

from __future__ import annotations

from collections.abc import Iterator

from loop.base.pipeline import load_base
from loop.care.defects import Defect
from loop.formats import read_gold
from loop.intake import gold_remarks
from loop.intake.remarks import lines_of
from loop.settings import ProjectPaths, Settings

UNFIT = ("widened", "trimmed", "empty")


def gold_defects(paths: ProjectPaths, settings: Settings) -> Iterator[Defect]:
    """Yield that the gold file has such spans, with their lines.

    Raises:
        LoopError: the base or the file cannot be read.
    """
    name = settings.project.eval
    if name is None:
        return
    remarks = gold_remarks(read_gold(paths.resolve(name)), load_base(settings.project.base))
    if unfit := sorted(place for kind in UNFIT for place in remarks.get(kind, ())):
        problem = f"{name}, {lines_of(unfit)}: spans do not begin and end with tokens, so no model finds them."
        yield Defect(problem, hint="Widen them there to whole words; F1 is lower as long as they are in it.")
