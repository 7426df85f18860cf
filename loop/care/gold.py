"""Check the gold file for spans that do not fit the base's tokens, so that no model can find them."""

from __future__ import annotations

from collections.abc import Iterator

from loop.base.pipeline import load_base
from loop.care.defects import Defect
from loop.formats import read_gold
from loop.intake import gold_remarks
from loop.intake.remarks import places_named
from loop.settings import ProjectPaths, Settings

UNFIT = ("widened", "trimmed", "empty")


def gold_defects(paths: ProjectPaths, settings: Settings) -> Iterator[Defect]:
    """Yield a finding with the lines of such spans, if there are any.

    Raises:
        LoopError: the base or the file cannot be read.
    """
    name = settings.project.eval
    if name is None:
        return
    remarks = gold_remarks(read_gold(paths.resolve(name)), load_base(settings.project.base))
    if unfit := sorted(place for kind in UNFIT for place in remarks.get(kind, ())):
        problem = f"{name}, {places_named(unfit)}: spans do not start and end at tokens, so no model can find them."
        yield Defect(problem, hint="Widen them to whole words in the file; until then they lower F1.")
