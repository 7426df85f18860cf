from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import click
import pytest
import typer.main
from cli_running import Run

import loop.cli.status
from loop.cli import app


def test_a_folder_that_is_no_project_is_an_error_with_a_way_out(run: Run) -> None:
    ran = run("status")

    assert (1, "") == (ran.code, ran.out)
    assert "There is no loop.cfg" in ran.err
    assert "loop init" in ran.err


def test_the_project_is_named_by_option_or_environment(
    project: Path, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    assert 0 == run("-C", project, "status").code
    monkeypatch.setenv("LOOP_PROJECT", str(project))
    assert 0 == run("status").code


def test_the_version_is_that_of_the_installed_package(run: Run) -> None:
    assert (0, f"loop {version('spacy-loop')}\n") == ((ran := run("--version")).code, ran.out)


@pytest.mark.usefixtures("project")
def test_ctrl_c_exits_with_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(loop.cli.status, "status_lines", stopped)

    assert 130 == run("status").code


@pytest.mark.usefixtures("project")
def test_an_unexpected_error_shows_where_and_not_what(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ValueError("secret text")

    monkeypatch.setattr(loop.cli.status, "status_lines", fails)
    ran = run("status")

    assert 1 == ran.code
    assert "ValueError" in ran.err
    assert "test_main.py" in ran.err
    assert "Error: ValueError" in ran.err
    assert "secret text\n" not in ran.err


@pytest.mark.integration
@pytest.mark.parametrize("start", [["-m", "loop"], ["-c", "from loop.cli import main; main()"]])
def test_help_imports_nothing_heavy(start: list[str]) -> None:
    heavy = "spacy", "thinc", "numpy", "sqlalchemy", "prompt_toolkit", "questionary", "pydantic"
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", *start, "--help"], capture_output=True, text=True, check=True
    )
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in ran.stderr.splitlines()}

    assert "Usage: loop" in ran.stdout
    assert not imported & set(heavy)


def test_help_groups_the_commands_in_the_order_in_which_they_are_needed(run: Run):
    shown = run("--help").out

    places = [shown.index(f"─ {group} ─") for group in ("Start", "Annotate", "See", "Check", "Model", "Keep")]
    assert sorted(places) == places
    assert "─ Commands ─" not in shown
    assert places[0] < shown.index(" labels ") < places[1]


def test_no_help_has_words_in_brackets_which_would_not_be_shown() -> None:
    def helps(command: click.Command) -> Iterator[str]:
        yield from (str(getattr(parameter, "help", "") or "") for parameter in command.params)
        for one in getattr(command, "commands", {}).values():
            yield from helps(one)

    said = list(helps(typer.main.get_command(app)))

    assert len(said) > 100
    assert [] == [words for words in said if re.search(r"\[[a-z]", words)]
