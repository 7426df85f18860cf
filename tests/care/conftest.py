from __future__ import annotations

from pathlib import Path

import pytest

from loop.settings import ProjectPaths, Settings, template


@pytest.fixture
def project(learned_project: ProjectPaths, settings: Settings) -> ProjectPaths:
    """A project with three rounds, and a loop.cfg."""
    learned_project.cfg.write_text(template(settings))
    learned_project.cfg.chmod(0o600)
    return learned_project


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere"
