"""Saves, loads and prunes checkpoints: plain spaCy folders, written to a temporary name and moved into place."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import count
from pathlib import Path
from typing import Any

import numpy
import spacy
import spacy.about
import srsly
import thinc
from spacy.language import Language

from loop.base.pipeline import COMPONENT, base_folder, own_component, recognizers_of_base
from loop.base.vectors import has_vectors, write_vectors
from loop.checkpoints.checksums import Known, is_unchanged, write_sums
from loop.checkpoints.temperatures import note_temperature
from loop.encoder.component import encoder_of
from loop.encoder.feature_cache import FeatureCache
from loop.errors import PipelineError
from loop.files import copy_over, drop, entries, link_tree, new_folder, own_size, point
from loop.learning.anchor import Anchor
from loop.learning.learner import Learner
from loop.records import Answer
from loop.scoring.calibration import DEFAULT, Tried
from loop.truth import RULES_VERSION, same_under_rules_0

# Weights are reproducible bit for bit only with the same versions of these libraries.
VERSIONS = f"spacy {spacy.about.__version__}, thinc {thinc.__version__}, numpy {numpy.__version__}"
# spaCy ignores folders that are not components; this one holds what only `loop` needs.
OWN_FOLDER = "loop"
SUMS = f"{OWN_FOLDER}/sums.json"
LAST = "last"
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


class Checkpoints:
    """The folder `models/` of a project: `round-NNNN/` each, and `last`, a link to the newest.

    Args:
        folder: `models/`. features: the file where the features of an encoder are kept; None for none.
    """

    def __init__(self, folder: Path, features: Path | None = None) -> None:
        self.folder, self._features = folder, features
        self._cache: FeatureCache | None = None

    def keep_features(self, nlp: Language) -> None:
        """Let a pipeline keep the features of its encoder, if it has one, in the file for them, if there is one."""
        encoder = encoder_of(nlp)
        if encoder is not None and self._features is not None:
            self._cache = self._cache or FeatureCache(self._features, encoder.checksum())
            encoder.cache = self._cache

    def path(self, number: int) -> Path:
        """The folder of round `number`, which need not exist."""
        return self.folder / f"round-{number:04}"

    def rounds(self) -> list[int]:
        """The numbers of the saved rounds, in order."""
        names = (re.fullmatch(r"round-(\d{4,})", path.name) for path in entries(self.folder))
        return sorted(int(match[1]) for match in names if match)

    def finished(self, weights: Mapping[int, str]) -> list[int]:
        """Round 0 and the saved rounds whose weights have the hash in the store, by number ("" for any)."""
        return [n for n in self.rounds() if n == 0 or (n in weights and weights[n] in ("", self.info(n).weights))]

    def info(self, number: int) -> CheckpointInfo:
        """What round `number` was trained on.

        Raises:
            PipelineError: the checkpoint is damaged.
        """
        try:
            return read_info(self.path(number))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise _damaged(self.path(number), error) from error

    def load(self, number: int) -> Learner:
        """Load round `number` to continue training.

        Raises:
            PipelineError: it does not load.
        """
        try:
            start = srsly.read_json(self.path(0) / "meta.json")["labels"][COMPONENT]
            anchor = Anchor(self._raw(0).read_bytes()) if start else None
            return Learner.restored(self._loaded(number), self._raw(number).read_bytes(), anchor)
        except PipelineError:  # it says what is missing
            raise
        except Exception as error:  # spaCy may raise any kind of error
            raise _unloadable(self.path(number), error) from error

    def published(self, number: int) -> Language:
        """Load the pipeline of round `number`, for predictions.

        Raises:
            PipelineError: it does not load.
        """
        try:
            return self._loaded(number)
        except PipelineError:  # it says what is missing
            raise
        except Exception as error:  # spaCy may raise any kind of error
            raise _unloadable(self.path(number), error) from error

    def _loaded(self, number: int) -> Language:
        nlp = spacy.load(self.path(number))
        self.keep_features(nlp)
        return nlp

    def damaged(self) -> list[int]:
        """The saved rounds whose files have changed since they were written."""
        known: Known = {}
        return [number for number in self.rounds() if not self._is_sound(number, known)]

    def _is_sound(self, number: int, known: Known) -> bool:
        try:
            return self.info(number).round == number and is_unchanged(
                self.path(number), self.path(number) / SUMS, known
            )
        except PipelineError:
            return False

    def set_aside(self, number: int) -> Path:
        """Move a damaged round away and return its new folder, for inspection."""
        names = (self.folder / f"damaged-{number:04}-{n}" for n in count(1))
        kept = next(path for path in names if not path.exists())
        self.path(number).rename(kept)
        return kept

    def save(self, learner: Learner, info: CheckpointInfo) -> None:
        """Save a round: the pipeline with the averaged weights, and the raw weights beside it.

        Round 0 must be saved before the pipeline sees any text: it gets a byte-for-byte copy of the base's files, which
        later rounds link to.
        """
        with new_folder(self.path(info.round)) as folder:
            if info.round == 0:
                _write_start(learner.nlp, info, folder)
            else:
                _write_later(learner, self.path(0), folder)
            note_temperature(folder, COMPONENT, info.temperature)
            own = folder / OWN_FOLDER
            own.mkdir()
            (own / "raw").write_bytes(learner.raw())
            srsly.write_json(own / "checkpoint.json", info.stored())
            write_sums(folder, folder / SUMS)
        self.publish(info.round)

    def publish(self, number: int) -> None:
        """Point `last` at round `number`."""
        point(self.folder / LAST, self.path(number).name)

    def in_force(self) -> int:
        """The round that `last` points at (an older one while a round is pinned); 0 if there is none."""
        named = (self.folder / LAST).resolve()
        return next((number for number in self.rounds() if self.path(number).resolve() == named), 0)

    def size(self, number: int) -> int:
        """Size on disk of round `number`, in bytes; files shared with round 0 count for round 0."""
        return own_size(self.path(number), shared=self.path(0))

    def forget_after(self, number: int) -> None:
        """Delete the rounds after `number`, whose answers have changed."""
        self.publish(number)
        for later in [kept for kept in self.rounds() if kept > number]:
            drop(self.path(later))

    def forget_all(self) -> None:
        """Delete all rounds, which started from other weights."""
        (self.folder / LAST).unlink(missing_ok=True)
        for number in reversed(self.rounds()):
            drop(self.path(number))

    def prune(self, keep: Collection[int]) -> list[int]:
        """Delete all rounds except `keep`; return the deleted ones."""
        gone = [number for number in self.rounds() if number not in keep]
        for number in gone:
            drop(self.path(number))
        return gone

    def sweep(self) -> None:
        """Delete what an interrupted save or removal left behind."""
        for path in entries(self.folder):
            if path.name.startswith((".round-", ".dropped-")) and path.is_dir():
                shutil.rmtree(path, ignore_errors=True)

    def _raw(self, number: int) -> Path:
        return self.path(number) / OWN_FOLDER / "raw"


def to_keep(rounds: Sequence[int], *, keep_last: int, keep_every: int, also: Collection[int] = ()) -> set[int]:
    """Select the rounds to keep: the last `keep_last`, every `keep_every`-th including round 0, and `also`."""
    return {number for number in rounds if number % keep_every == 0 or number in also} | {*rounds[-keep_last:]}


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


def _write_start(nlp: Language, info: CheckpointInfo, folder: Path) -> None:
    nlp.to_disk(folder)
    if base := base_folder(info.base):
        copy_parts(base, folder, without=recognizers_of_base(nlp) if info.adopted else ())
        if nlp.vocab.vectors.shape[0] and not has_vectors(info.base):
            write_vectors(nlp, folder)


def _write_later(learner: Learner, start: Path, folder: Path) -> None:
    link_tree(start, folder, without={COMPONENT, OWN_FOLDER, "meta.json"})
    with learner.published() as nlp:
        own_component(nlp).to_disk(folder / COMPONENT, exclude=["vocab"])
    meta = srsly.read_json(start / "meta.json")
    meta["labels"][COMPONENT] = list(own_component(learner.nlp).labels)
    srsly.write_json(folder / "meta.json", meta)


def copy_parts(source: Path, target: Path, *, without: Collection[str] = ()) -> None:
    """Copy the parts of a pipeline that must stay identical to the byte: components, vocab and tokenizer."""
    for part in source.iterdir():
        if (part.is_dir() or part.name == "tokenizer") and part.name not in without:
            copy_over(part, target / part.name)


def _damaged(path: Path, error: Exception) -> PipelineError:
    return PipelineError(
        f"The checkpoint {path} is damaged ({type(error).__name__}).",
        hint="The next `loop annotate` or `loop trainer` sets it aside and retrains its round.",
    )


def _unloadable(path: Path, error: Exception) -> PipelineError:
    return PipelineError(
        f"The checkpoint {path} does not load ({type(error).__name__}).",
        hint="If spaCy's version has changed, restore the old one; or move the folder away to retrain its round.",
    )
