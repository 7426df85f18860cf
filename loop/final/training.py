"""Running spaCy's training on a folder, and putting in place what it made."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import spacy
import srsly

from loop.checkpoints.checkpoints import copy_parts
from loop.errors import LoopError
from loop.files import make_private_and_sync
from loop.final.calibrating import calibrate
from loop.final.config import DEV, START

# Where spaCy saves while it trains, and where the finished pipeline stands afterwards.
TRAINING, MODEL = "training", "model"

# A row of spaCy's console logger: epoch, step, losses, scores, and the score that chooses the best model, up to 1.
_ROW = re.compile(r"\s*(\d+)\s+(\d+)\s+([\d.]+)\s.*?([\d.]+)\s*$")


@dataclass(frozen=True, slots=True)
class TrainingStep:
    """What spaCy says each time that it has tried the model on the dev texts.

    Attributes:
        loss: summed since the last time. score: F1 on the dev texts in percent, by which the best model is chosen.
    """

    epoch: int
    step: int
    loss: float
    score: float


def command(*, gpu_id: int = -1) -> list[str]:
    """The arguments to Python that train in the folder."""
    fixed = ["-m", "spacy", "train", "config.cfg", "--output", TRAINING, "--code", "fresh_pipeline.py"]
    return [*fixed, "--gpu-id", str(gpu_id)] if gpu_id >= 0 else fixed


def train(folder: Path, *, gpu_id: int = -1) -> Generator[TrainingStep, None, None]:
    """Run spaCy's training as a process of its own.

    When the iterator is closed, as by Ctrl-C, the training ends too; what spaCy saved last stays.

    Raises:
        LoopError: spaCy failed. Its words, which may quote a text, are left out.
    """
    process = subprocess.Popen(
        [sys.executable, "-u", *command(gpu_id=gpu_id)],
        cwd=folder,
        env=os.environ | {"PYTHONWARNINGS": "ignore"},  # a warning may quote a text
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        umask=0o077,
    )
    assert process.stdout
    try:
        for line in process.stdout:
            if row := _ROW.fullmatch(line.rstrip("\n")):
                yield TrainingStep(int(row[1]), int(row[2]), float(row[3]), 100 * float(row[4]))
    finally:
        if process.poll() is None and not _ended(process):
            process.kill()
            process.wait()
        process.stdout.close()
    if process.returncode:
        raise LoopError(
            f"spaCy's training ended with an error (exit code {process.returncode}).",
            hint=f"To see what it says: cd {folder} && python {' '.join(command(gpu_id=gpu_id))}",
        )


def _ended(process: subprocess.Popen[str]) -> bool:
    """Whether the process has ended by itself, or soon does when asked to."""
    try:
        process.wait(timeout=1)
    except subprocess.TimeoutExpired:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            return False
    return True


def publish(folder: Path, trained: str | None) -> Path:
    """Put the best model in place as `model/`, and nothing of the texts in it.

    Args:
        folder: of the training, which has come to its end.
        trained: the component; all others are left as they were at the start, to the byte. None for a config of the
            user's own, of which that is not known.
    """
    best, model = folder / TRAINING / "model-best", folder / MODEL
    if trained:
        copy_parts(folder / START, best, without=[trained])
        calibrate(best, trained, folder / DEV)
    else:
        _forget_words(best, folder / START)
    make_private_and_sync(best)
    best.rename(model)
    shutil.rmtree(folder / TRAINING)
    return model


def _forget_words(model: Path, start: Path) -> None:
    """Leave in the vocabulary what was there before the training, and what the model cannot do without."""
    vocab = spacy.load(model).vocab
    labels = srsly.read_json(model / "meta.json")["labels"].values()
    kept = {*srsly.read_json(start / "vocab" / "strings.json"), *(label for some in labels for label in some)}
    kept |= {vocab.strings[key] for key in vocab.vectors if key in vocab.strings}
    srsly.write_json(model / "vocab" / "strings.json", sorted(kept))
