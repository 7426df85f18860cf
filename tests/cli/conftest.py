from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from cli_running import Ran, Run

from loop.cli import main


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
        # Another process may have to show it, and a name that is no UTF-8 cannot be sent there as it is.
        title, shown = (
            words.encode("utf-8", "backslashreplace").decode()
            for words in (f"loop {' '.join(map(str, args))}", out + err)
        )
        request.node.add_report_section("call", title, shown)
        return Ran(left.value.code, out, err)

    return run_


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder, the current one."""
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


@pytest.fixture
def project(folder: Path, run: Run) -> Path:
    """A project with the labels A and B, the current folder."""
    assert 0 == run("init", "--labels", "A,B").code
    return folder
