"""What a checkpoint was trained on, as its folder says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy
import spacy.about
import srsly
import thinc
from spacy.language import Language

from loop.encoder.component import encoder_of
from loop.records import Answer
from loop.scoring.calibration import DEFAULT, Tried
from loop.truth import RULES_VERSION, same_under_rules_0

# Weights are reproducible bit for bit only with the same versions of these libraries.
VERSIONS = f"spacy {spacy.about.__version__}, thinc {thinc.__version__}, numpy {numpy.__version__}"
# spaCy ignores folders that are not components; this one holds what only `loop` needs.
OWN_FOLDER = "loop"
# What attributes of `CheckpointInfo` are called in checkpoint.json, if otherwise.
_KEYS = {"rules_version": "reading"}


def versions_of(nlp: Language) -> str:
    """The libraries that a pipeline's weights are computed with; also a checksum of features, if it has an encoder."""
    encoder = encoder_of(nlp)
    return f"{VERSIONS}, {encoder.versions()}" if encoder else VERSIONS


@dataclass(frozen=True, slots=True)
class CheckpointInfo:
    """What a checkpoint was trained on.

    Attributes:
        labels: the labels in force.
        adopted: those of them that the base knew.
        answers: keys of the answers, by rank (see `Answer.key`).
        digest: hash of the settings that affect the weights.
        weights: SHA-256 of the weights (`Learner.weights_hash`).
        versions: the libraries that computed the weights.
        loss: mean over the steps of its round; None without any.
        temperature: calibration temperature of our component.
        tried: the errors that the temperature was fitted on, latest texts last.
        component: the base's recognizer that ours started from; None for its first.
        base_sum: checksum of the base's files (`loop.checkpoints.checksums.base_sum`); set in round 0.
        vectors_sum: checksum of the word vectors (`loop.base.vectors.vectors_sum`); set in round 0, empty without any.
        encoder_sum: checksum of the encoder (`loop.encoder.files.encoder_sum`); set in round 0, empty without one.
        rules_version: of the rules that resolved the answers; 0 before `loop.truth`.
        weak: the weak labels that it and the rounds before it learned from: numbers of answers, each with a checksum.
        closing: whether the next round starts from the one before it, and takes its place.
    """

    round: int
    base: str
    labels: tuple[str, ...]
    answers: tuple[str, ...]
    seed: int
    digest: str
    versions: str = ""
    weights: str = ""
    steps: int = 0
    loss: float | None = None
    temperature: float = DEFAULT
    tried: tuple[Tried, ...] = ()
    adopted: tuple[str, ...] = ()
    component: str | None = None
    base_sum: str = ""
    vectors_sum: str = ""
    encoder_sum: str = ""
    scheme: int = 0
    rules_version: int = 0
    weak: tuple[tuple[int, str], ...] = ()
    closing: bool = False

    def stored(self) -> dict[str, Any]:
        """The content of checkpoint.json; see `read_info`."""
        return {_KEYS.get(name, name): value for name, value in asdict(self).items()}

    @property
    def answer_ids(self) -> frozenset[str]:
        """Ids of the answers that the checkpoint was trained on, whatever they counted for."""
        return frozenset(key.partition("@")[0] for key in self.answers)

    def trained_on_prefix_of(self, training: Sequence[Answer]) -> bool:
        """Whether the checkpoint was trained on the first of these answers, as they are now: then it still holds."""
        given = training[: len(self.answers)]
        same = tuple(answer.key for answer in given) == self.answers
        return same and (self.rules_version == RULES_VERSION or same_under_rules_0(given) == len(given))


def read_info(checkpoint: Path) -> CheckpointInfo:
    """Read what the checkpoint in a folder was trained on.

    Raises:
        OSError, ValueError, TypeError, KeyError: the folder is not a checkpoint, or is damaged.
    """
    raw = srsly.read_json(checkpoint / OWN_FOLDER / "checkpoint.json")
    keys = {field.name: _KEYS.get(field.name, field.name) for field in fields(CheckpointInfo)}
    known = {name: raw[key] for name, key in keys.items() if key in raw}
    tried = tuple(Tried(tuple(errors), at_random) for errors, at_random in raw["tried"])
    lists = {key: tuple(raw[key]) for key in ("labels", "answers", "adopted")}
    weak = tuple((n, checksum) for n, checksum in raw.get("weak") or ())
    return CheckpointInfo(**known | lists | {"tried": tried, "weak": weak})
