"""A merge that is killed: nothing is changed or all of it is done, and merging again completes it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import sys
from pathlib import Path

import pytest
from roles import forked
from sqlalchemy import event
from sqlalchemy.engine import Engine
from triggers import FILE_EVENTS, INSTRUCTIONS, Kind, Trigger

from loop.care.doctor import examine
from loop.project import merge, opened
from loop.records import Answer
from loop.settings import ProjectPaths, Settings, template
from loop.settings.writing import set_labels
from loop.store import Store

POINTS = 10


@pytest.fixture
def here(learned_project: ProjectPaths, settings: Settings) -> ProjectPaths:
    """A project with three rounds, patterns and guidelines."""
    learned_project.cfg.write_text(template(settings))
    learned_project.cfg.chmod(0o600)
    return learned_project


@pytest.fixture
def there(here: ProjectPaths, tmp_path: Path) -> ProjectPaths:
    """A copy of it with an answer of its own, and a label that the other lacks."""
    paths = ProjectPaths(Path(shutil.copytree(here.root, tmp_path / "there", symlinks=True)))
    set_labels(paths.cfg, ["PART", "FAULT"])
    with Store(paths.db) as store:
        scheme = store.journal.scheme(["PART", "FAULT"])
        store.answers.add(Answer("there", 16, "ann", "accept", scheme=scheme))
    return paths


def merged(paths: ProjectPaths, there: ProjectPaths, trigger: Trigger | None, counts: Path | None = None) -> int:
    """Merge in a process that may be killed on the way; its exit code, or the signal as a negative number."""

    def work() -> None:
        with opened(paths) as (_, settings, store):
            if trigger:
                trigger.arm()
            seen = counted() if counts else {}
            merge(paths, settings, store, there)
            if counts:
                counts.write_text(json.dumps(seen))

    return os.waitstatus_to_exitcode(os.waitpid(forked(work), 0)[1])


def counted() -> dict[str, int]:
    """What triggers count, from now on."""
    seen = {"file": 0, "instruction": 0}

    def instruction() -> int:
        seen["instruction"] += 1
        return 0

    @event.listens_for(Engine, "connect")
    def watch(connection: sqlite3.Connection, _record: object) -> None:
        connection.set_progress_handler(instruction, INSTRUCTIONS)

    sys.addaudithook(lambda name, _: seen.update(file=seen["file"] + (name in FILE_EVENTS)))
    return seen


def state(paths: ProjectPaths) -> tuple[list[str], tuple[str, ...], int]:
    """The answers, the labels and the number of rounds, after whoever opened the project next."""
    with opened(paths) as (_, settings, store):
        return [one.id for one in store.answers.all()], settings.project.labels, len(store.journal.rounds())


@pytest.mark.integration
@pytest.mark.parametrize("kind", ["file", "instruction"])
def test_wherever_it_is_killed_it_has_not_begun_or_is_done(
    here: ProjectPaths, there: ProjectPaths, tmp_path: Path, kind: Kind
) -> None:
    whole = ProjectPaths(Path(shutil.copytree(here.root, tmp_path / "whole", symlinks=True)))
    before = state(whole)
    assert 0 == merged(whole, there, None, tmp_path / "counts")
    after = state(whole)
    assert (15, 16, ("PART", "FAULT")) == (len(before[0]), len(after[0]), after[1])
    last = json.loads((tmp_path / "counts").read_text())[kind]
    assert last > POINTS
    outcomes = []
    for at in (*range(1, last, last // POINTS), last + 1):
        paths = ProjectPaths(Path(shutil.copytree(here.root, tmp_path / f"{at}", symlinks=True)))
        code, found = merged(paths, there, Trigger(kind, at)), state(paths)
        outcomes.append(found == after)

        assert code == -signal.SIGKILL or (code == 0 and found == after)
        assert found in (before, after)
        assert [] == [finding.what for finding in examine(paths)]
        assert 0 == merged(paths, there, None)
        assert after == state(paths)
        assert [] == list(paths.data.glob(".loop.db*"))
        shutil.rmtree(paths.root)

    assert outcomes == sorted(outcomes)  # from some point on it is done
    assert (False, True) == (outcomes[POINTS // 2], outcomes[-1])
