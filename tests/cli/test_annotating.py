from __future__ import annotations

from pathlib import Path

from cli_running import Run

from loop.settings import ProjectPaths
from loop.store import Store


def test_settings_that_cannot_be_meant_stop_the_trainer_and_the_session_is_told_why(run: Run, project: Path) -> None:
    run("add", "-", stdin=b"one text\n")
    cfg = project / "loop.cfg"
    cfg.write_text(cfg.read_text().replace("steps = 12", "steps = 0"))
    ran = run("trainer")

    with Store(ProjectPaths(project).db) as store:
        said = store.journal.trainer()
    assert 1 == ran.code
    assert said
    assert "stopped: loop.cfg: [update] steps must be at least 1, and 0 is not. For example: steps = 12" == said.state
