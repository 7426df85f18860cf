"""The report's sections on probabilities and answers: calibration, confidence, corrections, time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from loop.progress.report_data import ReportData
from loop.quality import Bin, Correction, Pace
from loop.report.axes import Axes, rounded
from loop.report.charts import Dot, bars, line_chart, scatter
from loop.report.html import count, exact, section, table
from loop.report.shown import isolated

CORRECTIONS = 20
CONFIDENCE_BINS = 20
HALF = 420, 320  # size of a half-width chart


def calibration(data: ReportData) -> str:
    """The calibration section: how often spans of a probability were right."""
    found = data.calibration
    if found is None:
        return section("Calibration", "<p>No question has had probabilities yet.</p>")
    drawn = "drawn at random" if found.at_random else "that were asked about, many because the model was uncertain"
    spans = count(sum(one.spans for one in found.bins), "span")
    words = (
        f"Of the spans with a probability of 80%, 80 of 100 should be right. Shown are {spans} in "
        f"{count(found.texts, 'text')} {drawn},  each scored before its answer was learned; "
        f"off by {exact(100 * found.error)} points on average."
    )
    dots = [_dot(one) for one in found.bins]
    axes = Axes((0.0, 100.0), (0.0, 100.0), x_name="probability, %", y_name="right, %", size=HALF)
    return section("Calibration", f"<p>{words}</p>{scatter(dots, axes, 'share of right spans over probability')}")


def _dot(one: Bin) -> Dot:
    low, high = (100 * bound for bound in one.interval)
    said = f"{one.spans} spans of {100 * one.p:.0f} %: {100 * one.right:.0f} % right ({low:.0f} to {high:.0f})"
    return Dot(100 * one.p, 100 * one.right, low, high, said, size=2.5 + min(5.0, one.spans**0.5 / 5))


def confidence(data: ReportData) -> str:
    """The confidence section: how sure the last round is of its predictions for the pool."""
    found = data.confidence
    if not found:
        return ""
    bins = Counter(min(CONFIDENCE_BINS - 1, int(one * CONFIDENCE_BINS)) for one in found)
    width = 100 // CONFIDENCE_BINS
    heights = [(_says(n * width, width, bins[n]), float(bins[n])) for n in range(CONFIDENCE_BINS)]
    top = rounded(0.0, max(height for _, height in heights))[1]
    axes = Axes((0.0, 100.0), (0.0, top), x_name="probability of the prediction, %", y_name="texts", size=HALF)
    words = (
        f"The model's probability that all spans it finds in a text are right, for {count(len(found), 'text')} of the "
        f"pool, drawn at random. It expects {exact(100 * sum(found) / len(found))}% of these texts to be right."
    )
    return section("Confidence in the pool", f"<p>{words}</p>{bars(heights, axes, 'texts by confidence')}")


def _says(low: int, width: int, n: int) -> str:
    return f"{low} to {low + width} %: {n} texts"


def corrections(data: ReportData, *, with_text: bool) -> str:
    """The section on the most frequent corrections; without texts only their kinds and labels."""
    if not data.corrections:
        return ""
    kinds = Counter(dict(data.corrections))
    if not with_text:
        kinds = Counter()
        for one, times in data.corrections:
            kinds[Correction(one.kind, "", one.shown_label, "", one.answered_label)] += times
    most = sorted(kinds.items(), key=lambda item: (-item[1], item[0]))[:CORRECTIONS]
    rows = [[one.kind, _span(one.shown, one.shown_label), _span(one.answered, one.answered_label), exact(n)]
            for one, n in most]  # fmt: skip
    note = f"<p>Corrections of suggestions, {exact(kinds.total())} in all.</p>"
    body = note + table(("correction", "suggested", "answered", "times"), rows, kind="words")
    return section("Most frequent corrections", body, wide=True)


def _span(string: str, label: str) -> str:
    if not label:
        return "<em>nothing</em>"
    return f"{isolated(string)} <b>{isolated(label)}</b>" if string else f"<b>{isolated(label)}</b>"


def time(data: ReportData) -> str:
    """The section on the time of answers, over time and by length of the text."""
    if not data.pace:
        return ""
    dots = [Dot(one.upto, one.median, one.low, one.high, _took(one)) for one in data.pace]
    axes = Axes((0.0, float(dots[-1].x)), rounded(0.0, max(dot.high for dot in dots)), x_name="answers",
                y_name="seconds", size=HALF)  # fmt: skip
    note = "<p>Seconds per answer: the median, and a band for the middle half.</p>"
    chart, by_length = line_chart(dots, axes, "seconds an answer over time"), _by_length(data.by_length)
    body = f'{note}<div class="pair"><div>{chart}</div><div>{by_length}</div></div>'
    return section("Time for an answer", body, wide=True)


def _took(one: Pace) -> str:
    return f"{one.answers} answers up to the {one.upto}th: {one.median:.1f} s ({one.low:.1f} to {one.high:.1f})"


def _by_length(found: Sequence[Pace]) -> str:
    rows = [[_words(one), exact(one.answers), exact(one.median), f"{one.low:.1f} to {one.high:.1f}"] for one in found]
    return table(("words", "answers", "median, s", "middle half"), rows)


def _words(one: Pace) -> str:
    return f"up to {one.upto}" if one.upto else "more"
