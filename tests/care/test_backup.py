from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from loop.care.backup import back_up
from loop.care.doctor import examine
from loop.checkpoints.checkpoints import Checkpoints
from loop.errors import LoopError
from loop.records import Answer
from loop.settings import ProjectPaths
from loop.store import Store
from loop.trainer import Trainer


def test_a_backup_is_a_sound_project_with_the_last_round_and_nothing_is_learned_again(
    project: ProjectPaths, outside: Path, settings, store
):
    store.drafts.save(store.questions.head("ann"), "ann", "{}")
    (project.root / "patterns.jsonl").write_text('{"label": "PART", "pattern": "chain"}\n')
    number = back_up(project, settings, store, outside)
    copy = ProjectPaths(outside)
    with Store(copy.db) as other:
        trainer = Trainer(copy, settings, other)
        learned, there = trainer.learn(), trainer.rounds.number
        trainer.close()

        assert (3, False, 3) == (number, learned, there)
        assert store.answers.standing() == other.answers.standing()
        assert store.questions.head("ann") == other.questions.head("ann")
        assert ["backup"] == [each.what for each in other.copies.all()]
    assert [] == list(examine(copy))
    assert [0, 3] == Checkpoints(copy.models).rounds()
    assert (outside / "patterns.jsonl").exists()
    assert (
        1 == (outside / "data" / "loop.db").stat().st_nlink == (outside / "models/round-0003/meta.json").stat().st_nlink
    )


def test_it_is_taken_while_a_session_answers(project: ProjectPaths, outside: Path, settings, store):
    with store._database.write() as connection:
        connection.exec_driver_sql("UPDATE state SET value = value")
        with Store(project.db) as reader:
            reader.answers.standing()
    store.answers.add(Answer("late", 17, "ann", "accept", scheme=1))
    back_up(project, settings, store, outside)
    store.answers.add(Answer("later", 18, "ann", "accept", scheme=1))
    with Store(outside / "data" / "loop.db") as copy:
        ids = [answer.id for answer in copy.answers.standing()]

    assert ("late" in ids, "later" in ids) == (True, False)


def test_a_folder_that_is_there_or_lies_in_the_project_is_refused_and_nothing_half_done_is_left(
    project: ProjectPaths, outside: Path, settings, store
):
    outside.mkdir()
    with pytest.raises(LoopError, match="already exists"):
        back_up(project, settings, store, outside)
    with pytest.raises(LoopError, match="inside the project"):
        back_up(project, settings, store, project.data / "copy")
    broken = replace(settings, project=replace(settings.project, patterns="is a folder"))
    (project.root / "is a folder").mkdir()
    with pytest.raises(LoopError, match="there is no file"):
        back_up(project, broken, store, outside / "broken")
    back_up(project, settings, store, outside / "fine")

    assert ["fine"] == [path.name for path in outside.iterdir()]
