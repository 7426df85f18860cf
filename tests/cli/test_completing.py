from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_running import Run

pytestmark = pytest.mark.integration


def completed(folder: Path, *words: str) -> list[str]:
    """What bash is told for the last word."""
    env = os.environ | {
        "_LOOP_COMPLETE": "complete_bash",
        "COMP_WORDS": " ".join(["loop", *words]),
        "COMP_CWORD": str(len(words)),
    }
    ran = subprocess.run([sys.executable, "-m", "loop"], env=env, cwd=folder, capture_output=True, text=True)
    return ran.stdout.split()


@pytest.mark.parametrize("command", ["annotate", "export"])
def test_the_labels_of_the_project_are_completed(run: Run, folder: Path, command: str):
    assert run("-C", "brands", "init", "--labels", "BRAND,PART,PLACE").code == 0

    assert ["PART", "PLACE"] == completed(folder, "-C", "brands", command, "--label", "P")
    assert [] == completed(folder, command, "--label", "P")


def test_commands_options_and_strategies_are_completed(folder: Path):
    assert ["predict"] == completed(folder, "pred")
    assert ["--workers"] == completed(folder, "predict", "--wo")
    assert ["entropy", "entropy_per_token"] == completed(folder, "simulate", "--strategy", "ent")


def test_completion_is_installed_for_bash(folder: Path):
    # The shell is named: under a service manager there is none among the parents to detect.
    env = os.environ | {"HOME": str(folder), "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
    subprocess.run(
        [sys.executable, "-m", "loop", "--install-completion", "bash"], env=env, check=True, capture_output=True
    )

    assert "complete -o default -F _loop_completion loop" in (folder / ".bash_completions" / "loop.sh").read_text()
    assert "loop.sh" in (folder / ".bashrc").read_text()
