from __future__ import annotations

import random
from pathlib import Path

import pytest
import spacy
from spacy.training import Example
from spacy.util import fix_random_seed
from workshop import workshop_gold


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a small pipeline that finds parts, taught for a moment."""
    fix_random_seed(0)
    nlp = spacy.blank("en")
    tok2vec = {"@architectures": "spacy.HashEmbedCNN.v2", "pretrained_vectors": None, "width": 16, "depth": 1}
    tok2vec |= {"embed_size": 200, "window_size": 1, "maxout_pieces": 2, "subword_features": False}
    nlp.add_pipe("ner", config={"model": {"tok2vec": tok2vec}})
    gold = [
        Example.from_dict(nlp.make_doc(text), {"entities": [(s.start, s.end, s.label) for s in spans]})
        for text, spans in workshop_gold(60).items()
    ]
    nlp.initialize(lambda: gold)
    for _ in range(40):
        nlp.update(gold)
    folder = tmp_path_factory.mktemp("bulk") / "model"
    nlp.to_disk(folder)
    return str(folder)


@pytest.fixture(scope="session")
def texts() -> list[str]:
    """Five chunks and a bit, of texts of many lengths."""
    rng = random.Random(0)
    parts = list(workshop_gold(100))
    return [" ; ".join(rng.choices(parts, k=rng.choice((1, 1, 1, 3)))) + f" no. {n}" for n in range(1400)]


@pytest.fixture
def source(tmp_path: Path, texts: list[str]) -> Path:
    """The texts in a file."""
    path = tmp_path / "in.txt"
    path.write_text("".join(text + "\n" for text in texts))
    return path
