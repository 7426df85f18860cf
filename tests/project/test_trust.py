"""A project's own code is run only when somebody on this machine trusts it as it is."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import loop
from loop.errors import LoopError
from loop.project import create_project, is_trusted, opened
from loop.project.trust import code_files
from loop.settings import ProjectPaths, ProjectSettings, Settings

CODE = """
from pathlib import Path
Path({ran!r}).touch()
"""


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where it is kept what this person trusts."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    """The file that the project's code makes."""
    return tmp_path / "ran"


@pytest.fixture
def project(tmp_path: Path, ran: Path) -> ProjectPaths:
    """A project with code in a folder, made here."""
    root = tmp_path / "project"
    (root / "code" / "package").mkdir(parents=True)
    (root / "code" / "functions.py").write_text(CODE.format(ran=str(ran)))
    (root / "code" / "beside.py").write_text("")
    (root / "code" / "package" / "__init__.py").write_text("")
    (root / "code" / "package" / "inside.py").write_text("")
    (root / "code" / "folder").mkdir()
    (root / "root.py").write_text("")
    create_project(ProjectPaths(root), Settings(ProjectSettings(labels=("A",), code="code/functions.py")))
    return ProjectPaths(root)


@pytest.fixture
def foreign(project: ProjectPaths, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProjectPaths:
    """The project, on the machine of somebody else."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "theirs"))
    return project


def opens(paths: ProjectPaths, ran: Path, **options: object) -> tuple[bool, bool]:
    """Whether a project can be opened, and whether its code is run for that."""
    ran.unlink(missing_ok=True)
    sys.modules.pop("project_code", None)
    try:
        with opened(paths, **options):
            return True, ran.exists()
    except LoopError:
        return False, ran.exists()


def test_who_made_a_project_trusts_its_code_and_keeps_that_privately(project: ProjectPaths, ran: Path, state: Path):
    (record,) = (state / "spacy-loop" / "trusted-code").iterdir()

    assert (True, True) == opens(project, ran)
    assert str(project.root / "code" / "functions.py") == record.read_text().splitlines()[0]
    assert (0o600, 0o700) == (record.stat().st_mode & 0o777, record.parent.stat().st_mode & 0o777)
    assert not [path for path in project.root.rglob("*") if path.name == record.name]


def test_code_from_elsewhere_is_not_run_and_the_way_out_is_named(foreign: ProjectPaths, ran: Path):
    with pytest.raises(LoopError, match=r"not trusted yet: .*functions\.py and 4 more") as refused:
        loop.open_project(foreign.root)

    assert ("--trust-code" in refused.value.hint, "trust_code=True" in refused.value.hint) == (True, True)
    assert not ran.exists()


@pytest.mark.parametrize("runs_code", [True, False])
def test_somebody_is_asked_once_about_all_the_files(foreign: ProjectPaths, ran: Path, runs_code: bool):
    asked = []

    def ask(files: list[Path]) -> bool:
        asked.append([str(file.relative_to(foreign.root)) for file in files])
        return len(asked) > 1

    first, second, third = (opens(foreign, ran, ask=ask, runs_code=runs_code) for _ in range(3))

    assert ((False, False), (True, runs_code), (True, runs_code)) == (first, second, third)
    assert (
        2 * [["code/functions.py", "code/beside.py", "code/package/__init__.py", "code/package/inside.py", "root.py"]]
        == asked
    )


def test_it_is_said_without_a_question_too(foreign: ProjectPaths, ran: Path):
    assert [(False, False), (True, True), (True, True)] == [
        opens(foreign, ran), opens(foreign, ran, trust_code=True), opens(foreign, ran)
    ]  # fmt: skip
    loop.open_project(foreign.root).close()


def rename(file: Path) -> None:
    file.rename(file.with_name("other.py"))


CHANGES: dict[str, Callable[[Path], object]] = {
    "the file": lambda root: (root / "code" / "functions.py").write_text("x = 1"),
    "one beside it": lambda root: (root / "code" / "beside.py").write_text("x = 1"),
    "one in a package": lambda root: (root / "code" / "package" / "inside.py").write_text("x = 1"),
    "one in the project's folder": lambda root: (root / "root.py").write_text("x = 1"),
    "a name": lambda root: rename(root / "code" / "beside.py"),
    "a new one": lambda root: (root / "code" / "new.py").write_text(""),
    "a new one in a package": lambda root: (root / "code" / "package" / "new.py").write_text(""),
    "a new package": lambda root: shutil.copytree(root / "code" / "package", root / "another"),
    "one in a folder": lambda root: (root / "code" / "folder" / "new.py").write_text(""),
    "a compiled one": lambda root: (root / "code" / "compiled.so").write_bytes(b"\x7fELF"),
    "one that is linked": lambda root: (root / "code" / "linked.py").symlink_to("/dev/../etc/hostname"),
    "one less": lambda root: (root / "code" / "beside.py").unlink(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_has_changed_since_is_asked_about_again(project: ProjectPaths, ran: Path, change: str):
    CHANGES[change](project.root)

    assert (False, False) == opens(project, ran)


def test_what_is_no_code_may_change_and_the_project_may_move(project: ProjectPaths, ran: Path, tmp_path: Path):
    (project.root / "notes.txt").write_text("x")
    (project.root / "code" / "terms.jsonl").write_text("")
    (project.root / "code" / "another").mkdir()
    (project.root / ".hidden").mkdir()
    (project.root / ".hidden" / "module.py").write_text("")
    (project.models / "module.py").write_text("")
    (project.root / "code" / "package" / "itself").symlink_to(project.root / "code" / "package")
    (project.root / "everything").symlink_to("/")
    moved = ProjectPaths(project.root.rename(tmp_path / "moved"))

    assert (True, True) == opens(moved, ran)


def test_a_project_without_code_asks_nobody(tmp_path: Path, state: Path):
    paths = ProjectPaths(tmp_path / "project")
    create_project(paths, Settings(ProjectSettings(labels=("A",))))
    with opened(paths, ask=pytest.fail):
        pass

    assert not state.exists()


@pytest.mark.parametrize("named", ["", "relative"])
def test_without_a_folder_for_it_it_is_kept_where_programs_keep_such_things(
    project: ProjectPaths, tmp_path: Path, named: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_STATE_HOME", named)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with opened(project, trust_code=True):
        pass

    assert 1 == len(list((tmp_path / "home" / ".local" / "state" / "spacy-loop" / "trusted-code").iterdir()))


def test_where_it_cannot_be_kept_nothing_is_run(foreign: ProjectPaths, ran: Path, tmp_path: Path):
    (tmp_path / "theirs").write_text("a file")
    with pytest.raises(LoopError, match="cannot be recorded") as refused, opened(foreign, trust_code=True):
        pass

    assert "XDG_STATE_HOME" in refused.value.hint
    assert not ran.exists()
    assert not is_trusted(code_files(foreign, "code/functions.py"))


def test_a_planted_record_that_is_no_file_counts_for_nothing(foreign: ProjectPaths, ran: Path, tmp_path: Path):
    opens(foreign, ran, trust_code=True)
    (record,) = (tmp_path / "theirs" / "spacy-loop" / "trusted-code").iterdir()
    record.unlink()
    os.mkfifo(record)

    assert (False, False) == opens(foreign, ran)


def test_a_user_without_a_home_folder_is_told_where_it_can_be_kept(
    foreign: ProjectPaths, ran: Path, monkeypatch: pytest.MonkeyPatch
):
    def unknown(_: int) -> None:
        raise KeyError("uid not found")

    monkeypatch.setattr("pwd.getpwuid", unknown)
    for name in ("HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(LoopError, match="no home folder") as refused, opened(foreign, trust_code=True):
        pass

    assert "XDG_STATE_HOME" in refused.value.hint
    assert not ran.exists()
