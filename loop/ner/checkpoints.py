"""The pipelines that rounds saved: plain spaCy folders, written aside and moved into place."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import spacy
import spacy.about
import srsly
from spacy.language import Language

from loop.errors import PipelineError
from loop.ner.anchor import Anchor
from loop.ner.calibration import DEFAULT, Tried
from loop.ner.learner import Learner
from loop.ner.pipeline import COMPONENT, base_folder, own_component, recognizers_of_base

SPACY_VERSION: str = spacy.about.__version__
# spaCy ignores a folder that is none of its components; this one holds what only `loop` needs.
OWN_FOLDER = "loop"
LAST = "last"


@dataclass(frozen=True, slots=True)
class CheckpointInfo:
    """What a checkpoint learned from.

    Attributes:
        labels: in force. adopted: those of them that the base knew. answers: ids of the answers, by rank.
        digest: of the settings that bear on the weights.
        loss: mean over the steps of its round, None without any.
        temperature: of our component's probabilities. tried: what it was fitted on, the latest texts last.
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
    temperature: float = DEFAULT
    tried: tuple[Tried, ...] = ()
    adopted: tuple[str, ...] = ()


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
            return read_info(self.path(number))
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise _damaged(self.path(number), error) from error

    def load(self, number: int) -> Learner:
        """Round `number` as it was when it was saved.

        Raises:
            PipelineError: the checkpoint is damaged.
        """
        try:
            start = srsly.read_json(self.path(0) / "meta.json")["labels"][COMPONENT]
            anchor = Anchor(self._raw(0).read_bytes()) if start else None
            return Learner.restored(spacy.load(self.path(number)), self._raw(number).read_bytes(), anchor)
        except Exception as error:  # spaCy raises what the damaged part happens to raise
            raise _damaged(self.path(number), error) from error

    def save(self, learner: Learner, info: CheckpointInfo) -> None:
        """Save a round: the averaged weights published, the raw ones beside, all that does not change as it was.

        Round 0 must be saved before it sees any text: what belongs to the base is copied from the base, to the byte;
        later rounds link to that.
        """
        with self._aside(info.round) as folder:
            if info.round == 0:
                _write_start(learner.nlp, info, folder)
            else:
                _write_later(learner, self.path(0), folder)
            own = folder / OWN_FOLDER
            own.mkdir()
            (own / "raw").write_bytes(learner.raw())
            srsly.write_json(own / "checkpoint.json", asdict(info))

    def forget_after(self, number: int) -> None:
        """Drop the rounds later than `number`: they learned from a history that no longer stands."""
        _point(self.folder / LAST, self.path(number).name)
        for later in [kept for kept in self.rounds() if kept > number]:
            self._drop(later)

    def forget_all(self) -> None:
        """Drop all rounds: they started from something else."""
        (self.folder / LAST).unlink(missing_ok=True)
        for number in reversed(self.rounds()):
            self._drop(number)

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

    def _raw(self, number: int) -> Path:
        return self.path(number) / OWN_FOLDER / "raw"

    def _aside(self, number: int) -> _Aside:
        return _Aside(self, number)

    def _drop(self, number: int) -> None:
        doomed = self.folder / f".dropped-{number:04}-{os.getpid()}"
        self.path(number).rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)


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
        _point(self._last, self._target.name)
        _sync(self._target.parent)


def _point(link: Path, target: str) -> None:
    aside = link.with_name(f".{link.name}-{os.getpid()}")
    aside.unlink(missing_ok=True)
    aside.symlink_to(target)
    aside.replace(link)


def read_info(checkpoint: Path) -> CheckpointInfo:
    """What the checkpoint in a folder learned from.

    Raises:
        OSError, ValueError, TypeError, KeyError: the folder is no checkpoint, or a damaged one.
    """
    raw = srsly.read_json(checkpoint / OWN_FOLDER / "checkpoint.json")
    tried = tuple(Tried(tuple(errors), at_random) for errors, at_random in raw["tried"])
    return CheckpointInfo(**raw | {key: tuple(raw[key]) for key in ("labels", "answers", "adopted")} | {"tried": tried})


def temperatures(pipeline: Path) -> dict[str, float]:
    """The fitted temperature of our component in a saved pipeline, by its name; none where `loop` never was."""
    try:
        return {COMPONENT: read_info(pipeline).temperature}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def _write_start(nlp: Language, info: CheckpointInfo, folder: Path) -> None:
    nlp.to_disk(folder)
    base = base_folder(info.base)
    changed = recognizers_of_base(nlp) if info.adopted else []
    for part in _parts_of_base(base) if base else ():
        if part.name not in changed:
            _copy_over(part, folder / part.name)


def _write_later(learner: Learner, start: Path, folder: Path) -> None:
    _link_tree(start, folder, without={COMPONENT, OWN_FOLDER, "meta.json"})
    with learner.published() as nlp:
        own_component(nlp).to_disk(folder / COMPONENT, exclude=["vocab"])
    meta = srsly.read_json(start / "meta.json")
    meta["labels"][COMPONENT] = list(own_component(learner.nlp).labels)
    srsly.write_json(folder / "meta.json", meta)


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
