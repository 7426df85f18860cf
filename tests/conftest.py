from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from workshop import workshop_gold

from loop.settings import ProjectPaths, ProjectSettings, QueueSettings, Settings, UpdateSettings
from loop.simulate import Gold
from loop.store import NewText, Store

# Machines are shared and slow at times: a property is not wrong for being checked slowly.
hypothesis_settings.register_profile("no deadline", deadline=None)
hypothesis_settings.load_profile("no deadline")


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    return ProjectPaths(tmp_path / "project")


@pytest.fixture
def settings() -> Settings:
    return Settings(
        project=ProjectSettings(labels=("PART",)),
        queue=QueueSettings(size=12),
        update=UpdateSettings(round_size=5, steps=3, batch_size=8, new_per_batch=4),
    )


@pytest.fixture
def store(paths: ProjectPaths) -> Iterator[Store]:
    with Store(paths.db) as store:
        yield store


@pytest.fixture
def gold(store: Store) -> Gold:
    """The gold spans of 40 texts, which are in the store."""
    texts = workshop_gold(40)
    store.corpus.add_batch((NewText(text) for text in texts), source="gold")
    return texts


@pytest.fixture
def with_settings(settings: Settings) -> Callable[..., Settings]:
    """The settings with some keys of a section changed: `with_settings("project", base="blank:de")`."""

    def changed(section: str, **keys: object) -> Settings:
        return replace(settings, **{section: replace(getattr(settings, section), **keys)})

    return changed
