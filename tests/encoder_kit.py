"""A tiny encoder with random weights, in the files that model hubs offer."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

WIDTH = 8
PIECES = [
    "[UNK]",
    "[CLS]",
    "[SEP]",
    *"abcdefghijklmnopqrstuvwxyz0123456789.,-'?!",
    *(f"##{c}" for c in "abcdefghijklmnopqrstuvwxyz0123456789"),
]


def write_encoder(
    folder: Path,
    *,
    place: str = "model.onnx",
    pooled: bool = False,
    inputs: tuple[str, ...] = ("input_ids", "attention_mask"),
    integers: int = TensorProto.INT64,
    outputs: tuple[str, ...] = ("last_hidden_state",),
    words: int = len(PIECES),
    weights_beside: str = "",
    config: dict[str, object] | None = None,
    seed: int = 0,
) -> Path:
    """Write an encoder whose pieces see those before them; returns its folder.

    It knows so many `words` of those of its tokenizer. Of several `outputs` only the first knows what stands before a
    piece. Its weights are in a file of their own if that has a name.
    """
    model = folder / place
    model.parent.mkdir(parents=True, exist_ok=True)
    network = _network(inputs, integers, outputs, words, pooled=pooled, seed=seed)
    beside = {"save_as_external_data": True, "location": weights_beside, "size_threshold": 0} if weights_beside else {}
    onnx.save(network, str(model), **beside)
    _tokenizer().save(str(folder / "tokenizer.json"))
    if config is not None:
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def _tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece({piece: n for n, piece in enumerate(PIECES)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        "[CLS] $A [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    tokenizer.enable_truncation(16)  # as many are saved; whoever reads long texts has to take it away
    tokenizer.enable_padding(length=16)
    return tokenizer


def _network(
    inputs: tuple[str, ...], integers: int, outputs: tuple[str, ...], words: int, *, pooled: bool, seed: int
) -> onnx.ModelProto:
    """An embedding of each piece, to which the sum of those before it is added."""
    rng = np.random.default_rng(seed)
    table = numpy_helper.from_array(rng.normal(size=(words, WIDTH)).astype(np.float32), "table")
    axis = numpy_helper.from_array(np.array(1, dtype=np.int64), "axis")
    tenth = numpy_helper.from_array(np.array(0.1, dtype=np.float32), "tenth")
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["embedded"]),
        helper.make_node("CumSum", ["embedded", "axis"], ["sums"]),
        helper.make_node("Mul", ["sums", "tenth"], ["context"]),
        helper.make_node("Add", ["embedded", "context"], [outputs[0]]),
        *(helper.make_node("Identity", ["embedded"], [name]) for name in outputs[1:]),
    ]
    sizes: dict[str, list[str | int]] = {name: ["batch", "sequence", WIDTH] for name in outputs}
    if pooled:
        nodes.append(helper.make_node("ReduceMean", [outputs[0]], ["pooled"], axes=[1], keepdims=0))
        sizes = {"pooled": ["batch", WIDTH]}
    given = [helper.make_tensor_value_info(name, integers, ["batch", "sequence"]) for name in inputs]
    got = [helper.make_tensor_value_info(name, TensorProto.FLOAT, size) for name, size in sizes.items()]
    graph = helper.make_graph(nodes, "tiny", given, got, [table, axis, tenth])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
