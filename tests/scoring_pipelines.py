"""Small pipelines with an entity recognizer, and spaCy's own transition system as the reference for their scores."""

from __future__ import annotations

from typing import Any

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.util import fix_random_seed

from loop.records import TokenSpan

WORDS = ("the", "red", "Volga", "runs", "by", "Ann", "and", "7", "big", "boats", "to", "Rome")
CONFIGS = [(features, upper, pieces) for features in (3, 6) for upper in (True, False) for pieces in (1, 2, 3)]


def pipeline(
    features: int = 3,
    upper: bool = True,
    pieces: int = 2,
    *,
    listener: bool = False,
    factory: str = "ner",
    labels: tuple[str, ...] = ("PER", "LOC-2"),
    seed: int = 0,
) -> Language:
    """A blank pipeline whose entity recognizer has random weights, so large that many analyses are likely."""
    fix_random_seed(seed)
    nlp = spacy.blank("en")
    small = {"width": 8, "depth": 1, "embed_size": 50, "window_size": 1, "maxout_pieces": 2, "subword_features": False}
    tok2vec = {"@architectures": "spacy.HashEmbedCNN.v2", "pretrained_vectors": None, **small}
    if listener:
        nlp.add_pipe("tok2vec", config={"model": tok2vec})
        tok2vec = {"@architectures": "spacy.Tok2VecListener.v1", "width": 8, "upstream": "*"}
    nlp.add_pipe(factory, name="ner", config={"model": network(tok2vec, features, upper, pieces)})
    for label in labels:
        nlp.get_pipe("ner").add_label(label)
    nlp.initialize(lambda: [Example(nlp.make_doc("a b"), nlp.make_doc("a b"))])
    shake(nlp.get_pipe("ner"), seed)
    return nlp


def network(tok2vec: dict[str, Any], features: int, upper: bool, pieces: int) -> dict[str, Any]:
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": features == 6,
        "hidden_width": 6,
        "maxout_pieces": pieces,
        "use_upper": upper,
        "tok2vec": tok2vec,
    }


def shake(component: Any, seed: int) -> None:
    """Random weights in the layers that choose the moves."""
    rng = np.random.default_rng(seed)
    for name in ("lower", "upper"):
        layer = component.model.get_ref(name)
        for param in layer.param_names:
            layer.set_param(param, rng.normal(size=layer.get_param(param).shape).astype("f"))


def doc_of(
    nlp: Language, words: list[str], *, starts: list[int] | None = None, ents: list[TokenSpan] | None = None
) -> Doc:
    """A doc with sentence starts and preset entities; one with the empty label is blocked."""
    doc = Doc(nlp.vocab, words=words)
    for token in doc:
        if starts is not None and token.i:
            token.is_sent_start = token.i in starts
    spans = [Span(doc, start, end, label=label) for start, end, label in ents or [] if label]
    blocked = [doc[start:end] for start, end, label in ents or [] if not label]
    if spans or blocked:
        doc.set_ents(spans, blocked=blocked, default="missing")
    return doc


def before_ner(nlp: Language, doc: Doc) -> Doc:
    """The doc after the components before `ner`."""
    for name, pipe in nlp.pipeline:
        if name == "ner":
            return doc
        doc = pipe(doc)
    raise AssertionError("no ner")


def reference(nlp: Language, doc: Doc) -> dict[tuple[TokenSpan, ...], float]:
    """All analyses with their probability, walking through spaCy's states and asking spaCy which moves are valid."""
    ner: Any = nlp.get_pipe("ner")
    step = ner.model.predict([doc])
    table = ner.model.get_ref("lower").predict(step.tokvecs)
    found: dict[tuple[TokenSpan, ...], float] = {}
    for state in ner.moves.init_batch([doc]):
        _walk(ner, step, table, state, (), None, 1.0, found)
    return found


def _walk(
    ner: Any, step: Any, table: Any, state: Any, spans: Any, opened: int | None, p: float, found: dict[Any, float]
) -> None:
    if state.is_final():
        found[spans] = found.get(spans, 0.0) + p
        return
    token = state.B(0)
    for move, q in _move_probabilities(ner, step, table, state).items():
        after = state.copy()
        ner.moves.apply_transition(after, move)
        kind, label = move[0], move[2:]
        start = token if kind in "BU" else opened
        more = (TokenSpan(start, token + 1, label),) if kind in "LU" and label else ()
        _walk(ner, step, table, after, spans + more, start if kind in "BI" else None, p * q, found)


def _move_probabilities(ner: Any, step: Any, table: Any, state: Any) -> dict[str, float]:
    """Softmax over the valid moves; one that was never trained counts only if all valid ones are of that kind."""
    names = [ner.moves.get_class_name(i) for i in range(ner.moves.n_moves)]
    valid = [i for i, name in enumerate(names) if name != "M" and ner.moves.is_valid(state, name)]
    seen = [i for i in valid if step.class_is_unseen(i)] or valid  # the method returns whether it is *seen*
    scores = _scores(ner, step, table, state)[seen].astype(np.float64)
    if seen[0] in ner.model.attrs["unseen_classes"]:
        scores = np.zeros(len(seen))
    p = np.exp(scores - np.logaddexp.reduce(scores))
    return {names[i]: float(q) for i, q in zip(seen, p, strict=True)}


def _scores(ner: Any, step: Any, table: Any, state: Any) -> Any:
    """As spaCy's decoder in C computes them: no activation but the maxout."""
    lower = ner.model.get_ref("lower")
    hidden = lower.get_param("b").copy()
    for feature, token in enumerate(step.get_token_ids([state])[0]):
        hidden += table[token + 1, feature]
    hidden = hidden.max(axis=-1)
    if not ner.model.attrs["has_upper"]:
        return hidden
    upper = ner.model.get_ref("upper")
    return upper.get_param("W") @ hidden + upper.get_param("b")
