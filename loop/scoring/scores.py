"""Turns the scores of an entity recognizer into a distribution over analyses: one lattice per doc."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from spacy.language import Language
from spacy.pipeline import EntityRecognizer
from spacy.tokens import Doc

from loop.base.batching import grouped
from loop.encoder.layer import LAYER as ENCODER_LAYER
from loop.encoder.layer import is_encoded
from loop.errors import PipelineError
from loop.lattice import Lattice, Transitions
from loop.records import TokenSpan
from loop.scoring.network import Ints, Network
from loop.scoring.open_entities import Chains
from loop.scoring.outside_nodes import BEGIN, OUT, Closed, closed_moves
from loop.scoring.validity import Bools, Validity

EPSILON = 1e-3
"""Transitions below this probability are pruned."""

BATCH_TOKENS = 8_192
"""Docs are scored in batches of about this many tokens; a longer doc is scored alone."""

NODES_PER_TOKEN = 64
"""The most open nodes per token on average; the rest are pruned, which bounds memory for any model."""

Spans = tuple[TokenSpan, ...]


def lattices_of(
    nlp: Language,
    docs: Iterable[Doc],
    *,
    component: str,
    temperature: float = 1.0,
    epsilon: float = EPSILON,
    keep: Sequence[Iterable[TokenSpan]] | None = None,
) -> list[Lattice]:
    """Return one lattice per doc, including the component's own prediction; docs and pipeline stay unchanged.

    The probability of a transition is the softmax of the scores over the transitions that are valid in spaCy's
    transition system, given the doc's sentence boundaries, preset entities, blocked tokens and whitespace. A label that
    was added but never trained has probability 0, unless a preset entity forces it.

    Args:
        nlp: the pipeline.
        docs: output of the components before `component`.
        component: the name of a `ner` or `beam_ner`.
        temperature: above 1 for less confidence; see `loop.lattice.Transitions.tempered`.
        epsilon: the probability below which transitions are pruned, given the closed node where they begin.
        keep: for each doc, spans that are never pruned.

    Raises:
        PipelineError: the component cannot be scored, or a doc lacks the output of a component before it.
    """
    (lattices,) = lattices_at((temperature,), nlp, docs, component=component, epsilon=epsilon, keep=keep)
    return lattices


def lattices_at(
    temperatures: Sequence[float],
    nlp: Language,
    docs: Iterable[Doc],
    *,
    component: str,
    epsilon: float = EPSILON,
    keep: Sequence[Iterable[TokenSpan]] | None = None,
) -> list[list[Lattice]]:
    """The result of `score` for each temperature; the network runs only once per doc."""
    docs = list(docs)
    pipe = _component(nlp, component)
    network = Network.of(pipe)
    _check_inputs(pipe, docs)
    kept: list[Spans] = [tuple(spans) for spans in keep] if keep is not None else [()] * len(docs)
    own: list[Spans | None] = [None] * len(docs)
    if pipe.cfg["beam_width"] > 1:
        own = [*_found_by_beam(pipe, docs)]
        kept = [(*spans, *(found or ())) for spans, found in zip(kept, own, strict=True)]
    lattices: list[list[Lattice]] = [[Lattice(_no_moves(network.labels))] * len(docs) for _ in temperatures]
    full = [i for i, doc in enumerate(docs) if len(doc)]
    for batch in grouped(full, lambda i: len(docs[i]), limit=BATCH_TOKENS // len(temperatures)):
        rows = [docs[i] for i in batch], [kept[i] for i in batch], [own[i] for i in batch]
        places = itertools.product(lattices, batch)
        for (at, i), lattice in zip(places, _scored(network, *rows, temperatures, epsilon), strict=True):
            at[i] = lattice
    return lattices


def _component(nlp: Language, name: str) -> EntityRecognizer:
    if name not in nlp.pipe_names:
        raise PipelineError(
            f"The pipeline has no enabled component {name!r}.",
            hint=f"It has: {', '.join(nlp.pipe_names) or 'none'}.",
        )
    return nlp.get_pipe(name)


def _check_inputs(pipe: EntityRecognizer, docs: Sequence[Doc]) -> None:
    """Check that upstream components have run: a listener would silently read zeros instead."""
    reading = [layer for layer in pipe.model.walk() if "listener" in layer.name or layer.name == ENCODER_LAYER]
    for doc in docs:
        for layer in reading:
            if layer.name == ENCODER_LAYER:
                ready = is_encoded(doc, layer.get_dim("nO"))
            elif layer.name == "tok2vec-listener":
                ready = doc.tensor.shape[0] == len(doc)
            else:
                ready = not doc.has_extension("trf_data") or doc._.trf_data is not None
            if not ready:
                raise PipelineError(
                    f"{pipe.name!r} listens to a component that has not run on a doc.",
                    hint="Run the components before it first, as `loop.scoring.reader.read` does.",
                )


def _found_by_beam(pipe: EntityRecognizer, docs: Sequence[Doc]) -> Iterator[Spans]:
    """The predictions of a beam search, run on copies of the docs; none for empty docs."""
    known = set(pipe.labels)
    for doc in docs:
        if any(ent.label_ not in known for ent in doc.ents):
            raise PipelineError(
                f"A doc has a preset entity of a label that {pipe.name!r} does not know.",
                hint="Its beam search would add the label to the model. Add it first, with `add_label`.",
            )
        copy = doc.copy()
        if len(copy):
            pipe.set_annotations([copy], pipe.predict([copy]))
        yield tuple(TokenSpan(ent.start, ent.end, ent.label_) for ent in copy.ents)


def _scored(
    network: Network,
    docs: Sequence[Doc],
    kept: Sequence[Spans],
    own: Sequence[Spans | None],
    temperatures: Sequence[float],
    epsilon: float,
) -> list[Lattice]:
    """The lattices of all docs for the first temperature, then for the second, and so on."""
    times = len(temperatures)
    features = network.features(docs).repeated(times)
    docs, kept, own = [*docs] * times, [*kept] * times, [*own] * times
    lengths, validity = [len(doc) for doc in docs], Validity.of(docs)
    temperature = np.repeat(temperatures, len(features.vectors) // times)
    if validity.blocked.any() and not network.can_block:
        raise PipelineError("A doc has blocked tokens, which this entity recognizer does not support.")
    keep = list(_shifted(kept, lengths))
    closed = closed_moves(features, validity, temperature, epsilon, keep)
    chains = Chains(
        features, validity, temperature, closed.begins.start, closed.begins.label, closed.begins.logp.copy()
    )
    chains.follow(epsilon, NODES_PER_TOKEN * sum(lengths))
    _follow_kept(chains, closed.labels, keep)
    greedy = _greedy(closed, chains, lengths)
    length, last = chains.nodes()
    moves = Transitions(
        labels=closed.labels,
        out=closed.out,
        dropped=closed.dropped,
        unit_start=closed.units.start,
        unit_label=closed.units.label,
        unit_logp=closed.units.logp,
        begin_start=closed.begins.start,
        begin_label=closed.begins.label,
        begin_logp=closed.begins.logp,
        begin_length=length,
        last=last,
    )
    return Lattice.batch(moves, lengths, [a if a is not None else b for a, b in zip(own, greedy, strict=True)])


def _shifted(kept: Sequence[Spans], lengths: Sequence[int]) -> Iterator[TokenSpan]:
    offset = 0
    for spans, length in zip(kept, lengths, strict=True):
        yield from (TokenSpan(span.start + offset, span.end + offset, span.label) for span in spans)
        offset += length


def _follow_kept(chains: Chains, labels: Sequence[str], keep: Sequence[TokenSpan]) -> None:
    """Follow the chains of the spans to keep up to the spans' ends."""
    if not keep:
        return
    names = [labels[label] for label in chains.label.tolist()]
    index = {begin: i for i, begin in enumerate(zip(chains.start.tolist(), names, strict=True))}
    wanted = [(index[span.start, span.label], span.end) for span in keep if (span.start, span.label) in index]
    rows = np.array(wanted, dtype=np.int64).reshape(-1, 2)
    chains.follow_to(rows[:, 0], rows[:, 1])


def _greedy(closed: Closed, chains: Chains, lengths: Sequence[int]) -> list[Spans]:
    """The prediction of spaCy's greedy search for each text."""
    begins = np.full(len(closed.chosen), -1)
    taken = (closed.chosen[chains.start] == BEGIN) & (closed.chosen_label[chains.start] == chains.label)
    begins[chains.start[taken]] = np.flatnonzero(taken)
    first = np.cumsum([0, *lengths[:-1]])
    here, stop = first.copy(), first + lengths
    coming = _next(closed.chosen != OUT)
    found: list[list[TokenSpan]] = [[] for _ in lengths]
    while len(texts := np.flatnonzero((here := coming[here]) < stop)):
        start = here[texts]
        begun = begins[start] >= 0
        chain = begins[start[begun]]
        chains.follow_greedily(chain)
        end = start + 1
        end[begun] = chains.end[chain]
        here[texts] = end
        for text, i, j in zip(
            texts.tolist(), (start - first[texts]).tolist(), (end - first[texts]).tolist(), strict=True
        ):
            found[text].append(TokenSpan(i, j, closed.labels[closed.chosen_label[first[text] + i]]))
    return [tuple(spans) for spans in found]


def _next(marked: Bools) -> Ints:
    """(tokens + 1,) for each token, the first marked token at or after it, or the number of tokens."""
    places = np.append(np.where(marked, np.arange(len(marked)), len(marked)), len(marked))
    return np.asarray(np.minimum.accumulate(places[::-1])[::-1])


def _no_moves(labels: tuple[str, ...]) -> Transitions:
    """The transitions of an empty text."""
    numbers, names = np.zeros(0), np.zeros(0, dtype=np.int64)
    return Transitions(labels, numbers, np.zeros((2, 0)), names, names, numbers, names, names, numbers, names, numbers)
