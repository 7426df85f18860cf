from __future__ import annotations

from pathlib import Path

import pytest

from loop.store import Store
from loop.store import file_systems as places
from loop.store.file_systems import file_system, journal_mode


@pytest.fixture
def mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "mounts"
    monkeypatch.setattr(places, "MOUNTS", file)
    return file


@pytest.mark.parametrize(
    ("lines", "kind", "mode"),
    [
        ("/dev/a / ext4 rw 0 0\n", "ext4", "WAL"),
        ("/dev/a / ext4 rw 0 0\nhost:/x {here} nfs4 rw 0 0\n", "nfs4", "DELETE"),
        ("host:/x {here} cifs rw 0 0\n/dev/a / ext4 rw 0 0\n", "cifs", "DELETE"),
        ("host:/x {here} nfs rw 0 0\ntmp {here} tmpfs rw 0 0\n", "tmpfs", "WAL"),
        ("/dev/a / ext4 rw 0 0\nhost:/x {here}er nfs rw 0 0\n", "ext4", "WAL"),
        ("", "", "WAL"),
    ],
)
def test_the_innermost_mount_decides_how_a_store_is_logged(tmp_path: Path, mounts: Path, lines, kind, mode):
    mounts.write_text(lines.replace("{here}", str(tmp_path)))

    assert (kind, mode) == (file_system(tmp_path / "data"), journal_mode(tmp_path / "data"))


def test_a_mount_whose_name_holds_a_space_is_found(tmp_path: Path, mounts: Path):
    mounts.write_text("h:/x " + str(tmp_path / "a b").replace(" ", r"\040") + " nfs rw 0 0\n")

    assert "nfs" == file_system(tmp_path / "a b" / "data")


def test_where_the_system_does_not_tell_the_log_is_used(tmp_path: Path, mounts: Path):
    assert "WAL" == journal_mode(tmp_path)


def test_a_store_on_a_network_needs_no_memory_shared_between_processes(tmp_path: Path, mounts: Path):
    mounts.write_text(f"host:/x {tmp_path} nfs rw 0 0\n")
    with Store.create(tmp_path / "loop.db") as store, Store(tmp_path / "loop.db") as other:
        store.journal.scheme(["A"])
        pragmas = [f"PRAGMA {name}" for name in ("journal_mode", "synchronous")]
        with other._database.read() as connection:
            used = [connection.exec_driver_sql(pragma).scalar() for pragma in pragmas]

        assert ["delete", 3] == used
        assert {1: ("A",)} == other.journal.schemes()
    assert [] == list(tmp_path.glob("loop.db-*"))
