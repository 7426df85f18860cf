"""Models, gold spans and the ways to be confident that `confidence.py` compares."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import spacy
from _data import spans_of
from _docs import gold_example
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import fix_random_seed, minibatch

from loop.base.network_config import inherited, seeing_vectors
from loop.base.vectors import give_vectors
from loop.checkpoints.checkpoints import Checkpoints
from loop.lattice import Lattice
from loop.records import TokenSpan
from loop.scoring.reader import characters, read_docs
from loop.settings import ProjectPaths
from loop.simulate import Gold

Marginals = dict[TokenSpan, float]

# Of the calibration error.
BINS = 10
# The labels of en_core_web_sm as UNER has them; its other labels are left out.
UNER = {"PERSON": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC", "FAC": "LOC"}


@dataclass(frozen=True)
class Opinion:
    """What a method says about a text: its analysis, the probability of spans, and a score for "there is an error"."""

    own: frozenset[TokenSpan]
    p: Marginals
    doubt: float


class Mapped:
    """A lattice seen through a map of its labels: the probabilities of labels that become one add up."""

    def __init__(self, lattice: Lattice, labels: dict[str, str]) -> None:
        self._lattice, self._labels = lattice, labels
        self.own = tuple(mapped(lattice.own, labels))

    def spans(self, epsilon: float) -> list[tuple[TokenSpan, float]]:
        p: Marginals = {}
        for span, q in self._lattice.spans(epsilon / 10):
            for same in mapped([span], self._labels):
                p[same] = p.get(same, 0.0) + q
        return [(span, q) for span, q in p.items() if q >= epsilon]

    def squared_error(self, gold: Collection[TokenSpan], epsilon: float, _: None = None) -> float:
        p = dict(self.spans(epsilon))
        return sum((q - (span in gold)) ** 2 for span, q in p.items()) + sum(span not in p for span in gold)


def mapped(spans: Sequence[TokenSpan], labels: dict[str, str] | None) -> list[TokenSpan]:
    if labels is None:
        return list(spans)
    return [TokenSpan(span.start, span.end, labels[span.label]) for span in spans if span.label in labels]


def gold(doc: Doc, row: dict[str, Any]) -> frozenset[TokenSpan]:
    spans = (doc.char_span(span["start"], span["end"], span["label"]) for span in row["spans"])
    return frozenset(TokenSpan(span.start, span.end, span.label_) for span in spans if span is not None)


def trained(texts: Sequence[dict[str, Any]], *, steps: int, seed: int, vectors: str | None = None) -> Language:
    """A blank English pipeline after `steps` batches of 16, Adam 1e-3, dropout .2, averaged weights."""
    fix_random_seed(seed)
    nlp = spacy.blank("en")
    start = inherited(nlp, None)
    if vectors is not None:
        give_vectors(nlp, vectors)
        start = seeing_vectors(start)
    nlp.add_pipe("ner", config={"model": start.config})
    examples = [gold_example(nlp, row["text"], spans_of(row)) for row in texts]
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate, optimizer.averages = 1e-3, {}
    chosen = random.Random(seed)
    for _ in range(steps):
        nlp.update(chosen.sample(examples, 16), drop=0.2, sgd=optimizer)
    with tempfile.TemporaryDirectory() as folder:
        with nlp.use_params(optimizer.averages):
            nlp.to_disk(folder)
        return spacy.load(folder)


def greedy(ner: Any, docs: Sequence[Doc], labels: dict[str, str] | None) -> list[Opinion]:
    """The product of the softmax over all moves along spaCy's own path, as one would hook into its decoder."""
    opinions: list[Opinion] = []
    for batch in minibatch(docs, 64):
        opinions += _greedy(ner, batch, labels)
    return opinions


def _greedy(ner: Any, docs: Sequence[Doc], labels: dict[str, str] | None) -> list[Opinion]:
    names = [ner.moves.get_class_name(i) for i in range(ner.moves.n_moves)]
    states, step = ner.moves.init_batch(docs), ner.model.predict(docs)
    moves: list[list[tuple[str, float]]] = [[] for _ in docs]
    while open_ := [i for i, state in enumerate(states) if not state.is_final()]:
        scores = step.predict([states[i] for i in open_])
        log_p = scores - np.logaddexp.reduce(scores, axis=1)[:, None]
        for row, i in enumerate(open_):
            best = next(j for j in np.argsort(-scores[row]) if ner.moves.is_valid(states[i], names[j]))
            moves[i].append((names[best], float(log_p[row, best])))
            ner.moves.apply_transition(states[i], names[best])
    return [_opinion_of_path(path, labels) for path in moves]


def _opinion_of_path(path: Sequence[tuple[str, float]], labels: dict[str, str] | None) -> Opinion:
    p: Marginals = {}
    start, log_p = 0, 0.0
    for token, (move, q) in enumerate(path):
        if move[0] in "BUO":
            start, log_p = token, 0.0
        log_p += q
        if move[0] in "LU":
            p |= {span: float(np.exp(log_p)) for span in mapped([TokenSpan(start, token + 1, move[2:])], labels)}
    return Opinion(frozenset(p), p, -sum(q for _, q in path))


def beam(ner: Any, docs: Sequence[Doc], labels: dict[str, str] | None, *, width: int, density: float) -> list[Opinion]:
    """Spans weighted with the beam's probabilities, as in spaCy's own recipe for entity scores."""
    opinions = []
    for batch in minibatch(docs, 64):
        for found in ner.beam_parse(batch, beam_width=width, beam_density=density):
            parses = ner.moves.get_beam_parses(found)
            p: Marginals = {}
            for q, spans in parses:
                for span in mapped([TokenSpan(*span) for span in spans], labels):
                    p[span] = p.get(span, 0.0) + q
            best = max(parses, key=lambda parse: parse[0])
            own = mapped([TokenSpan(*span) for span in best[1]], labels)
            opinions.append(Opinion(frozenset(own), p, 1.0 - best[0]))
    return opinions


def lattice_opinion(lattice: Lattice, labels: dict[str, str] | None) -> Opinion:
    """Marginal probabilities; the doubt is that of the analysis as a whole."""
    p = dict(Mapped(lattice, labels).spans(1e-3) if labels else lattice.spans(1e-3))
    p |= {span: 0.0 for span in mapped(lattice.own, labels) if span not in p}
    return Opinion(frozenset(mapped(lattice.own, labels)), p, -lattice.logp(lattice.own))


def calibration_error(scored: Sequence[tuple[float, bool]]) -> float:
    """The expected calibration error (Naeini et al. 2015, AAAI), in 10 bins of equal width."""
    p, is_right = (np.array(column, dtype=float) for column in zip(*scored, strict=True))
    bins = np.minimum((p * BINS).astype(int), BINS - 1)
    gaps = [abs((p - is_right)[bins == i].sum()) for i in range(BINS)]
    return float(sum(gaps) / len(p))


def auroc(scored: Sequence[tuple[float, bool]]) -> float:
    """The probability that a wrong one has the higher score, ties counting half (Mann and Whitney 1947)."""
    scores, wrong = (np.array(column) for column in zip(*scored, strict=True))
    wrong = wrong.astype(bool)
    higher = (scores[wrong][:, None] > scores[~wrong][None, :]).mean()
    ties = (scores[wrong][:, None] == scores[~wrong][None, :]).mean()
    return float(higher + ties / 2)


def estimated_f1(lattices: Sequence[Lattice]) -> float:
    """The F1 that the probabilities expect of the pipeline's own predictions, micro-averaged; 0 without spans.

    The expected number of correct spans is the sum of the probabilities of the predicted spans; the expected number of
    gold spans is the sum over all spans.
    """
    right = spans = 0.0
    for lattice in lattices:
        p = dict(lattice.spans(1e-3))
        right += sum(p.get(span, 0.0) for span in lattice.own)
        spans += len(lattice.own) + sum(p.values())
    return 2 * right / spans if spans else 0.0


def confidences(paths: ProjectPaths, texts: Gold) -> list[tuple[float, bool]]:
    """The last round's confidence in each entity that it finds, as `loop predict` gives it, and whether it is right."""
    kept = Checkpoints(paths.models)
    number = kept.in_force()
    nlp, temperatures = spacy.load(kept.path(number)), {"ner_loop": kept.info(number).temperature}
    found: list[tuple[float, bool]] = []
    for (doc, lattice), gold in zip(
        read_docs(nlp, list(texts), temperatures=temperatures), texts.values(), strict=True
    ):
        known, right = dict(lattice.spans(1e-3)), set(gold)
        found += [(known.get(span, 0.0), characters(doc, span) in right) for span in lattice.own]
    return found
