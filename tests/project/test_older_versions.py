"""Projects of earlier versions go on.

`version_0_1.tar.gz` was made by loop 0.1 with tests' tiny network: eleven answers, of which one was changed later, and
two rounds, of which the first was pruned.
"""

from __future__ import annotations

import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from trainer_kit import finish

from loop.base.pipeline import own_component
from loop.checkpoints.checkpoints import Checkpoints
from loop.errors import StoreError
from loop.learning.learner import Learner
from loop.project import opened
from loop.settings import ProjectPaths
from loop.store import Store
from loop.store.database import SCHEMA_VERSION
from loop.store.salvage import salvage
from loop.store.schema import metadata
from loop.trainer.rebuilding import rebuilding


@pytest.fixture
def old(tmp_path: Path) -> ProjectPaths:
    with tarfile.open(Path(__file__).with_name("version_0_1.tar.gz")) as packed:
        packed.extractall(tmp_path / "{old}", filter="data")
    return ProjectPaths(tmp_path / "{old}")


@pytest.fixture
def upgraded(old: ProjectPaths) -> Iterator[Store]:
    with Store(old.db) as store:
        yield store


def version(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]


def set_version(path: Path, number: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", [number])


def parameters(learner: Learner) -> np.ndarray:
    """The raw weights, one after the other."""
    model = own_component(learner.nlp).model
    return np.concatenate(
        [node.get_param(name).ravel() for node in model.walk() for name in node.param_names if node.has_param(name)]
    )


def test_a_project_of_version_0_1_opens_with_all_its_answers_and_learns_on(old: ProjectPaths):
    with opened(old) as (paths, settings, store):
        answers = store.answers.standing()
        rounds = finish(paths, settings, store)

    assert 11 == len(answers)
    assert ((), "changed answer 3") == next((a.spans, a.id) for a in answers if a.retracts)
    assert 2 == rounds.number


def test_its_patterns_teach_from_the_next_round_on(old: ProjectPaths):
    old.patterns(None).write_text('{"label": "PART", "pattern": "hub"}\n')
    with opened(old) as (paths, settings, store):
        before = [(info.number, info.answers, info.at) for info in store.journal.rounds()]
        finish(paths, settings, store)

        assert before == [(info.number, info.answers, info.at) for info in store.journal.rounds()]
        assert ["pattern"] == [one.source for one in store.weak.in_force()]


def test_its_rounds_are_rebuilt_with_the_weights_that_they_had(old: ProjectPaths):
    with opened(old) as (paths, settings, store), rebuilding(paths, settings, store) as again:
        rebuilt = [(one.number, parameters(one.learner)) for one in again.rounds(2)]
    saved = parameters(Checkpoints(old.models).load(2))

    assert [0, 1, 2] == [number for number, _ in rebuilt]
    # To the bit on the machine that made it; another processor may round differently.
    np.testing.assert_allclose(saved, rebuilt[-1][1], atol=1e-5)


def test_an_upgraded_store_has_the_tables_of_a_new_one(upgraded: Store):
    engine = create_engine(f"sqlite:///{upgraded.path}")
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()

    assert ([], SCHEMA_VERSION) == (differences, version(upgraded.path))


def test_a_private_copy_of_it_is_left_beside(old: ProjectPaths, upgraded: Store):
    copy = old.db.with_name("loop.db.schema-0006")

    assert ("0006", 0o600) == (version(copy), copy.stat().st_mode & 0o777)


def test_drafts_are_taken_over(old: ProjectPaths):
    with closing(sqlite3.connect(old.db)) as connection, connection:
        asked, text = connection.execute("SELECT id, text_id FROM questions LIMIT 1").fetchone()
        connection.execute("DELETE FROM drafts")
        connection.execute("INSERT INTO drafts VALUES (?, 'ann', ?, '{}', '2026-01-01')", (text, asked))
    with Store(old.db) as store:
        question = store.questions.get([asked])[asked]

        assert ("{}", None) == tuple(store.drafts.of(question, who) for who in ("ann", "bob"))


def test_where_no_copy_can_be_written_it_stays_as_it_was(old: ProjectPaths):
    (old.data / "loop.db.schema-0006").mkdir()

    with pytest.raises(StoreError, match="cannot be copied"):
        Store(old.db)
    assert "0006" == version(old.db)


@pytest.mark.parametrize("number", ["0001", "0005"])
def test_a_store_before_it_is_told_which_version_upgrades_it(old: ProjectPaths, number: str):
    set_version(old.db, number)

    with pytest.raises(StoreError, match=f"schema {number}") as refused:
        Store(old.db)
    assert "spacy-loop==0.1.0" in refused.value.hint
    assert number == version(old.db)


def test_a_store_of_a_newer_version_is_left_alone(old: ProjectPaths):
    set_version(old.db, "9999")

    with pytest.raises(StoreError, match="newer loop") as refused:
        Store(old.db)
    assert "pip install -U" in refused.value.hint
    assert "9999" == version(old.db)


def test_streams_and_repeats_have_the_words_of_today(old: ProjectPaths):
    with closing(sqlite3.connect(old.db)) as connection, connection:
        before = dict(connection.execute("SELECT id, share FROM questions").fetchall())
        connection.execute("UPDATE questions SET share = 'again' WHERE id = ?", [min(before)])
        connection.execute("UPDATE answers SET again = 1 WHERE id = (SELECT min(id) FROM answers)")
        connection.execute('UPDATE rounds SET estimate = \'{"f": 71.0, "texts": 20}\', agreement = 97.5')
    expected = {id_: {"doubtful": "uncertain"}.get(share, share) for id_, share in before.items()}
    with Store(old.db) as store:
        streams = store.questions.streams(before)
        repeats = [answer.id for answer in store.answers.all() if answer.repeat]

        assert not hasattr(store.journal.rounds()[-1], "estimate")
    assert expected | {min(before): "repeat"} == streams
    assert 1 == len(repeats)


def test_a_damaged_store_of_version_0_1_is_saved_with_its_questions_and_repeats(old: ProjectPaths, tmp_path: Path):
    with closing(sqlite3.connect(old.db)) as connection, connection:
        connection.execute("UPDATE answers SET again = 1 WHERE id = (SELECT min(id) FROM answers)")
    done = salvage(old.db, tmp_path / "saved.db")
    with Store(tmp_path / "saved.db") as saved, Store(old.db) as store:
        ids = [answer.question_id for answer in store.answers.all() if answer.question_id]

        assert saved.questions.get(ids) == store.questions.get(ids)
        assert saved.answers.all() == store.answers.all()
        assert 1 == sum(answer.repeat for answer in saved.answers.all())
    assert 0 == done.lost["questions"]
