"""The pipeline component that puts an encoder's features into docs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import Any
from weakref import finalize

import srsly
from spacy.language import Language
from spacy.tokens import Doc

from loop.encoder.encoder import Encoder, Features, check_installed
from loop.encoder.feature_cache import FeatureCache
from loop.encoder.files import EncoderFiles, encoder_files
from loop.files import copy_over

ENCODER = "loop_encoder"
# What a pipeline with an encoder needs where it runs.
REQUIREMENT = "spacy-loop[encoder]"


@Language.factory(ENCODER, assigns=["doc.tensor"])
def make_encoder(nlp: Language, name: str) -> EncoderComponent:  # noqa: ARG001 (spaCy asks for it)
    """Factory of the component; its files are given later, by `add_encoder` or when a pipeline is loaded."""
    return EncoderComponent(name)


class EncoderComponent:
    """Puts a frozen encoder's features of the tokens into `doc.tensor`, in 16 bits.

    Attributes:
        cache: where features are kept; None to compute them each time.
    """

    def __init__(self, name: str = ENCODER) -> None:
        self.name = name
        self.cache: FeatureCache | None = None
        self._files: EncoderFiles | None = None
        self._encoder: Encoder | None = None
        self._versions = ""

    @property
    def encoder(self) -> Encoder:
        """The encoder, loaded when it is first needed.

        Raises:
            PipelineError: it does not load.
        """
        if self._encoder is None:
            assert self._files, "an encoder is added with add_encoder, or loaded"
            self._encoder = Encoder(self._files)
        return self._encoder

    def __call__(self, doc: Doc) -> Doc:
        """Put the features into one doc.

        Raises:
            PipelineError: the encoder does not load.
        """
        if len(doc):
            doc.tensor = self._features(doc)  # type: ignore[assignment]  # in 16 bits
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 256) -> Iterator[Doc]:  # noqa: ARG002
        """Put the features into a stream of docs, one by one."""
        return map(self, stream)

    def _features(self, doc: Doc) -> Features:
        tokens = [(token.idx, token.idx + len(token)) for token in doc]
        known = self.cache.get(doc.text, tokens) if self.cache else None
        if known is not None:
            return known
        found = self.encoder(doc.text, tokens)
        if self.cache:
            self.cache.put(doc.text, tokens, found)
        return found

    def versions(self) -> str:
        """What the bits of the features depend on, beside the encoder's files."""
        self._versions = self._versions or self.encoder.versions()
        return self._versions

    def checksum(self) -> str:
        """SHA-256 (hex) of the encoder's files."""
        assert self._files
        return self._files.checksum()

    def use(self, files: EncoderFiles) -> None:
        """Use the encoder in these files."""
        self._files, self._encoder = files, None

    def to_disk(self, path: Path, *, exclude: Iterable[str] = ()) -> None:  # noqa: ARG002
        """Copy the encoder's files into a folder."""
        assert self._files
        path.mkdir(exist_ok=True)
        for name, file in self._files.all.items():
            copy_over(file, path / name)

    def from_disk(self, path: Path, *, exclude: Iterable[str] = ()) -> EncoderComponent:  # noqa: ARG002
        """Use the encoder in a folder that `to_disk` wrote.

        Raises:
            PipelineError: what runs it is not installed.
        """
        check_installed()
        self.use(encoder_files(path))
        return self

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:  # noqa: ARG002
        """The encoder's files."""
        assert self._files
        content: bytes = srsly.msgpack_dumps({name: file.read_bytes() for name, file in self._files.all.items()})
        return content

    def from_bytes(self, content: bytes, *, exclude: Iterable[str] = ()) -> EncoderComponent:  # noqa: ARG002
        """Use an encoder that `to_bytes` gave, from a folder that goes with this component.

        Raises:
            PipelineError: what runs it is not installed.
        """
        folder = Path(mkdtemp(prefix="loop-encoder-"))
        finalize(self, rmtree, folder, ignore_errors=True)
        for name, file in srsly.msgpack_loads(content).items():
            (folder / name).write_bytes(file)
        return self.from_disk(folder)

    def __getstate__(self) -> dict[str, Any]:
        # For other processes: a session of ONNX Runtime and an open file stay in this one.
        return self.__dict__ | {"_encoder": None, "cache": None}


def add_encoder(nlp: Language, files: EncoderFiles) -> int:
    """Put an encoder first into a pipeline; return the width of its features.

    Raises:
        PipelineError: it cannot be used.
    """
    component: Any = nlp.add_pipe(ENCODER, first=True)
    component.use(files)
    return int(component.encoder.width)


def encoder_of(nlp: Language) -> EncoderComponent | None:
    """The pipeline's encoder, if it has one."""
    component: EncoderComponent | None = nlp.get_pipe(ENCODER) if ENCODER in nlp.component_names else None  # type: ignore[assignment]
    return component
