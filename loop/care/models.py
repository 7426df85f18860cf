"""Check a project's checkpoints, and whether they agree with its store."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from loop.care.defects import Defect
from loop.checkpoints.checkpoint_info import VERSIONS
from loop.checkpoints.checkpoints import LAST, Checkpoints
from loop.checkpoints.start import changes_of_start
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.store.locks import is_held

AGAIN = "The trainer will train it again."


def checkpoint_defects(paths: ProjectPaths, settings: Settings, store: Store) -> Iterator[Defect]:
    """Yield the problems of the checkpoints; while a trainer runs, ignore states that are normal for it."""
    checkpoints = Checkpoints(paths.models)
    for number in checkpoints.damaged():
        yield Defect(f"The checkpoint of round {number} is damaged.", partial(_set_aside, checkpoints, number))
    for folder in sorted(paths.models.glob("damaged-*")):
        yield Defect(f"{folder} holds a damaged checkpoint.", partial(_remove, folder))
    yield from _pretrained(paths)
    if is_held(paths.trainer_lock):
        return
    if not checkpoints.rounds():
        if lost := len(store.journal.rounds()):
            what = f"The checkpoints of all {lost:,} rounds are gone from {paths.models}."
            yield Defect(what, hint="`loop annotate` starts the trainer, which trains them again.")
        return
    yield from _start(checkpoints, settings)
    yield from _agreement(checkpoints, store)
    yield from _weights(checkpoints, checkpoints.rounds()[-1:])


def _set_aside(checkpoints: Checkpoints, number: int) -> str:
    return f"Moved to {checkpoints.set_aside(number)}. {AGAIN}"


def _remove(folder: Path) -> str:
    shutil.rmtree(folder)
    return "Removed."


def _pretrained(paths: ProjectPaths) -> Iterator[Defect]:
    for file in sorted((paths.models / "pretrained").glob("*.bin")):
        if hashlib.sha256(file.read_bytes()).hexdigest() != file.stem:
            yield Defect(f"The pretrained weights {file} are damaged.", partial(_unlink, file))


def _unlink(file: Path) -> str:
    file.unlink()
    return "Removed; the trainer will make them again."


def _start(checkpoints: Checkpoints, settings: Settings) -> Iterator[Defect]:
    if 0 in checkpoints.rounds():
        for changed in changes_of_start(checkpoints.info(0), settings.project):
            yield Defect(str(changed), hint=changed.hint)


def _agreement(checkpoints: Checkpoints, store: Store) -> Iterator[Defect]:
    """Check that the store knows every round and the answers it learned from."""
    known, there = checkpoints.finished(store.journal.weights()), store.answers.ids()
    for number in checkpoints.rounds():
        strange = number not in known
        if strange or not there.issuperset(checkpoints.info(number).answer_ids):
            before = max((n for n in checkpoints.rounds() if n < number), default=0)
            what = "is unknown to the store" if strange else "learned from answers that are not in the store"
            yield Defect(f"Round {number} {what}.", partial(_forget_after, checkpoints, store, before))
            return
    link = checkpoints.folder / LAST
    if not link.exists():
        newest = checkpoints.rounds()[-1]
        yield Defect(f"{link} points to no checkpoint.", partial(_publish, checkpoints, newest))


def _forget_after(checkpoints: Checkpoints, store: Store, number: int) -> str:
    checkpoints.forget_after(number)
    store.journal.forget_rounds_after(number)
    return f"Back at round {number}; the trainer will train later rounds again."


def _publish(checkpoints: Checkpoints, number: int) -> str:
    checkpoints.publish(number)
    return f"It now points to round {number}."


def _weights(checkpoints: Checkpoints, numbers: list[int]) -> Iterator[Defect]:
    """Check that each pipeline loads with the weights recorded for its round."""
    for number in numbers:
        info = checkpoints.info(number)
        learned = checkpoints.load(number).weights_hash()
        if info.versions.startswith(VERSIONS) and info.weights not in ("", learned):
            yield Defect(f"Round {number} loads with wrong weights.", partial(_set_aside, checkpoints, number))
