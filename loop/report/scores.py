"""The report's sections on scores: learning curve, labels, confusions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from loop.intervals import SIGNED, Measure
from loop.intervals import between as words_between
from loop.progress.curve import Point
from loop.progress.report_data import ReportData
from loop.progress.rounds import Change
from loop.progress.scores import Score
from loop.quality import EDGES
from loop.report.axes import Axes
from loop.report.charts import Dot, around, line_chart
from loop.report.html import count, exact, in_words, section, table
from loop.report.shown import isolated, shown

NOT_EVALUATED = (
    "No round has been evaluated yet. A share of the questions is held out for that; with a gold file (eval in "
    "loop.cfg), evaluation starts with the first round."
)
COLUMNS = (
    "label", "spans answered", "spans to find", "precision", "recall", "F1", "95 % interval", "F1, overlapping",
    "in ten rounds", "new names",
)  # fmt: skip
# Sizes of charts.
WIDE, LOW, SMALL = (1000, 320), (1000, 150), (320, 170)


def learning(data: ReportData) -> str:
    """The learning curve, and the training loss below it."""
    if not data.now.curve:
        return section("Learning curve", f"<p>{NOT_EVALUATED}</p>")
    last = data.now.curve[-1]
    words = (
        f"F1 on {count(last.scores.overall.texts, 'text')} held out from training, round by round; the band is the "
        "95% interval (bootstrap over texts or groups), shown alone where spans are too few for a single "
        "number. Pruned rounds were evaluated on fewer texts."
    )
    chart = _f_curve(data.now.curve, [point.scores.overall for point in data.now.curve], WIDE)
    return section("Learning curve", f'<p>{words}</p><div class="scroll">{chart}</div>{_loss(data)}', wide=True)


def _f_curve(points: Sequence[Point], scores: Sequence[Score], size: tuple[int, int]) -> str:
    dots = [
        Dot(point.answers, score.strict.f1, *score.strict.f1_interval, _says(point, score), single=score.enough)
        for point, score in zip(points, scores, strict=True)
        if score.strict.f1_interval
    ]
    if not dots:
        return f"<p>{shown(scores[-1].no_interval)}</p>"
    x = 0.0, float(max(dot.x for dot in dots))
    axes = Axes(x, around(dots, most=100.0), x_name="answers learned from", y_name="F1", size=size)
    return line_chart(dots, axes, f"F1 over answers; last: {dots[-1].says}")


def _says(point: Point, score: Score) -> str:
    may_be = words_between(score.strict.f1_interval, "{:.1f} to {:.1f}")
    f = f"F1 {score.strict.f1:.1f} ({may_be})" if score.enough else f"F1 {may_be}"
    return f"round {point.round}, {point.answers} answers: {f}, {score.gold} spans in {score.texts} texts"


def _loss(data: ReportData) -> str:
    dots = [
        Dot(info.answers, info.loss, info.loss, info.loss, f"round {info.number}: loss {info.loss:.3f}")
        for info in data.now.rounds
        if info.loss is not None
    ]
    if len(dots) < 2:
        return ""
    x = 0.0, float(max(dot.x for dot in dots))
    axes = Axes(x, around(dots), size=LOW, x_name="answers learned from", y_name="training loss")
    words = "Training loss: if it keeps falling while F1 stagnates or falls, the model overfits."
    chart = line_chart(dots, axes, "training loss over answers")
    return f'<p>{words}</p><div class="scroll">{chart}</div>'


def labels(data: ReportData) -> str:
    """A table of the last round's scores by label, and a small curve for each label."""
    scores = data.now.scores
    if scores is None:
        return ""
    now = data.now
    new = {one.label: f"{one.share:.0%}" for one in now.novelty if one.is_told}
    rows = [
        [*_row(isolated(name), now.spans.get(name, 0), score), _change(now.changes.get(name)), new.get(name, "–")]
        for name, score in scores.labels.items()
    ]
    total = [*_row("<strong>all</strong>", sum(now.spans.values()), scores.overall), "", ""]
    curves = "".join(_label_curve(data.now.curve, name) for name in scores.labels)
    note = (
        f"<p>Of round {now.evaluated_round} on the held-out texts. Overlapping: a span counts as correct if it shares "
        "a character with a gold span of its label. New names: how many of a label's names in random texts are in no "
        "other answer.</p>"
    )
    return section("Labels", f'{table(COLUMNS, [*rows, total])}{note}<div class="small">{curves}</div>', wide=True)


def _row(name: str, answered: int, score: Score) -> list[str]:
    strict: Measure = score.strict
    single = [exact(strict.p), exact(strict.r), exact(strict.f1)] if score.enough else ["–", "–", "–"]
    overlapping = exact(score.overlapping.f1) if score.enough else "–"
    return [name, exact(answered), exact(score.gold), *single, in_words(strict.f1_interval), overlapping]


def _change(change: Change | None) -> str:
    if change is None:
        return "–"
    return f"{change.now - change.before:+.1f} ({words_between(change.interval, SIGNED)})"


def _label_curve(points: Sequence[Point], label: str) -> str:
    having = [point for point in points if label in point.scores.labels]
    chart = _f_curve(having, [point.scores.labels[label] for point in having], SMALL)
    return f"<figure><figcaption>{isolated(label)}</figcaption>{chart}</figure>"


def confusions(data: ReportData) -> str:
    """The confusion of labels, and of edges."""
    if not data.label_confusion:
        return ""
    return _label_confusion(data) + _edge_confusion(data)


def _label_confusion(data: ReportData) -> str:
    found = data.label_confusion
    names = [*data.labels, ""]
    rows = [
        [_name(gold), *("" if gold == other == "" else _cell(found, gold, other, names) for other in names)]
        for gold in names
    ]
    head = ("right ↓ · found →", *(_name(name) for name in names))
    note = "<p>Gold spans against what the last round finds; overlapping spans are matched.</p>"
    return section("Confusion of labels", note + table(head, rows, kind="heat"))


def _name(label: str) -> str:
    return isolated(label) if label else "<em>nothing</em>"


def _cell(found: Mapping[tuple[str, str], int], gold: str, other: str, names: Sequence[str]) -> str:
    counts = {name: found.get((gold, name), 0) for name in names}
    return heat(counts[other], sum(counts.values()), right=gold == other)


def heat(n: int, total: int, *, right: bool = False) -> str:
    """A number in a cell coloured by its share of the row."""
    if n == 0:
        return '<span class="zero">·</span>'
    step = max(1, round(9 * n / total))
    return f'<span class="h{step}{" right" if right else ""}">{exact(n)}</span>'


def _edge_confusion(data: ReportData) -> str:
    found = data.edge_confusion
    rows = []
    for label in data.labels:
        counts = [found.get((label, edges), 0) for edges in EDGES]
        cells = [heat(n, sum(counts), right=edges == "right") for n, edges in zip(counts, EDGES, strict=True)]
        rows.append([shown(label), *cells])
    head = ("label", "exact", "too long", "too short", "shifted")
    note = "<p>For spans with the right label: found edges against gold edges.</p>"
    return section("Confusion of edges", note + table(head, rows, kind="heat"))
