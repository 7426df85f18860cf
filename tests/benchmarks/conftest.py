"""Makes the helpers beside the tests and the benchmarks' own modules importable."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from scripts import FOLDER, load
from small_data import write_small_data

# Behind everything else: some benchmarks are called as packages are.
sys.path.append(str(FOLDER))


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for `--data` in which there is as much as `--quick` needs."""
    return write_small_data(tmp_path_factory.mktemp("small_data"), train=320, dev=100, test=100)


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for `--data` in which there is as much as a row needs."""
    return write_small_data(tmp_path_factory.mktemp("tiny_data"), train=60, dev=20, test=20)


@pytest.fixture
def benchmark(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ModuleType]:
    """A script as a module; what it sets in the environment is taken back."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return load
