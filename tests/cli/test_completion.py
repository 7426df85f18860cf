from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_running import Run

Complete = Callable[..., list[str]]


def asked_by_bash(*words: str) -> dict[str, str]:
    """The environment in which bash asks for the last word."""
    return {
        "_LOOP_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(["loop", *words]),
        "COMP_CWORD": str(len(words)),
    }


@pytest.fixture
def completed(run: Run) -> Complete:
    """What bash is told for the last word."""

    def told(*words: str) -> list[str]:
        with pytest.MonkeyPatch.context() as monkeypatch:
            for name, value in asked_by_bash(*words).items():
                monkeypatch.setenv(name, value)
            return run().out.split()

    return told


@pytest.mark.parametrize("command", ["annotate", "export"])
def test_the_labels_of_the_project_are_completed(run: Run, completed: Complete, command: str):
    assert run("-C", "brands", "init", "--labels", "BRAND,PART,PLACE").code == 0

    assert ["PART", "PLACE"] == completed("-C", "brands", command, "--label", "P")
    assert [] == completed(command, "--label", "P")


def test_commands_options_and_strategies_are_completed(completed: Complete):
    assert ["predict"] == completed("pred")
    assert ["--workers"] == completed("predict", "--wo")
    assert ["entropy", "entropy_per_token"] == completed("simulate", "--strategy", "ent")


@pytest.mark.integration
def test_a_process_of_its_own_is_asked(folder: Path):
    env = os.environ | asked_by_bash("pred")
    ran = subprocess.run([sys.executable, "-m", "loop"], env=env, cwd=folder, capture_output=True, text=True)

    assert "predict" == ran.stdout.strip()


@pytest.mark.integration
def test_completion_is_installed_for_bash(folder: Path):
    # The shell is named: under a service manager there is none among the parents to detect.
    env = os.environ | {"HOME": str(folder), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    subprocess.run(
        [sys.executable, "-m", "loop", "--install-completion", "bash"], env=env, check=True, capture_output=True
    )

    assert "complete -o default -F _loop_completion loop" in (folder / ".bash_completions" / "loop.sh").read_text()
    assert "loop.sh" in (folder / ".bashrc").read_text()
