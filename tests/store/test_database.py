from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from loop.errors import StoreError
from loop.store import NewText, Store
from loop.store.database import SCHEMA_VERSION
from loop.store.migrations import _config


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store of the first schema, with a text."""
    from alembic import command

    path = tmp_path / "loop.db"
    engine, config = create_engine(f"sqlite:///{path}"), _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql("INSERT INTO batches VALUES (1, 'old', 1, 0, '2026-01-01T00:00:00+00:00')")
        row = "INSERT INTO texts (digest, text, batch_id, meta, source, pick) VALUES (x'00', 'kept', 1, '{}', '', 0.5)"
        connection.exec_driver_sql(row)
    engine.dispose()
    return path


def version(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]


def test_an_older_store_is_migrated_and_a_private_copy_of_it_left_beside(old: Path):
    with Store(old) as store:
        texts = store.corpus.texts([1])
    copy = old.with_name("loop.db.schema-0001")

    assert ["kept"] == [text.text for text in texts]
    assert (SCHEMA_VERSION, "0001", 0o600) == (version(old), version(copy), copy.stat().st_mode & 0o777)
    assert {"loop.db", copy.name} == {path.name for path in old.parent.iterdir()}


def test_where_no_copy_can_be_written_an_older_store_stays_as_it_was(old: Path):
    (old.parent / "loop.db.schema-0001").mkdir()

    with pytest.raises(StoreError, match="cannot be copied"):
        Store(old)
    assert "0001" == version(old)


def test_a_damaged_page_is_named_with_the_way_out(tmp_path: Path):
    path = tmp_path / "loop.db"
    with Store.create(path) as store:
        store.corpus.add_batch([NewText(f"text {n} " + "x" * 300) for n in range(500)], source="s")
    content = bytearray(path.read_bytes())
    content[4096 * 20 : 4096 * 80] = b"\xff" * 4096 * 60
    path.write_bytes(content)

    with pytest.raises(StoreError, match="is damaged") as refused, Store(path) as store:
        store.corpus.texts(list(range(1, 501)))
    assert "loop doctor" in refused.value.hint


@pytest.mark.parametrize("left", [0, None])
def test_a_store_that_is_gone_though_its_log_is_there_is_not_begun_anew(tmp_path: Path, left: int | None):
    path, copy = tmp_path / "loop.db", tmp_path / "copy"
    with Store.create(path) as store:
        store.journal.scheme(["A"])
        shutil.copyfile(f"{path}-wal", copy)
    copy.rename(f"{path}-wal")
    path.unlink() if left is None else path.write_bytes(b"")

    with pytest.raises(StoreError, match="missing or empty"):
        Store(path)


@pytest.mark.parametrize("name", ["a b", "what?", "100 %", "new\nline", "é", "-x", "a#b;c"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str):
    path = tmp_path / name / "loop.db"
    with Store.create(path) as store:
        store.journal.scheme(["A"])

    assert ["loop.db"] == [file.name for file in path.parent.iterdir()]


def test_what_was_removed_is_not_left_in_the_file(tmp_path: Path):
    path = tmp_path / "loop.db"
    with Store.create(path) as store:
        store.corpus.add_batch([NewText("the secret canary")], source="s")
        store.corpus.remove_batch(1)

    assert b"canary" not in path.read_bytes()
