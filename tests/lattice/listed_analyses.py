"""Random transitions, and their analyses listed one by one without any dynamic programming."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from hypothesis import strategies as st

from loop.lattice import Transitions
from loop.records import TokenSpan

LABELS = ("A", "B", "C")


@st.composite
def all_transitions(draw: st.DrawFn, max_tokens: int = 4) -> Transitions:
    """Unpruned, with random probabilities; some tokens are whitespace and some boundaries cannot be crossed."""
    n_labels = draw(st.integers(1, 3))
    n_tokens = draw(st.integers(0, max_tokens))
    spread = draw(st.sampled_from([0.1, 1.0, 5.0]))
    space = draw(st.lists(st.booleans(), min_size=n_tokens, max_size=n_tokens))
    wall = draw(st.lists(st.booleans(), min_size=n_tokens, max_size=n_tokens))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    rows: dict[str, list[Any]] = {name: [] for name in Transitions.__dataclass_fields__}
    for token in range(n_tokens):
        _add_token(rows, rng, spread, n_labels, token, space[token], _run(wall, token, n_tokens))
    return build(LABELS[:n_labels], rows)


def _run(wall: list[bool], token: int, n_tokens: int) -> int:
    """How many more tokens an entity that begins here may cover."""
    end = token
    while end + 1 < n_tokens and not wall[end]:
        end += 1
    return end - token


def _add_token(
    rows: dict[str, list[Any]],
    rng: np.random.Generator,
    spread: float,
    n_labels: int,
    token: int,
    space: bool,
    run: int,
) -> None:
    units, begins = (0 if space else n_labels), (0 if space or not run else n_labels)
    scores = rng.normal(size=1 + units + begins) * spread
    logp = (scores - np.logaddexp.reduce(scores)).tolist()
    rows["out"].append(logp[0])
    rows["dropped"].append((0.0, 0.0))
    for label in range(units):
        _append(rows, unit_start=token, unit_label=label, unit_logp=logp[1 + label])
    for label in range(begins):
        _append(rows, begin_start=token, begin_label=label, begin_logp=logp[1 + units + label], begin_length=run)
        rows["last"] += [*(rng.normal(size=run - 1) * spread).tolist(), np.inf]


def _append(rows: dict[str, list[Any]], **values: Any) -> None:
    for name, value in values.items():
        rows[name].append(value)


def build(labels: tuple[str, ...], rows: dict[str, list[Any]]) -> Transitions:
    """`Transitions` from lists, a pair per token in `dropped`."""
    whole = ("start", "label", "length")
    kind = {name: np.int64 if name.endswith(whole) else np.float64 for name in rows}
    arrays = {name: np.array(rows[name], dtype=kind[name]) for name in rows if name != "labels"}
    arrays["dropped"] = arrays["dropped"].reshape(-1, 2).T
    return Transitions(labels=labels, **arrays)


def pruned(transitions: Transitions, epsilon: float) -> Transitions:
    """The transitions without those whose probability, given the closed node before, is below epsilon."""
    rows: dict[str, list[Any]] = {name: [] for name in Transitions.__dataclass_fields__}
    rows["out"], rows["dropped"] = transitions.out.tolist(), transitions.dropped.T.tolist()
    for token, label, logp in zip(transitions.unit_start, transitions.unit_label, transitions.unit_logp, strict=True):
        if np.exp(logp) < epsilon:
            rows["dropped"][token][0] += np.exp(logp)
        else:
            _append(rows, unit_start=token, unit_label=label, unit_logp=logp)
    for token, label, logp, logits in chains(transitions):
        length = int(np.sum(np.exp(logp + _inside_before(logits)) >= epsilon))
        if not length:
            rows["dropped"][token][1] += np.exp(logp)
        else:
            _append(rows, begin_start=token, begin_label=label, begin_logp=logp, begin_length=length)
            rows["last"] += logits[:length]
    return build(transitions.labels, rows)


def _inside_before(logits: list[float]) -> np.ndarray:
    return np.cumsum([0.0, *(-np.logaddexp(0.0, logits[:-1])).tolist()])


def chains(transitions: Transitions) -> Iterator[tuple[int, int, float, list[float]]]:
    """Per begin: its token, label, log-probability, and the logits of its open nodes."""
    ends = np.cumsum(transitions.begin_length)
    for begin, end in enumerate(ends.tolist()):
        first = end - int(transitions.begin_length[begin])
        row = (
            int(transitions.begin_start[begin]),
            int(transitions.begin_label[begin]),
            float(transitions.begin_logp[begin]),
        )
        yield *row, transitions.last[first:end].tolist()


def analyses(transitions: Transitions, token: int = 0) -> dict[tuple[TokenSpan, ...], float]:
    """Every analysis of the tokens from `token` on with its probability, by walking through all transitions."""
    if token == transitions.n_tokens:
        return {(): 1.0}
    found = {spans: np.exp(transitions.out[token]) * p for spans, p in analyses(transitions, token + 1).items()}
    for span, p in _entities(transitions, token):
        for rest, q in analyses(transitions, span.end).items():
            found[(span, *rest)] = p * q
    return found


def _entities(transitions: Transitions, token: int) -> Iterator[tuple[TokenSpan, float]]:
    for start, label, logp in zip(transitions.unit_start, transitions.unit_label, transitions.unit_logp, strict=True):
        if start == token:
            yield TokenSpan(token, token + 1, transitions.labels[label]), float(np.exp(logp))
    for start, label, logp, logits in chains(transitions):
        p = np.exp(logp) if start == token else 0.0
        for depth, logit in enumerate(logits if p else []):
            last = 1.0 / (1.0 + np.exp(-logit))
            yield TokenSpan(token, token + depth + 2, transitions.labels[label]), float(p * last)
            p *= 1.0 - last
