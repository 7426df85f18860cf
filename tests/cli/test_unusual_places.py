"""A data folder that is a link, devices as targets, and a umask that takes every right away."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_running import Run

from loop.session import Session
from loop.settings import CFG_NAME, ProjectPaths, Settings
from loop.store import Store

ROW = b'{"text": "the hub is worn", "spans": [{"start": 4, "end": 7, "label": "A"}]}\n'


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A private folder outside of the project."""
    folder = tmp_path / "elsewhere"
    folder.mkdir(mode=0o700)
    return folder


def test_a_project_whose_data_is_a_link_works_as_any_other(
    learned: ProjectPaths, elsewhere: Path, run: Run, settings: Settings
) -> None:
    for path in (learned.cfg, *learned.root.glob("*.jsonl"), *learned.root.glob("*.txt")):
        path.chmod(0o600)
    learned.data.rename(elsewhere / "data")
    learned.data.symlink_to(elsewhere / "data")
    done = [run(*command.split()) for command in ("add in.txt --yes", "backup ../copy", "erase 1 --yes", "doctor")]
    with Store(learned.db) as store:
        session = Session(learned, settings, store, annotator="ann")
        question = session.next()
        session.close()
    copy = run("-C", "../copy", "status", "--json")

    assert [0, 0, 0, 0, 0] == [ran.code for ran in (*done, copy)], [ran.err for ran in done]
    assert "No problems found" in done[-1].out
    assert question is not None
    assert '"texts": 21' in copy.out
    assert learned.data.is_symlink()
    assert not (learned.root.parent / "copy" / "data").is_symlink()
    assert not [path for path in (elsewhere / "data").rglob("*") if path.stat().st_mode & 0o077]


def test_where_data_is_a_link_a_project_is_begun_behind_it_or_not_at_all(
    folder: Path, elsewhere: Path, run: Run
) -> None:
    (folder / "data").symlink_to("nowhere")
    refused = run("init", "--labels", "A", "--base", "blank:xx", "--here")
    left = [path.name for path in folder.iterdir()]
    (folder / "data").unlink()
    (folder / "data").symlink_to(elsewhere)
    made = run("init", "--labels", "A", "--base", "blank:xx", "--here")

    assert (1, ["data"], True) == (refused.code, left, "data" in refused.err)
    assert 0 == made.code, made.err
    assert (elsewhere / "loop.db").is_file()


@pytest.mark.parametrize("target", ["/dev/null", "/dev/stdout"])
@pytest.mark.parametrize("force", [(), ("--force",)], ids=["", "by force"])
def test_a_device_is_refused_with_the_way_to_standard_output_and_stays_what_it_is(
    project: Path, run: Run, target: str, force: tuple[str, ...]
) -> None:
    run("import", "-", stdin=ROW)
    before = os.lstat(target)
    ran = run("export", target, *force)

    assert 1 == ran.code
    assert "`-` writes to standard output" in ran.err
    assert (before.st_ino, before.st_mode) == (os.lstat(target).st_ino, os.lstat(target).st_mode)
    assert ran.out == ""


@pytest.fixture
def no_rights() -> Iterator[None]:
    before = os.umask(0o777)
    yield
    os.umask(before)


@pytest.mark.usefixtures("no_rights")
def test_a_umask_that_takes_every_right_away_leaves_the_owner_theirs(folder: Path, run: Run) -> None:
    (folder.parent / "in.jsonl").write_bytes(ROW)
    commands = ["init --labels A --base blank:xx", "import ../in.jsonl", "export out.jsonl", "report", "backup ../copy"]
    done = [run(*command.split()) for command in commands]
    made = [path for path in (*folder.rglob("*"), *(folder.parent / "copy").rglob("*")) if not path.is_symlink()]
    wrong = {path.name: oct(mode) for path in made if (mode := stat.S_IMODE(path.stat().st_mode)) not in (0o600, 0o700)}

    assert [0] * len(commands) == [ran.code for ran in done], [ran.err for ran in done]
    assert {} == wrong
    assert (folder / CFG_NAME) in made
    assert "No problems found" in run("doctor").out
