"""The lines of `loop status` about how far annotators agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from loop.words import counted

if TYPE_CHECKING:
    from loop.progress.agreement import AnnotatorAgreement, Condition
    from loop.quality.shared_texts import Agreement, Figure

SEEN = {"without": " without suggestions", "with": " with suggestions", "any": " in all"}


def agreement_lines(found: AnnotatorAgreement | None) -> list[str]:
    """Return lines for answers without and with suggestions, the most frequent confusion, the adjudicated answers."""
    if found is None:
        return []
    compared = _compared(found) if found.conditions else []
    sides = (f"{one.first}, {counted(one.overall.texts, 'text')}: {_figures(one.overall)}" for one in found.adjudicated)
    return [*compared, *(f"agreement of the adjudicated answers and {words}" for words in sides)]


def _compared(found: AnnotatorAgreement) -> list[str]:
    apart = [one for one in found.conditions if one.suggestions != "any"]
    together = found.conditions[-1]
    names = {name for one in apart for name in one.annotators}
    is_more = together.overall.texts > sum(one.overall.texts for one in apart)
    is_more = is_more or not names.issuperset(together.annotators)
    shown = [*apart, *([together] if is_more else [])]
    return [*(f"agreement {_words(one)}" for one in shown), *_most_confused(together)]


def _words(one: Condition) -> str:
    names = " and ".join(one.annotators) if len(one.annotators) == 2 else f"{len(one.annotators)} annotators"
    return f"{names}, {counted(one.overall.texts, 'text')}{SEEN[one.suggestions]}: {_figures(one.overall)}"


def _figures(overall: Agreement) -> str:
    if overall.f1 is None:
        return "nobody marks anything"
    if not (overall.f1.value or overall.f1.interval):
        return "too few for an interval"
    coefficients = [("kappa", overall.kappa), ("alpha", overall.alpha)]
    words = [f"{name} {_figure(figure, '{:.2f}', '{:.2f}')}" for name, figure in coefficients if figure]
    return ", ".join([f"F1 {f1_words(overall.f1)}", *words])


def f1_words(figure: Figure) -> str:
    """F1 with its interval, or the interval alone if the texts are few."""
    return _figure(figure, "{:.1f}", "{:.0f}")


def _figure(figure: Figure, single: str, bound: str) -> str:
    from loop.intervals import between

    interval = between(figure.interval, f"{bound} to {bound}")
    return interval if figure.value is None else f"{single.format(figure.value)} ({interval})"


def _most_confused(one: Condition) -> list[str]:
    confused = [(pair.confusions[0], pair) for pair in one.pairs if pair.confusions]
    if not confused:
        return []
    most, pair = max(confused, key=lambda each: each[0].spans)
    sides = f"{pair.first} {most.first or 'nothing'} ↔ {most.second or 'nothing'} {pair.second}"
    edges = " (other edges)" if most.first == most.second else ""
    return [f"         most often {sides}{edges}: {most.spans:,}; `loop check --kind disagreement` lists them"]
