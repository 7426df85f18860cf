"""Two projects that grew apart: for the tests of merging."""

from __future__ import annotations

from pathlib import Path

import pytest
from grown_apart import begun, copied

from loop.settings import ProjectPaths, Settings


@pytest.fixture
def here(tmp_path: Path, settings: Settings) -> ProjectPaths:
    """A project with two answers."""
    return begun(tmp_path / "here", settings, answers=2)


@pytest.fixture
def there(here: ProjectPaths) -> ProjectPaths:
    """A copy of it, before either goes on."""
    return copied(here, "there")
