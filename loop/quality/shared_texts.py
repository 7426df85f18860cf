"""Texts that several annotators answered, and how far they agree about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from loop.intervals import OVERLAPPING, Measure, Range, counts, intervals_of, measures, over_units
from loop.quality.agreement import (
    MISSING,
    Categories,
    Floats,
    cohens_kappa,
    coincidence_tables,
    confusion_tables,
    krippendorffs_alpha,
)
from loop.quality.matched_spans import matched
from loop.quality.token_labels import OUTSIDE, compared_spans, label_by_label, over_all_labels, token_labels
from loop.truth import Truth

# With fewer texts a single number is misleading: only the interval is shown.
ENOUGH = 20


@dataclass(frozen=True, slots=True)
class SharedText:
    """A text with what each of several annotators says about it.

    Attributes:
        unit: of resampling: its group, or the text alone.
        tokens: character offsets of its words.
        said: by annotator.
    """

    unit: str
    tokens: Sequence[tuple[int, int]]
    said: Mapping[str, Truth]

    def only(self, annotators: Iterable[str]) -> SharedText:
        """The same text with these of its annotators, in this order."""
        return SharedText(self.unit, self.tokens, {name: self.said[name] for name in annotators if name in self.said})


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its 95% interval; None for the number if it comes from too few texts."""

    value: float | None
    interval: Range | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far annotators agree.

    Attributes:
        texts: that two of them answered and more. tokens: of these, where two know the same labels.
        f1: in percent, of one's spans against the other's, the same in both directions (Hripcsak and Rothschild 2005,
            "Agreement, the F-measure, and reliability in information retrieval"); over all pairs, if there are several.
        f1_overlapping: where a shared character and the same label are enough.
        kappa: Cohen's, on tokens; of two annotators only. alpha: Krippendorff's, on tokens.
        precision, recall: of two annotators, in percent: the share of the first one's spans that the second has, and
            the reverse.

    A figure is None if it is not defined: nobody marks anything.
    """

    texts: int
    tokens: int
    f1: Figure | None
    f1_overlapping: Figure | None
    kappa: Figure | None
    alpha: Figure | None
    precision: Figure | None = None
    recall: Figure | None = None


@dataclass(frozen=True, slots=True)
class WithOthers:
    """How far one annotator agrees with the others.

    Attributes:
        texts: that they and another annotator answered.
        f1: in percent, of their spans against those of each other annotator; None if nobody marks anything.
    """

    texts: int
    f1: Figure | None


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often the second annotator has another label where the first has this one.

    None stands for no span; the same label twice, for other edges.
    """

    first: str | None
    second: str | None
    spans: int


Estimate = tuple[float, Range | None]


@dataclass(frozen=True, slots=True)
class _Coded:
    """A shared text as the coefficients read it: what each annotator says of each token, and the tokens compared.

    Attributes:
        together: (annotators, 1, tokens) labels, as from `over_all_labels`. apart: as from `label_by_label`.
        compared: (1 + labels,) numbers of tokens that two annotators and more say something about.
    """

    text: SharedText
    together: Categories
    apart: Categories
    compared: Categories


def agreement(texts: Sequence[SharedText], labels: Sequence[str]) -> tuple[Agreement, dict[str, Agreement]] | None:
    """How far the annotators agree over all labels, and about each label that two of them were asked about.

    Intervals are bootstrapped over units. None if there is no token that two annotators say something about.
    """
    coded = [one for text in texts if len(text.said) > 1 and (one := _coded(text, labels)).compared.any()]
    if not coded:
        return None
    compared, spans = np.stack([one.compared for one in coded]), _span_table(coded, labels)
    is_pair = len({name for one in coded for name in one.text.said}) == 2
    kappa = _of_tokens(coded, labels, confusion_tables, cohens_kappa) if is_pair else [None] * (len(labels) + 1)
    overall, *each = map(
        _agreement,
        [len(coded), *(compared[:, 1:] > 0).sum(axis=0).tolist()],
        compared.sum(axis=0).tolist(),
        measures(spans),
        measures(spans, OVERLAPPING),
        kappa,
        _of_tokens(coded, labels, coincidence_tables, krippendorffs_alpha),
    )
    if not is_pair:
        overall, *each = (replace(one, precision=None, recall=None) for one in (overall, *each))
    return overall, {label: one for label, one in zip(labels, each, strict=True) if one.texts}


def _agreement(
    texts: int, tokens: int, strict: Measure, overlapping: Measure, kappa: Estimate | None, alpha: Estimate | None
) -> Agreement:
    return Agreement(
        texts,
        tokens,
        f1=_figure(texts, (strict.f1, strict.f1_interval) if strict.units else None),
        f1_overlapping=_figure(texts, (overlapping.f1, overlapping.f1_interval) if strict.units else None),
        kappa=_figure(texts, kappa),
        alpha=_figure(texts, alpha),
        precision=_figure(texts, (strict.p, strict.p_interval) if strict.units else None),
        recall=_figure(texts, (strict.r, strict.r_interval) if strict.units else None),
    )


def _figure(texts: int, estimate: Estimate | None) -> Figure | None:
    return estimate and Figure(estimate[0] if texts >= ENOUGH else None, estimate[1])


def agreement_with_others(texts: Sequence[SharedText], annotator: str, labels: Sequence[str]) -> WithOthers | None:
    """How far one annotator agrees with all others, about all labels; None if nobody says anything of the same token.

    The interval is bootstrapped over units.
    """
    theirs = [text for text in texts if annotator in text.said]
    pairs = [[text.only((annotator, other)) for other in text.said if other != annotator] for text in theirs]
    coded = [[one for pair in each if (one := _coded(pair, labels)).compared.any()] for each in pairs]
    n = sum(map(bool, coded))
    if not n:
        return None
    strict, *_ = measures(_span_table([one for each in coded for one in each], labels))
    return WithOthers(n, _figure(n, (strict.f1, strict.f1_interval) if strict.units else None))


def _coded(text: SharedText, labels: Sequence[str]) -> _Coded:
    tokens = np.array(text.tokens, dtype=np.int64).reshape(-1, 2)
    said = [token_labels(each, tokens, labels) for each in text.said.values()]
    values, known = (np.stack(each) for each in zip(*said, strict=True))
    together, apart = over_all_labels(values, known)[:, None], label_by_label(values, known)
    compared = [((each != MISSING).sum(axis=0) > 1).sum(axis=-1) for each in (together, apart)]
    return _Coded(text, together, apart, np.concatenate(compared))


def _of_tokens(
    coded: Sequence[_Coded],
    labels: Sequence[str],
    tables: Callable[[Categories, int], Floats],
    coefficient: Callable[[Floats], Floats],
) -> list[Estimate | None]:
    """A coefficient over all labels, and for each."""
    units = [one.text.unit for one in coded]
    estimates = []
    for said, categories in (([one.together for one in coded], len(labels) + 1), ([one.apart for one in coded], 2)):
        parts = over_units(np.stack([tables(each, categories) for each in said]), units)
        marked = parts.sum(axis=(-2, -1)) - parts[..., OUTSIDE, OUTSIDE]
        estimates += intervals_of(coefficient, parts, marked)
    return estimates


def _span_table(coded: Sequence[_Coded], labels: Sequence[str]) -> NDArray[np.int64]:
    """(units, 1 + labels, 4) counts of each pair's spans, as from `intervals.counts`, over all labels and for each."""
    pairs = [(one.text.unit, pair) for one in coded for pair in combinations(one.text.said.values(), 2)]
    both = [compared_spans(*pair) for _, pair in pairs]
    table = counts([mine for mine, _ in both], [theirs for _, theirs in both], labels)
    sums = over_units(table, [unit for unit, _ in pairs])
    return np.concatenate([sums.sum(axis=1, keepdims=True), sums], axis=1)


def confusions(pairs: Iterable[tuple[Truth, Truth]]) -> list[Confusion]:
    """What one annotator gives where the other gives something else, the most frequent first."""
    differing = Counter(
        (match.gold.label if match.gold else None, match.found.label if match.found else None)
        for pair in pairs
        for match in matched(*compared_spans(*pair))
        if match.kind != "right"
    )
    found = sorted(differing.items(), key=lambda item: (-item[1], [label or "" for label in item[0]]))
    return [Confusion(first, second, spans) for (first, second), spans in found]
