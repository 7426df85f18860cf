from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from loop.errors import StoreError
from loop.store import NewText, Store


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
