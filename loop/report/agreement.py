"""The report's section on agreement: between annotators, with the adjudicated answers, and with themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from loop.progress.agreement import AnnotatorAgreement, Comparison, Condition
from loop.progress.report_data import ReportData
from loop.quality import Consistency
from loop.quality.shared_texts import ENOUGH, Agreement, Confusion, Figure
from loop.report.html import count, exact, in_words, section, table
from loop.report.shown import isolated

TITLES = {
    "without": "Answered without suggestions",
    "with": "Answered with suggestions",
    "any": "All answers, those with suggestions and those without together",
}
INTRODUCTION = (
    "Texts that several people answered without having seen each other's answers; a change made after another had "
    "answered does not count. F1 compares spans, kappa (Cohen) and alpha (Krippendorff) the labels of tokens, less "
    f"what chance would give. Below {ENOUGH} texts there is an interval and no single number."
)
CONFUSIONS = 20


def agreement(data: ReportData) -> str:
    """The section on agreement; empty where nobody answered the same text."""
    found = data.now.agreement
    if found is None:
        return ""
    parts = [f"<p>{INTRODUCTION}</p>", *(_condition(one) for one in found.conditions)]
    parts += [_confusions(found), _adjudicated(found.adjudicated), _repeats(found.repeats)]
    return section("Agreement between annotators", "".join(parts), wide=True, page=True)


def _condition(one: Condition) -> str:
    names = ", ".join(map(isolated, one.annotators))
    is_pair = len(one.annotators) == 2
    tables = "" if is_pair else _table("all together", one.overall, one.labels)
    tables += "".join(_table(_names(pair), pair.overall, pair.labels) for pair in one.pairs)
    return f"<h3>{TITLES[one.suggestions]}: {names}</h3>{tables}"


def _names(pair: Comparison) -> str:
    return f"{isolated(pair.first)} · {isolated(pair.second or '')}"


def _table(title: str, overall: Agreement, labels: Mapping[str, Agreement], *, gold: bool = False) -> str:
    """A row over all labels and one for each; with precision and recall if the second annotator is `gold`."""
    head = title, "texts", *(("precision", "recall") if gold else ()), "F1", "F1, overlapping", "kappa", "alpha"
    rows = [("<strong>all labels</strong>", overall), *((isolated(name), one) for name, one in labels.items())]
    return table(head, (_row(name, one, gold=gold) for name, one in rows))


def _row(name: str, one: Agreement, *, gold: bool) -> list[str]:
    on_spans = [*([one.precision, one.recall] if gold else []), one.f1, one.f1_overlapping]
    return [name, exact(one.texts), *map(_figure, on_spans), *(_figure(each, 2) for each in (one.kappa, one.alpha))]


def _figure(figure: Figure | None, digits: int = 1) -> str:
    if figure is None:
        return "–"
    interval = in_words(figure.interval, digits)
    return interval if figure.value is None else f"{exact(figure.value, digits)} ({interval})"


def _confusions(found: AnnotatorAgreement) -> str:
    pairs = [pair for pair in (found.conditions[-1].pairs if found.conditions else ()) if pair.confusions]
    lists = "".join(_confused(pair.first, pair.second or "", pair.confusions) for pair in pairs)
    note = "<p>What one marks where the other marks something else; the same label twice: with other edges.</p>"
    return f"<h3>Who confuses what with what</h3>{note}{lists}" if lists else ""


def _confused(first: str, second: str, confusions: Sequence[Confusion]) -> str:
    items: Iterable[str] = (
        f"<li>{isolated(first)} {_label(one.first)} ↔ {_label(one.second)} {isolated(second)}: {exact(one.spans)}</li>"
        for one in confusions[:CONFUSIONS]
    )
    return f'<ul class="confused">{"".join(items)}</ul>'


def _label(label: str | None) -> str:
    return "<em>nothing</em>" if label is None else f"<b>{isolated(label)}</b>"


def _adjudicated(found: Sequence[Comparison]) -> str:
    if not found:
        return ""
    tables = "".join(_table(isolated(one.first), one.overall, one.labels, gold=True) for one in found)
    lists = "".join(_confused(one.first, "adjudicated", one.confusions) for one in found if one.confusions)
    note = "<p>What each annotator answered first, against the adjudicated answers, which count as right.</p>"
    return f"<h3>Against the adjudicated answers</h3>{note}{tables}{lists}"


def _repeats(found: Mapping[str, Consistency]) -> str:
    if not found:
        return ""
    rows = [
        [isolated(name), exact(one.pairs), exact(one.same), _figure(_with_themselves(one))]
        for name, one in found.items()
    ]
    note = f"<p>Intra-annotator agreement: {count(sum(one.pairs for one in found.values()), 'repeated text')}.</p>"
    head = "annotator", "repeated", "answered as before", "F1"
    return f"<h3>With themselves</h3>{note}{table(head, rows)}"


def _with_themselves(one: Consistency) -> Figure | None:
    if one.f1 is None:
        return None
    return Figure(one.f1 if one.pairs >= ENOUGH else None, one.interval)
