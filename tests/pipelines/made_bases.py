"""Bases of every kind that a project can start from, small and with random weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.language import Language
from spacy.training import Example

SIMPLE = "xx"  # a language whose tokenizer is made in a tenth of the time
WIDTH = 16
CNN = {
    "@architectures": "spacy.HashEmbedCNN.v2",
    "pretrained_vectors": None,
    "width": WIDTH,
    "depth": 1,
    "embed_size": 100,
    "window_size": 1,
    "maxout_pieces": 2,
    "subword_features": True,
}
LISTENER = {"@architectures": "spacy.Tok2VecListener.v1", "width": WIDTH, "upstream": "*"}
CODE = """
from spacy.language import Language

@Language.component("shouting")
def shouting(doc):
    doc.user_data["shouting"] = doc.text.isupper()
    return doc
"""


def parser(tok2vec: dict[str, Any]) -> dict[str, Any]:
    return {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 16,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": tok2vec,
    }


def add_ner(nlp: Language, name: str = "ner", *labels: str, factory: str = "ner", tok2vec: Any = None) -> None:
    nlp.add_pipe(factory, name=name, config={"model": parser(tok2vec or CNN)})
    for label in labels or ("ORG",):
        nlp.get_pipe(name).add_label(label)


def initialized(nlp: Language) -> Language:
    doc = nlp.make_doc("we call it done")
    nlp.initialize(lambda: [Example(doc, doc.copy())])
    return nlp


def own_tok2vec() -> Language:
    nlp = spacy.blank(SIMPLE)
    add_ner(nlp)
    return initialized(nlp)


def shared_tok2vec() -> Language:
    nlp = spacy.blank(SIMPLE)
    nlp.add_pipe("tok2vec", config={"model": CNN})
    tagger = {"@architectures": "spacy.Tagger.v2", "tok2vec": LISTENER}
    nlp.add_pipe("tagger", config={"model": tagger}).add_label("NN")
    add_ner(nlp, tok2vec=LISTENER)
    return initialized(nlp)


def several_recognizers() -> Language:
    nlp = spacy.blank(SIMPLE)
    add_ner(nlp, "places", "GPE", "LOC")
    add_ner(nlp, "people", "PERSON")
    return initialized(nlp)


def ruler_before() -> Language:
    nlp = own_tok2vec()
    nlp.add_pipe("entity_ruler", before="ner").add_patterns([{"label": "DAY", "pattern": "today"}])
    return nlp


def ruler_after() -> Language:
    nlp = own_tok2vec()
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "DAY", "pattern": "today"}])
    return nlp


def sourced() -> Language:
    nlp = spacy.blank(SIMPLE)
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("ner", name="organizations", source=own_tok2vec())
    return nlp


def beam() -> Language:
    nlp = spacy.blank(SIMPLE)
    add_ner(nlp, factory="beam_ner")
    return initialized(nlp)


def static_vectors(*, recognizer: bool) -> Language:
    nlp = spacy.blank(SIMPLE)
    rng = np.random.default_rng(0)
    for word in ("chain", "saddle", "brake", "hub", "the", "worn"):
        nlp.vocab.set_vector(word, rng.normal(size=WIDTH).astype("f"))
    if recognizer:
        add_ner(nlp, tok2vec={**CNN, "pretrained_vectors": True})
        return initialized(nlp)
    return nlp


def own_factory() -> Language:
    exec(CODE, {})
    nlp = own_tok2vec()
    nlp.add_pipe("shouting")
    return nlp


def no_recognizer() -> Language:
    nlp = spacy.blank("de")
    nlp.add_pipe("sentencizer")
    return nlp


BASES: dict[str, str | Callable[[], Language]] = {
    "blank": "blank:en",
    "characters as tokens": "blank:zh",
    "another tokenizer": "blank:tr",
    "no recognizer": no_recognizer,
    "a tok2vec of its own": own_tok2vec,
    "a shared tok2vec": shared_tok2vec,
    "several recognizers": several_recognizers,
    "a ruler before": ruler_before,
    "a ruler after": ruler_after,
    "sourced components": sourced,
    "a beam": beam,
    "vectors": lambda: static_vectors(recognizer=True),
    "vectors alone": lambda: static_vectors(recognizer=False),
    "a factory of one's own": own_factory,
}
# Which of several recognizers ours starts from.
COMPONENT = {"several recognizers": "people"}


def base_of(kind: str, folder: Path) -> str:
    made = BASES[kind]
    if isinstance(made, str):
        return made
    made().to_disk(folder)
    return str(folder)
