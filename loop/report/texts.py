"""The report's sections with texts: gold and found spans side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from loop.progress.report_data import Compared, ReportData
from loop.quality import matched
from loop.report.html import count, section
from loop.report.shown import colours, isolated, marked

TEXTS = 30
HARDEST = "Held-out texts, most mistakes of the last round first; dashed spans were missed, ✗ marks wrong ones."
FLAGGED = "Answers with a flag or a memo, and the suggestions."


def hardest(data: ReportData) -> str:
    """The texts that the last round finds hardest."""
    return _side_by_side("Hardest texts", HARDEST, data.hardest, data.labels, "found by the last round")


def flagged(data: ReportData) -> str:
    """The texts with a flag or a memo."""
    return _side_by_side("Flagged texts", FLAGGED, data.flagged, data.labels, "suggested")


def _side_by_side(title: str, words: str, texts: Sequence[Compared], labels: Sequence[str], found: str) -> str:
    if not texts:
        return ""
    classes = colours(labels)
    more = f" The first {TEXTS} of {count(len(texts), 'text')}." if len(texts) > TEXTS else ""
    pairs = "".join(_pair(one, classes, found) for one in texts[:TEXTS])
    return section(title, f"<p>{words}{more}</p>{pairs}", wide=True)


def _pair(one: Compared, classes: Mapping[str, str], found: str) -> str:
    matches = [match for match in matched(one.right, one.found) if match.kind != "right"]
    missed = {match.gold for match in matches if match.gold}
    false = {match.found for match in matches if match.found}
    name = "" if one.id is None else f"<h3>text {one.id}</h3>"
    memo = f'<p class="memo">{isolated(one.memo)}</p>' if one.memo else ""
    left = marked(one.text, one.right, classes, missed=missed)
    right = marked(one.text, one.found, classes, wrong=false)
    return (
        f'<article>{name}{memo}<div class="pair"><div><h4>answered</h4>{left}</div>'
        f"<div><h4>{found}</h4>{right}</div></div></article>"
    )
