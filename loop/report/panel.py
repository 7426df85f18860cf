"""The panel as HTML."""

from __future__ import annotations

from loop.progress.panel import LabelLine, Panel
from loop.report.html import exact, in_words, table
from loop.report.shown import isolated, shown

COLUMNS = "label", "spans answered", "F1", "nine times in ten", "all texts left would bring"


def panel_section(said: Panel) -> str:
    """The numbers that matter, a table of the labels, and the advice."""
    rows = "".join(f"<dt>{shown(title)}</dt><dd>{shown(words)}</dd>" for title, words in said.rows)
    labels = table(COLUMNS, map(_cells, said.labels), kind="words") if said.labels else ""
    return f'<div class="panel"><dl>{rows}</dl>{labels}</div>'


def _cells(line: LabelLine) -> list[str]:
    strict = line.score and line.score.strict
    single = exact(strict.f1) if strict and line.score and line.score.enough else "–"
    interval = in_words(strict.f1_interval) if strict else "–"
    return [isolated(line.label), exact(line.answered), single, interval, shown(line.verdict)]
