from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings
from workshop import workshop_gold

from loop.records import Answer
from loop.settings import ProjectPaths, ProjectSettings, QueueSettings, Settings, UpdateSettings
from loop.simulate import Gold
from loop.store import NewText, Store

# Machines are shared and slow at times: a property is not wrong for being checked slowly.
hypothesis_settings.register_profile("no deadline", deadline=None)
hypothesis_settings.load_profile("no deadline")
# Started in the background, this process ignores Ctrl-C, and all that it starts would, too.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)

SETTINGS = Settings(
    project=ProjectSettings(labels=("PART",)),
    queue=QueueSettings(size=12),
    update=UpdateSettings(round_size=5, steps=3, batch_size=8, new_per_batch=4),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--faults", type=int, default=10, metavar="N", help="points at which tests/faults disturbs a project"
    )


@pytest.fixture(autouse=True, scope="session")
def nothing_is_kept_at_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is kept beside all projects, such as whose code is trusted, is kept in a folder of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    return ProjectPaths(tmp_path / "project")


@pytest.fixture
def settings() -> Settings:
    return SETTINGS


@pytest.fixture(scope="session")
def learned_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of 20 texts with 15 answers and three rounds of `settings`; for `learned_project` to copy."""
    from loop.trainer import Trainer

    paths, gold = ProjectPaths(tmp_path_factory.mktemp("learned") / "project"), workshop_gold(20)
    with Store.create(paths.db) as store:
        store.corpus.add_batch((NewText(text) for text in gold), source="gold")
        scheme = store.journal.scheme(["PART"])
        for number, text in enumerate(store.corpus.texts(range(1, 16))):
            spans = gold[text.text]
            store.answers.add(Answer(f"answer {number}", text.id, "ann", "accept", spans=spans, scheme=scheme))
        trainer = Trainer(paths, SETTINGS, store)
        while trainer.work():
            pass
        trainer.close()
    return paths.root


@pytest.fixture
def learned_project(paths: ProjectPaths, learned_template: Path) -> ProjectPaths:
    """A copy of it, in the place of `paths`, closed; `store` opens it when it is asked for after this."""
    shutil.copytree(learned_template, paths.root, symlinks=True)
    return paths


@pytest.fixture
def store(paths: ProjectPaths) -> Iterator[Store]:
    with Store(paths.db) if paths.db.exists() else Store.create(paths.db) as store:
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
