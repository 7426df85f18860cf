"""Agreement is what independent implementations compute: the package krippendorff, and nltk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shared import LABELS, TextOf, shared_texts

from loop.quality import shared_texts as module
from loop.quality.agreement import MISSING, cohens_kappa, coincidence_tables, confusion_tables, krippendorffs_alpha
from loop.quality.shared_texts import Agreement, agreement

krippendorff = pytest.importorskip("krippendorff", reason="a package of the development extra: make installs it")
nltk_agreement = pytest.importorskip("nltk.metrics.agreement", reason="a package of the development extra")
nltk_scores = pytest.importorskip("nltk.metrics.scores", reason="a package of the development extra")

PRECISION = 1e-9


def alpha_of(values: np.ndarray) -> float | None:
    """Alpha by `krippendorff`, of (annotators, tokens) categories; None if undefined."""
    compared = values[:, (values != MISSING).sum(axis=0) > 1]
    if len(np.unique(compared[compared != MISSING])) < 2:
        return None
    data = np.where(values == MISSING, np.nan, values.astype(float))
    return float(krippendorff.alpha(reliability_data=data, level_of_measurement="nominal"))


def kappa_of(one: np.ndarray, other: np.ndarray) -> float | None:
    """Cohen's kappa by nltk of the tokens that both know; None if undefined."""
    known = (one != MISSING) & (other != MISSING)
    if not known.any() or len({*one[known], *other[known]}) < 2:
        return None
    rows = [(who, n, int(value)) for who, said in (("a", one), ("b", other)) for n, value in enumerate(said[known])]
    return float(nltk_agreement.AnnotationTask(data=rows).kappa_pairwise("a", "b"))


@given(st.data(), st.integers(2, 5), st.integers(1, 25))
def test_coefficients_of_any_categories_are_those_of_the_packages(data: st.DataObject, annotators: int, tokens: int):
    row = st.lists(st.integers(MISSING, 3), min_size=tokens, max_size=tokens)
    values = np.array(data.draw(st.lists(row, min_size=annotators, max_size=annotators)))
    alpha, kappa = alpha_of(values), kappa_of(*values[:2])
    nan = float("nan")

    assert pytest.approx(nan if alpha is None else alpha, abs=PRECISION, nan_ok=True) == float(
        krippendorffs_alpha(coincidence_tables(values, 4))
    )
    assert pytest.approx(nan if kappa is None else kappa, abs=PRECISION, nan_ok=True) == float(
        cohens_kappa(confusion_tables(values[:2], 4))
    )


def by_word(texts: Sequence[TextOf], names: Sequence[str], label: str | None) -> np.ndarray:
    """(annotators, words of all texts) what each says, written out word by word: "" for none of these labels."""
    columns = []
    for text in texts:
        for word in range(text.words):
            known = {name: text.known(name, word) for name in names}
            asked = {one for one in LABELS if sum(one in each for each in known.values()) > 1}
            asked &= {label} if label else asked
            columns.append([_said(text, name, word, asked) if asked and asked <= known[name] else MISSING
                            for name in names])  # fmt: skip
    return np.array(columns, dtype=np.int64).reshape(-1, len(names)).T


def _said(text: TextOf, name: str, word: int, asked: set[str]) -> int:
    label = text.label(name, word)
    return LABELS.index(label) + 1 if label in asked else 0


def spans_of(texts: Sequence[TextOf], name: str, other: str, label: str | None) -> set[tuple]:
    """The spans of one annotator that both were asked about, each with the number of its text."""
    return {
        (n, *span)
        for n, text in enumerate(texts)
        if text.is_compared and name in text.answers and other in text.answers
        for span in text.answers[name].spans
        if (label is None or span[2] == label) and text.is_asked(name, span) and text.is_asked(other, span)
    }


def expected_f1(texts: Sequence[TextOf], pairs: Sequence[tuple[str, str]], label: str | None) -> float | None:
    """F1 in percent by nltk, the pairs' spans kept apart."""
    mine = {(pair, one) for pair in pairs for one in spans_of(texts, *pair, label)}
    theirs = {(pair, one) for pair in pairs for one in spans_of(texts, *pair[::-1], label)}
    if not mine or not theirs:
        return 0.0 if mine or theirs else None
    return 100 * (nltk_scores.f_measure(mine, theirs) or 0.0)


def check(found: Mapping[str | None, Agreement], texts: Sequence[TextOf], names: Sequence[str]) -> None:
    for label, one in found.items():
        values = by_word(texts, names, label)
        shown = [figure and figure.value for figure in (one.alpha, one.f1, one.kappa)]
        pairs = list(combinations(names, 2))
        kappa = kappa_of(*values) if len(names) == 2 else None

        assert [alpha_of(values), expected_f1(texts, pairs, label), kappa] == [
            value if value is None else pytest.approx(value, abs=PRECISION) for value in shown
        ]
        assert ((values != MISSING).sum(axis=0) > 1).sum() == one.tokens


@pytest.mark.parametrize("names", [("anna", "ben"), ("anna", "ben", "cy")])
@settings(max_examples=30)
@given(data=st.data())
def test_agreement_about_texts_is_that_of_the_packages_whatever_is_missing(names: tuple[str, ...], data: st.DataObject):
    texts = data.draw(st.lists(shared_texts(names), min_size=1, max_size=7))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "ENOUGH", 0)
        found = agreement([text.shared(n) for n, text in enumerate(texts)], LABELS)
    assume(found is not None)
    overall, labels = found
    is_there = {name for text in texts for name in text.answers if text.is_compared}
    assume(len(is_there) == len(names))

    check({None: overall, **labels}, texts, names)
