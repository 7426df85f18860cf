"""Computes the features of a text's tokens with an encoder."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loop.encoder.files import TOKENIZER, EncoderFiles
from loop.encoder.windows import mean_of_pieces, windows
from loop.errors import PipelineError
from loop.records import Passage

Features = NDArray[np.float16]

INPUTS = {"input_ids", "attention_mask", "token_type_ids"}
INTEGERS: dict[str, type[np.integer[Any]]] = {"tensor(int64)": np.int64, "tensor(int32)": np.int32}
# Outputs with features of tokens, the usual names first; what predicts words or classes gives scores of these instead.
USUAL, SCORES = ("last_hidden_state", "token_embeddings"), "logits"
# Read to tell whether features have the same bits: kernels for weights of 8 bits differ between processors.
PROBE = "In 2024 Zoë O'Neill-Smith paid $12.50 for 3 unsalted almond croissants (gluten-free!) at Café Überall, Zürich."
# Halves of a character outside the Basic Multilingual Plane, which UTF-8 cannot say.
SURROGATES = re.compile("[\ud800-\udfff]")
NEEDED = ("onnxruntime", "tokenizers")


def check_installed() -> None:
    """Check that what runs an encoder is installed.

    Raises:
        PipelineError: it is not.
    """
    if missing := [name for name in NEEDED if find_spec(name) is None]:
        raise PipelineError(
            f"An encoder needs {' and '.join(missing)}.", hint="Install them: pip install 'spacy-loop[encoder]'"
        )


class Encoder:
    """A frozen encoder.

    A text is read alone and unpadded, on one thread: its features do not depend on what else is read.

    Raises:
        PipelineError: ONNX Runtime or the tokenizer cannot be loaded, or the model does not give features of tokens.
    """

    def __init__(self, files: EncoderFiles) -> None:
        check_installed()
        self.files, self._window = files, files.window
        self._session, self._output = _session(files)
        self._inputs = {each.name: INTEGERS.get(each.type, np.int64) for each in self._session.get_inputs()}
        if not INPUTS.issuperset(self._inputs):
            unknown = ", ".join(sorted({*self._inputs} - INPUTS))
            raise _unusable(files, f"it asks for {unknown}", "Take an encoder of the kind of BERT, for features.")

    @property
    def width(self) -> int:
        """How many numbers a token gets."""
        return len(self._of_pieces(self._around[0] + self._around[1])[0])

    def __call__(self, text: str, tokens: Sequence[Passage]) -> Features:
        """The features of a text's tokens, each scaled to a mean square of 1.

        Args:
            text: the text.
            tokens: where each token begins and ends, in characters.

        Returns:
            (tokens, width); zeros for a token of white space.
        """
        encoding = self._tokenizer.encode(SURROGATES.sub("\ufffd", text), add_special_tokens=False)
        before, after = self._around
        most = self._window - len(before) - len(after)
        found = []
        for read, given in windows(len(encoding.ids), most):
            features = self._of_pieces([*before, *encoding.ids[read], *after])
            first = len(before) + given.start - read.start
            found.append(features[first : first + given.stop - given.start])
        means = mean_of_pieces(np.concatenate(found), encoding.offsets, tokens)
        size = np.sqrt(np.mean(np.square(means), axis=1, keepdims=True))
        return np.asarray(means / np.where(size, size, 1), dtype=np.float16)

    def check(self) -> None:
        """Read a piece that only the model of this tokenizer knows: the last one.

        Raises:
            PipelineError: they do not belong together, or the model does not run.
        """
        before, after = self._around
        self._of_pieces([*before, self._tokenizer.get_vocab_size() - 1, *after])

    def versions(self) -> str:
        """What the bits of the features depend on: the libraries, and a checksum of features computed here."""
        libraries = (f"{name} {version(name)}" for name in NEEDED)
        probe = self(PROBE, [(found.start(), found.end()) for found in re.finditer(r"\S+", PROBE)])
        return ", ".join((*libraries, f"features {hashlib.sha256(probe.tobytes()).hexdigest()[:8]}"))

    def _of_pieces(self, ids: Sequence[int]) -> NDArray[np.float32]:
        row = np.array([ids])
        given = {"input_ids": row, "attention_mask": np.ones_like(row), "token_type_ids": np.zeros_like(row)}
        read = {name: given[name].astype(kind) for name, kind in self._inputs.items()}
        try:
            (features,) = self._session.run([self._output], read)
        except Exception as error:  # its own kinds, which have no common base
            why, hint = f"it does not run: {_first_line(error)}", f"Does its {TOKENIZER} belong to it?"
            raise _unusable(self.files, why, hint) from error
        return np.asarray(features[0], dtype=np.float32)

    @cached_property
    def _around(self) -> tuple[list[int], list[int]]:
        """The special pieces before and after a text."""
        encoding = self._tokenizer.encode("a")
        own = [place for place, special in enumerate(encoding.special_tokens_mask) if not special]
        return encoding.ids[: own[0]], encoding.ids[own[-1] + 1 :]

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        try:
            tokenizer = Tokenizer.from_file(str(self.files.tokenizer))
        except Exception as error:  # it raises no narrower kind
            raise PipelineError(
                f"The tokenizer {self.files.tokenizer} does not load: {_first_line(error)}",
                hint="It must be a tokenizer.json of the library tokenizers, whole.",
            ) from error
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer


def _session(files: EncoderFiles) -> tuple[Any, str]:
    """A session of ONNX Runtime on one thread, and the name of the output with the features of tokens."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(str(files.model), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # its own kinds, which have no common base
        raise _unusable(
            files, f"it does not load: {_first_line(error)}", "Is the file whole? Load it again."
        ) from error
    outputs = {each.name: each for each in session.get_outputs()}
    by_token = [name for name, each in outputs.items() if len(each.shape or ()) == 3 and "float" in each.type]
    if not by_token or by_token == [SCORES]:
        raise _unusable(
            files,
            "it gives scores of words or classes" if by_token else "it gives a vector of the whole text, or none",
            "Take an export for the task feature-extraction, with last_hidden_state or token_embeddings.",
        )
    others = [name for name in by_token if name != SCORES]
    return session, next((name for name in USUAL if name in others), others[0])


def _unusable(files: EncoderFiles, why: str, hint: str) -> PipelineError:
    return PipelineError(f"The encoder {files.model} cannot be used: {why}.", hint=hint)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
