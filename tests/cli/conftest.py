from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_running import Ran, Run

from loop.cli import main
from loop.settings import ProjectPaths, Settings, template


@pytest.fixture
def run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> Run:
    """Run a command line in this process and in `folder`, nobody at the terminal; a failing test shows what it said."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "300")

    def run_(*args: str | Path, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "argv", ["loop", *map(str, args)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capsys.readouterr()
        # Another process may have to show it, and a name that is not valid UTF-8 cannot be sent there as it is.
        title, shown = (
            words.encode("utf-8", "backslashreplace").decode()
            for words in (f"loop {' '.join(map(str, args))}", out + err)
        )
        request.node.add_report_section("call", title, shown)
        return Ran(left.value.code, out, err)

    return run_


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for projects that are built once and copied: see `built_once`."""
    return tmp_path_factory.mktemp("templates")


@pytest.fixture
def built_once(folder: Path, templates: Path) -> Callable[[Callable[[], object]], None]:
    """Fill `folder` by what `build` does, and for later tests from a copy of that."""

    def filled(build: Callable[[], object]) -> None:
        template = templates / f"{build.__module__}.{build.__qualname__}"
        if not template.exists():
            build()
            shutil.copytree(folder, template, symlinks=True)
        else:
            shutil.copytree(template, folder, symlinks=True, dirs_exist_ok=True)

    return filled


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder, the current one."""
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def project(folder: Path, run: Run, built_once: Callable[[Callable[[], object]], None]) -> Path:
    """A project with the labels A and B, the current folder."""

    def with_two_labels() -> None:
        assert 0 == run("init", "--labels", "A,B", "--base", "blank:xx").code

    built_once(with_two_labels)
    return folder


@pytest.fixture
def learned(learned_template: Path, folder: Path, settings: Settings) -> ProjectPaths:
    """A project with three rounds, the current folder."""
    shutil.copytree(learned_template, folder, symlinks=True, dirs_exist_ok=True)
    paths = ProjectPaths(folder)
    paths.cfg.write_text(template(settings))
    (folder / "in.txt").write_text("one\n")
    (folder / "in.jsonl").write_text('{"text": "one", "spans": []}\n')
    (folder / "patterns.jsonl").write_text('{"label": "PART", "pattern": "hub"}\n')
    return paths
