from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from importlib.metadata import EntryPoint
from pathlib import Path

import catalogue
import pytest
import typer.main
from hypothesis import settings as hypothesis_settings
from timings import Timings, leave_out_longer
from tiny_network import NETWORK
from trainer_kit import finish
from workshop import workshop_gold

from loop.__main__ import COLLECT_AFTER
from loop.base import network_config as inherited
from loop.records import Answer
from loop.settings import ProjectPaths, ProjectSettings, QueueSettings, Settings, UpdateSettings
from loop.simulate import Gold
from loop.store import NewText, Store

# Machines are shared and slow at times: a property is not wrong for being checked slowly.
hypothesis_settings.register_profile("no deadline", deadline=None)
hypothesis_settings.register_profile("quick", deadline=None, max_examples=15)
hypothesis_settings.register_profile("thorough", deadline=None, max_examples=500)
hypothesis_settings.load_profile("no deadline")
gc.set_threshold(COLLECT_AFTER)
# Started in the background, this process ignores Ctrl-C, and all that it starts would, too.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)

DEFAULT_NETWORK = inherited._default
SETTINGS = Settings(
    project=ProjectSettings(base="blank:xx", labels=("PART",)),
    queue=QueueSettings(size=12),
    update=UpdateSettings(round_size=5, steps=3, batch_size=8, new_per_batch=4),
)


MEMORY = Path("/dev/shm")
ROOM = 2 * 2**30  # bytes; a whole run takes a fraction of it


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Let tests work in memory where there is room: every commit of a store waits for the disk."""
    if config.option.timings:
        config.pluginmanager.register(Timings())
    has_room = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    if config.option.basetemp is None and not hasattr(config, "workerinput") and has_room:
        config.option.basetemp = tempfile.mkdtemp(prefix="loop-tests-", dir=MEMORY)
        config.add_cleanup(lambda: shutil.rmtree(config.option.basetemp, ignore_errors=True))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.option.quick:
        leave_out_longer(config, items)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="leave out the tests of longer.txt")
    parser.addoption("--timings", action="store_true", help="say what the tests cost, and write longer.txt anew")
    parser.addoption(
        "--faults", type=int, default=10, metavar="N", help="points at which tests/faults disturbs a project"
    )


@pytest.fixture(autouse=True, scope="session")
def nothing_is_kept_at_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is kept beside all projects, such as whose code is trusted, is kept in a folder of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session", autouse=True)
def _found_once() -> Iterator[None]:
    """Do once what libraries do at each call: catalogue looks for entry points, typer makes all commands."""

    @cache
    def entry_points(namespace: str) -> tuple[EntryPoint, ...]:
        return tuple(catalogue.AVAILABLE_ENTRY_POINTS.select(group=namespace))

    @cache
    def loaded(namespace: str) -> dict[str, object]:
        return {point.name: point.load() for point in entry_points(namespace)}

    with pytest.MonkeyPatch.context() as monkeypatch:
        registry = catalogue.Registry
        monkeypatch.setattr(registry, "_get_entry_points", lambda self: entry_points(self.entry_point_namespace))
        monkeypatch.setattr(registry, "get_entry_points", lambda self: loaded(self.entry_point_namespace).copy())
        monkeypatch.setattr(typer.main, "get_command", cache(typer.main.get_command))
        yield


@pytest.fixture(scope="session", autouse=True)
def _tiny_network() -> Iterator[None]:
    """Let projects that start from nothing have a network that learns in milliseconds."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(inherited, "_default", lambda: NETWORK)
        yield


_PROCESSES = ("subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn")
_may_start_processes = True


def _refuse_processes(event: str, _: tuple[object, ...]) -> None:
    if event in _PROCESSES and not _may_start_processes:
        raise AssertionError("A test that starts a process is marked `integration`: `make check` leaves it out.")


sys.addaudithook(_refuse_processes)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Hold tests to their mark: the quick ones start no process."""
    global _may_start_processes
    _may_start_processes = item.get_closest_marker("integration") is not None
    try:
        return (yield)
    finally:
        _may_start_processes = True


@pytest.fixture
def default_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let projects have the network that they have outside of tests."""
    monkeypatch.setattr(inherited, "_default", DEFAULT_NETWORK)


@pytest.fixture
def paths(tmp_path: Path) -> ProjectPaths:
    return ProjectPaths(tmp_path / "project")


@pytest.fixture(scope="session")
def settings() -> Settings:
    return SETTINGS


@pytest.fixture(scope="session")
def learned_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of 20 texts with 15 answers and three rounds of `settings`; for `learned_project` to copy."""
    paths, gold = ProjectPaths(tmp_path_factory.mktemp("learned") / "project"), workshop_gold(20)
    with Store.create(paths.db) as store:
        store.corpus.add_batch((NewText(text) for text in gold), source="gold")
        scheme = store.journal.scheme(["PART"])
        for number, text in enumerate(store.corpus.texts(range(1, 16))):
            spans = gold[text.text]
            store.answers.add(Answer(f"answer {number}", text.id, "ann", "accept", spans=spans, scheme=scheme))
        finish(paths, SETTINGS, store)
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
