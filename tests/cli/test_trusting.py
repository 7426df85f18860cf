"""Whether a project's own code is trusted, asked at a terminal."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from cli_running import Run


@pytest.fixture
def coded(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A project with code that came from elsewhere, the current folder; what the code leaves when it is run."""
    (folder / "functions.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n")
    assert 0 == run("init", "--labels", "A", "--code", "functions.py", "--here").code
    assert 0 == run("status").code
    (tmp_path / "ran").unlink()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "theirs"))
    return tmp_path / "ran"


@pytest.fixture
def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["loop.cli.project"]  # by its name there is a function, too
    monkeypatch.setattr(module, "is_interactive", lambda: True)


@pytest.mark.usefixtures("at_a_terminal")
def test_who_says_no_or_nothing_runs_nothing(coded: Path, run: Run) -> None:
    for typed in (b"n\n", b"\n"):
        ran = run("status", stdin=typed)

        assert (1, True) == (ran.code, "functions.py" in ran.out)
        assert "can do whatever you can" in ran.out
        assert "not trusted yet" in ran.err
    assert not coded.exists()


@pytest.mark.usefixtures("at_a_terminal")
def test_who_says_yes_is_asked_once(coded: Path, run: Run) -> None:
    first, second = run("status", stdin=b"y\n"), run("status")

    assert (0, 0) == (first.code, second.code)
    assert ("Do you trust it?" in first.out, "Do you trust it?" in second.out) == (True, False)


def test_without_a_terminal_every_command_names_the_option_and_the_doctor_finds_it(coded: Path, run: Run) -> None:
    for command in (["status"], ["labels", "list"], ["annotate", "--plain"], ["doctor"], ["export", "-"]):
        ran = run(*command, stdin=b"y\n")

        assert (1, True) == (ran.code, "`loop --trust-code status`" in ran.out + ran.err), ran.out + ran.err
    assert not coded.exists()
    assert 0 == run("--trust-code", "doctor").code
    assert 0 == run("status").code
