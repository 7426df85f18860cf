"""The panel as lines of text, for `loop status` and the screen."""

from __future__ import annotations

from loop.intervals import between
from loop.progress.panel import LabelLine, Panel
from loop.terminal.columns import aligned

HEADINGS = "label", "answered", "F1", "9 in 10", "all texts left"


def panel_lines(shown: Panel) -> list[str]:
    """Return F1, a table of the labels, what more answers would bring, and the advice."""
    (title, f1), *others = shown.rows
    return [
        f"{title:<9}{f1}",
        *(aligned([HEADINGS, *map(_cells, shown.labels)], left=(0, 4)) if shown.labels else ()),
        *(f"{title:<9}{words}" for title, words in others),
    ]


def _cells(line: LabelLine) -> tuple[str, ...]:
    score = line.score
    if score is None:
        return line.label, f"{line.answered:,}", "", "", line.verdict
    single = f"{score.strict.f1:.0f}" if score.enough else "–"
    return line.label, f"{line.answered:,}", single, between(score.strict.f1_interval), line.verdict
