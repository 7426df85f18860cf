"""Saves, loads and prunes checkpoints: plain spaCy folders, written to a temporary name and moved into place."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Mapping, Sequence
from itertools import count
from pathlib import Path

import spacy
import spacy.about
import srsly
from spacy.language import Language

from loop.base.pipeline import COMPONENT, base_folder, own_component, recognizers_of_base
from loop.base.vectors import has_vectors, write_vectors
from loop.checkpoints.checkpoint_info import OWN_FOLDER, CheckpointInfo, read_info
from loop.checkpoints.checksums import Known, is_unchanged, write_sums
from loop.checkpoints.temperatures import note_temperature
from loop.encoder.component import encoder_of
from loop.encoder.feature_cache import FeatureCache
from loop.errors import PipelineError
from loop.files import copy_over, drop, entries, link_tree, new_folder, own_size, point
from loop.learning.anchor import Anchor
from loop.learning.learner import Learner

SUMS = f"{OWN_FOLDER}/sums.json"
LAST = "last"


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
            self._cache = self._cache or FeatureCache(self._features, f"{encoder.checksum()} {encoder.versions()}")
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
