"""A network so small that a round takes milliseconds, where the size of the default one would only cost time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from loop.ner import inherited

NETWORK = {
    "@architectures": "spacy.TransitionBasedParser.v2",
    "state_type": "ner",
    "extra_state_tokens": False,
    "hidden_width": 8,
    "maxout_pieces": 2,
    "use_upper": True,
    "nO": None,
    "tok2vec": {
        "@architectures": "spacy.HashEmbedCNN.v2",
        "pretrained_vectors": None,
        "width": 8,
        "depth": 1,
        "embed_size": 50,
        "window_size": 1,
        "maxout_pieces": 2,
        "subword_features": True,
    },
}


@pytest.fixture(scope="module", autouse=True)
def tiny_network() -> Iterator[None]:
    """Let projects that start from nothing have it, in the modules that import this."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(inherited, "_default", lambda _: NETWORK)
        yield
