"""An erasing that is killed: nothing is changed, or all of it is done when the project is opened next."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import pytest
from roles import forked
from triggers import FILE_EVENTS, Trigger

from loop.care.doctor import examine
from loop.checkpoints.checkpoints import Checkpoints
from loop.project import erase, opened
from loop.settings import ProjectPaths, Settings, template
from loop.store.copying import copy_store

POINTS = 12


@pytest.fixture
def original(learned_project: ProjectPaths, settings: Settings) -> ProjectPaths:
    """A project with three rounds, patterns and an older copy of its store."""
    learned_project.cfg.write_text(template(settings))
    learned_project.cfg.chmod(0o600)
    words = text_of(learned_project).split()[-1]
    (learned_project.root / "patterns.jsonl").write_text(f'{{"label": "PART", "pattern": "{words}"}}\n')
    (learned_project.root / "patterns.jsonl").chmod(0o600)
    copy_store(learned_project.db, learned_project.db.with_name("loop.db.schema-0001"))
    return learned_project


def text_of(paths: ProjectPaths) -> str:
    """The text that is to be erased: the second round learned from it."""
    from loop.store import Store

    with Store(paths.db) as store:
        return store.corpus.texts([7])[0].text


def erased(paths: ProjectPaths, trigger: Trigger | None, counted: Path | None = None) -> int:
    """Erase it in a process that may be killed on the way; its exit code, or the signal as a negative number."""

    def work() -> None:
        with opened(paths) as (_, settings, store):
            texts, seen = store.corpus.texts([7]), [0]
            if trigger:
                trigger.arm()
            if counted:
                sys.addaudithook(lambda name, _: seen.__setitem__(0, seen[0] + (name in FILE_EVENTS)))
            erase(paths, settings, store, texts)
            found = seen[0]
        if counted:
            counted.write_text(str(found))

    return os.waitstatus_to_exitcode(os.waitpid(forked(work), 0)[1])


def holding(root: Path, text: str) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


@pytest.mark.integration
def test_wherever_it_is_killed_it_has_not_begun_or_is_finished_by_whoever_opens_the_project_next(
    original: ProjectPaths, tmp_path: Path
) -> None:
    text = text_of(original)
    whole = ProjectPaths(Path(shutil.copytree(original.root, tmp_path / "whole", symlinks=True)))
    assert 0 == erased(whole, None, tmp_path / "counted")
    operations = int((tmp_path / "counted").read_text())
    assert operations > POINTS
    outcomes = []
    for at in range(1, operations + 1, max(1, operations // POINTS)):
        paths = ProjectPaths(Path(shutil.copytree(original.root, tmp_path / str(at), symlinks=True)))
        assert -signal.SIGKILL == erased(paths, Trigger("file", at))
        with opened(paths, writes=False) as (_, _settings, store):
            left, unfinished = store.corpus.texts([7]), store.unfinished_erasing()
            rounds = len(store.journal.rounds()), Checkpoints(paths.models).rounds()
        outcomes.append(not left)

        assert unfinished is None
        assert [] == [finding.what for finding in examine(paths)]
        assert ((1, [0, 1]), []) == (rounds, holding(paths.root, text)) if not left else rounds == (3, [0, 1, 2, 3])
        shutil.rmtree(paths.root)

    assert outcomes == sorted(outcomes)  # from some point on it only goes forward
    assert sum(outcomes) > POINTS // 2
