"""The pipelines that rounds saved: plain spaCy folders, written aside and moved into place."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import spacy
import srsly
from spacy.language import Language

from loop.errors import PipelineError
from loop.ner.pipeline import COMPONENT, base_folder, own_component

# spaCy ignores a folder that is none of its components; this one holds what only `loop` needs.
OWN_FOLDER = "loop"
LAST = "last"


@dataclass(frozen=True, slots=True)
class CheckpointInfo:
    """What a checkpoint learned from.

    Attributes:
        answers: ids of the answers, by rank. digest: of the settings that bear on the weights.
        loss: mean over the steps of its round, None without any.
    """

    round: int
    base: str
    labels: tuple[str, ...]
    answers: tuple[str, ...]
    seed: int
    digest: str
    spacy_version: str
    steps: int = 0
    loss: float | None = None


class Checkpoints:
    """The folder `models/` of a project: `round-NNNN/` each, and `last`, a link to the newest."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, number: int) -> Path:
        """Where round `number` is, or would be."""
        return self.folder / f"round-{number:04}"

    def rounds(self) -> list[int]:
        """The rounds that are kept, first to last."""
        names = (re.fullmatch(r"round-(\d{4,})", path.name) for path in _entries(self.folder))
        return sorted(int(match[1]) for match in names if match)

    def info(self, number: int) -> CheckpointInfo:
        """What round `number` learned from.

        Raises:
            PipelineError: the checkpoint is damaged.
        """
        try:
            raw = srsly.read_json(self.path(number) / OWN_FOLDER / "checkpoint.json")
            return CheckpointInfo(**raw | {key: tuple(raw[key]) for key in ("labels", "answers")})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise _damaged(self.path(number), error) from error

    def load(self, number: int) -> Language:
        """The published pipeline of round `number`.

        Raises:
            PipelineError: the checkpoint is damaged.
        """
        try:
            return spacy.load(self.path(number))
        except Exception as error:  # spaCy raises what the damaged part happens to raise
            raise _damaged(self.path(number), error) from error

    def load_to_learn(self, number: int) -> Language:
        """The pipeline of round `number` with the raw weights, which the next round goes on from."""
        nlp = self.load(number)
        own_component(nlp).model.from_bytes((self.path(number) / OWN_FOLDER / "raw").read_bytes())
        return nlp

    def start(self, nlp: Language, info: CheckpointInfo) -> None:
        """Save round 0: `nlp` before it saw any text, with what belongs to the base copied from the base."""
        with self._aside(0) as folder:
            nlp.to_disk(folder)
            base = base_folder(info.base)
            for part in _parts_of_base(base) if base else ():
                _copy_over(part, folder / part.name)
            self._write_own(folder, nlp, info)

    def save(self, nlp: Language, info: CheckpointInfo, averages: dict[Any, Any]) -> None:
        """Save a round: the averaged weights published, the raw ones beside, everything else linked from round 0."""
        ner = own_component(nlp)
        with self._aside(info.round) as folder:
            _link_tree(self.path(0), folder, without={COMPONENT, OWN_FOLDER, "meta.json"})
            with ner.model.use_params(averages):
                ner.to_disk(folder / COMPONENT, exclude=["vocab"])
            meta = srsly.read_json(self.path(0) / "meta.json")
            meta["labels"][COMPONENT] = list(ner.labels)
            srsly.write_json(folder / "meta.json", meta)
            self._write_own(folder, nlp, info)

    def forget_after(self, number: int) -> None:
        """Drop the rounds later than `number`: they learned from a history that no longer stands."""
        for later in [kept for kept in self.rounds() if kept > number]:
            self._drop(later)

    def prune(self, *, keep_last: int, keep_every: int) -> list[int]:
        """Drop all but round 0, the newest `keep_last` rounds and every `keep_every`-th; returns what went."""
        rounds = self.rounds()
        gone = [number for number in rounds[:-keep_last] if number % keep_every]
        for number in gone:
            self._drop(number)
        return gone

    def sweep(self) -> None:
        """Drop what an interrupted save or removal has left behind."""
        for path in _entries(self.folder):
            if path.name.startswith(".") and path.is_dir():
                shutil.rmtree(path, ignore_errors=True)

    def _aside(self, number: int) -> _Aside:
        return _Aside(self, number)

    def _drop(self, number: int) -> None:
        doomed = self.folder / f".dropped-{number:04}-{os.getpid()}"
        self.path(number).rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)

    def _write_own(self, folder: Path, nlp: Language, info: CheckpointInfo) -> None:
        own = folder / OWN_FOLDER
        own.mkdir()
        (own / "raw").write_bytes(own_component(nlp).model.to_bytes())
        srsly.write_json(own / "checkpoint.json", asdict(info))


class _Aside:
    """A folder to write a checkpoint in; on leaving it is synced and takes its place, on an error it is dropped."""

    def __init__(self, checkpoints: Checkpoints, number: int) -> None:
        self._target = checkpoints.path(number)
        self._last = checkpoints.folder / LAST
        self._folder = checkpoints.folder / f".{self._target.name}-{os.getpid()}"

    def __enter__(self) -> Path:
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(mode=0o700, parents=True)
        return self._folder

    def __exit__(self, failed: type[BaseException] | None, *_: object) -> None:
        if failed:
            shutil.rmtree(self._folder, ignore_errors=True)
            return
        _make_private_and_sync(self._folder)
        self._folder.rename(self._target)
        link = self._last.with_name(f".{LAST}-{os.getpid()}")
        link.unlink(missing_ok=True)
        link.symlink_to(self._target.name)
        link.replace(self._last)
        _sync(self._target.parent)


def _parts_of_base(base: Path) -> Iterator[Path]:
    """The base's folders (components, vocab) and its tokenizer: all that must stay as it was, to the byte."""
    return (path for path in base.iterdir() if path.is_dir() or path.name == "tokenizer")


def _copy_over(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)


def _link_tree(source: Path, target: Path, *, without: set[str]) -> None:
    for path in sorted(source.rglob("*")):
        relative = path.relative_to(source)
        if relative.parts[0] in without:
            continue
        if path.is_dir():
            (target / relative).mkdir(parents=True, exist_ok=True)
        else:
            _link(path, target / relative)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)


def _make_private_and_sync(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o700 if path.is_dir() else 0o600)
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _entries(folder: Path) -> list[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else []


def _damaged(path: Path, error: Exception) -> PipelineError:
    return PipelineError(
        f"The checkpoint {path} is damaged ({type(error).__name__}).",
        hint="Move it away: the next `loop annotate` or `loop trainer` goes on from the round before it.",
    )
