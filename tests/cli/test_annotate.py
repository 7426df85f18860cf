from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest
from cli_running import Run

from loop.held_out import is_held_out
from loop.records import Text
from loop.settings import ProjectPaths
from loop.store import Store
from loop.store.locks import is_held

PATIENCE = 60.0  # seconds for a trainer to end when its session has


def test_settings_that_cannot_be_meant_stop_the_trainer_and_the_session_is_told_why(run: Run, project: Path) -> None:
    run("add", "-", stdin=b"one text\n")
    cfg = project / "loop.cfg"
    cfg.write_text(cfg.read_text().replace("steps = 12", "steps = 0"))
    ran = run("trainer")

    with Store(ProjectPaths(project).db) as store:
        said = store.journal.trainer()
    assert 1 == ran.code
    assert said
    assert "stopped: loop.cfg: [update] steps must be at least 1, not 0. For example: steps = 12" == said.state


@pytest.mark.integration
def test_in_a_pipe_a_session_that_measures_ends_once_its_trainer_has_found_no_text_to_ask(
    run: Run, project: Path
) -> None:
    taught = [name for name in map(str, range(20)) if not is_held_out(Text(0, name), share=0.5, seed=0)]
    run("add", "-", stdin="\n".join(taught).encode())
    cfg = project / "loop.cfg"
    cfg.write_text(cfg.read_text().replace("held_out_share = 0.1", "held_out_share = 0.5"))
    command = [sys.executable, "-m", "loop", "annotate", "--plain", "--measure", "5"]
    ran = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=2 * PATIENCE)
    paths = ProjectPaths(project)
    with Store(paths.db) as store:
        said = store.journal.trainer()
    until = monotonic() + PATIENCE
    while is_held(paths.trainer_lock) and monotonic() < until:
        sleep(0.1)

    assert 0 == ran.returncode, ran.stderr
    assert "No held-out text is left to ask about." in ran.stdout
    assert said  # it was a trainer that found out
    assert not is_held(paths.trainer_lock)
