"""Run spaCy's training in a folder and publish the result."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import srsly

from loop.checkpoints.checkpoints import copy_parts
from loop.errors import LoopError
from loop.files import make_private_and_sync
from loop.final.calibrating import calibrate
from loop.final.config import DEV, START
from loop.final.distilled import distilled, note_distilled

# spaCy's output folder during training, and the folder of the finished pipeline.
TRAINING, MODEL = "training", "model"

# A row of spaCy's console logger: epoch, step, losses, scores, and (0 to 1) the score that selects the best model.
_ROW = re.compile(r"\s*(\d+)\s+(\d+)\s+([\d.]+)\s.*?([\d.]+)\s*$")


@dataclass(frozen=True, slots=True)
class TrainingStep:
    """spaCy's report after each evaluation on the dev texts.

    Attributes:
        loss: summed since the last report. score: F1 on dev (percent), which selects the best model.
    """

    epoch: int
    step: int
    loss: float
    score: float


def command(*, gpu_id: int = -1) -> list[str]:
    """The arguments to Python for training in the folder."""
    fixed = ["-m", "spacy", "train", "config.cfg", "--output", TRAINING, "--code", "fresh_pipeline.py"]
    return [*fixed, "--gpu-id", str(gpu_id)] if gpu_id >= 0 else fixed


def train(folder: Path, *, gpu_id: int = -1) -> Generator[TrainingStep, None, None]:
    """Run spaCy's training in a subprocess and yield its reports.

    Closing the iterator, as Ctrl-C does, ends the training and keeps spaCy's last save.

    Raises:
        LoopError: spaCy failed. Its message is left out because it may quote a text.
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
            hint=f"To see its message: cd {folder} && python {' '.join(command(gpu_id=gpu_id))}",
        )


def _ended(process: subprocess.Popen[str]) -> bool:
    """Whether the process has ended, or ends soon when asked to."""
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
    """Publish the best model as `model/`, without words of the texts.

    Args:
        folder: of the finished training.
        trained: the component; all others stay byte for byte as in `start/`. None for a user's own config, which may
            have trained any.
    """
    best, model = folder / TRAINING / "model-best", folder / MODEL
    if trained:
        copy_parts(folder / START, best, without=[trained])
        calibrate(best, trained, folder / DEV)
    else:
        _forget_words(best, folder / START)
    if made := distilled(folder / START):
        note_distilled(best, made)
    make_private_and_sync(best)
    best.rename(model)
    shutil.rmtree(folder / TRAINING)
    return model


def _forget_words(model: Path, start: Path) -> None:
    """Reduce the strings to those from before the training and the labels.

    The words of a table of vectors are looked up by their hashes, so none is kept for being in the table: the texts had
    some of them.
    """
    labels = srsly.read_json(model / "meta.json")["labels"].values()
    kept = {*srsly.read_json(start / "vocab" / "strings.json"), *(label for some in labels for label in some)}
    srsly.write_json(model / "vocab" / "strings.json", sorted(kept))
