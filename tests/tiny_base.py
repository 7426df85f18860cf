"""A pipeline that knows some entities and has parts beside them, so small that it is made, and learns, in no time."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.training import Example
from spacy.util import fix_random_seed
from thinc.api import Adam
from tiny_network import NETWORK

# Each text with the entities in it.
KNOWN: dict[str, dict[str, str]] = {
    "Apple moved from London to Paris.": {"Apple": "ORG", "London": "GPE", "Paris": "GPE"},
    "Apple is looking at London.": {"Apple": "ORG", "London": "GPE"},
    "Ann Miller flew to New York on 3 May 1999.": {"New York": "GPE", "3 May 1999": "DATE"},
    "She was born on 2 May 1999.": {"2 May 1999": "DATE"},
    "Reuters has people in Rome.": {"Reuters": "ORG", "Rome": "GPE"},
    "the chain is worn": {},
}


def save_tiny_base(folder: Path) -> str:
    """Save it in a new folder, and return how a project names it."""
    _tiny_base().to_disk(folder)
    return str(folder)


@cache
def _tiny_base() -> Language:
    fix_random_seed(0)
    nlp = spacy.blank("xx")  # whose tokenizer is made in no time, too
    nlp.add_pipe("tagger", config={"model": {"tok2vec": NETWORK["tok2vec"]}}).add_label("NN")
    nlp.add_pipe("ner", config={"model": NETWORK})
    examples = [
        Example.from_dict(
            nlp.make_doc(text),
            {"entities": [(text.index(one), text.index(one) + len(one), label) for one, label in entities.items()]},
        )
        for text, entities in KNOWN.items()
    ]
    nlp.initialize(lambda: examples)
    with nlp.select_pipes(enable="ner"):
        sgd = Adam(0.05)
        for _ in range(40):
            nlp.update(examples, sgd=sgd)
    return nlp
