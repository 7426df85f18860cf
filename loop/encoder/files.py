"""The files of an encoder, in a folder as model hubs lay it out."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from loop.errors import PipelineError

MODEL, TOKENIZER, CONFIG = "model.onnx", "tokenizer.json", "config.json"
# How files of weights beside the model are called, which may not be larger than 2 GB itself: after its own name.
WEIGHTS = ("_data", ".data")
# Most word pieces read at once: what the encoders with the fewest positions were trained on. Attention costs the
# square of it.
WINDOW = 256

_HINT = "It needs model.onnx (or onnx/model.onnx) and tokenizer.json; docs/encoders.md says where to get them."


@dataclass(frozen=True, slots=True)
class EncoderFiles:
    """The files of an encoder: the model in ONNX, and its tokenizer.json, beside which its config.json may be."""

    model: Path
    tokenizer: Path

    @property
    def all(self) -> dict[str, Path]:
        """Every file by the name that it has in a pipeline; the model keeps its own, by which it knows its weights."""
        beside = [self.model.with_name(self.model.name + ending) for ending in WEIGHTS]
        others = [*beside, self.tokenizer.with_name(CONFIG)]
        return {path.name: path for path in (self.model, self.tokenizer, *others) if path.is_file()}

    @property
    def window(self) -> int:
        """Most word pieces that the model reads at once, special ones included."""
        return _window(self.tokenizer.with_name(CONFIG))

    def checksum(self) -> str:
        """SHA-256 (hex) of the files."""
        digest = hashlib.sha256()
        for _, path in sorted(self.all.items()):
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()


def encoder_files(name: str | Path) -> EncoderFiles:
    """Find the files of an encoder.

    Args:
        name: a folder with `model.onnx` or `onnx/model.onnx` (or one other ONNX file) and `tokenizer.json`; or the
            ONNX file itself, with the tokenizer beside it or in the folder above.

    Raises:
        PipelineError: something is missing, or there are several models to choose from.
    """
    path = Path(name)
    if not path.exists():
        raise PipelineError(f"There is no folder {name}.", hint="Check its name. " + _HINT)
    model = path if path.is_file() else _model_in(path)
    near = (model.parent, model.parent.parent) if model.parent.name == "onnx" or path.is_file() else (model.parent,)
    tokenizer = next((folder / TOKENIZER for folder in near if (folder / TOKENIZER).is_file()), None)
    if tokenizer is None:
        raise PipelineError(
            f"The encoder {name} has no {TOKENIZER}.",
            hint="Model hubs offer it beside the model; the package transformers makes one of vocab.txt and others: "
            "AutoTokenizer.from_pretrained(DIR).save_pretrained(DIR).",
        )
    return EncoderFiles(model, tokenizer)


def encoder_sum(name: str | None) -> str:
    """SHA-256 (hex) of the files of an encoder; empty without one.

    Raises:
        PipelineError: there is no such encoder.
    """
    return encoder_files(name).checksum() if name else ""


def _model_in(folder: Path) -> Path:
    for place in (folder, folder / "onnx"):
        found = sorted(place.glob("*.onnx"))
        if place / MODEL in found or len(found) == 1:
            return place / MODEL if place / MODEL in found else found[0]
        if found:
            names = ", ".join(str(each.relative_to(folder)) for each in found)
            raise PipelineError(f"The folder {folder} holds several models: {names}.", hint="Name one of these files.")
    raise PipelineError(f"The folder {folder} holds no encoder: there is no {MODEL}.", hint=_HINT)


def _window(config: Path) -> int:
    try:
        positions = json.loads(config.read_text(encoding="utf-8"))["max_position_embeddings"]
    except (OSError, ValueError, KeyError, TypeError):
        return WINDOW
    # Two fewer: some models, as RoBERTa, number their positions from 2.
    return min(WINDOW, positions - 2) if isinstance(positions, int) and positions > 8 else WINDOW
