"""The lock files: requirements.lock to run loop, requirements-dev.lock to work on it."""

from __future__ import annotations

import sys
from pathlib import Path

import grimp
import tomllib
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
NEEDED = [Requirement(line) for line in PROJECT["dependencies"]]
ONLY_DEVELOPERS_NEED = [Requirement(line) for line in PROJECT["optional-dependencies"]["dev"]]


def locked(name: str) -> dict[str, str]:
    """The versions in a lock file, by package."""
    pins = [line.split()[0] for line in (ROOT / name).read_text().splitlines() if "==" in line and line[0] != "#"]
    return dict(pin.split("==") for pin in pins)


def names(requirements: list[Requirement]) -> set[str]:
    return {canonicalize_name(one.name) for one in requirements}


def test_both_lock_files_have_the_same_versions():
    running, developing = locked("requirements.lock"), locked("requirements-dev.lock")

    assert {} == {name: pin for name, pin in running.items() if pin != developing.get(name)}


def test_every_package_that_pyproject_names_is_locked_at_a_version_that_it_allows():
    developing = locked("requirements-dev.lock")

    assert names(NEEDED) <= set(locked("requirements.lock"))
    assert all(developing[canonicalize_name(one.name)] in one.specifier for one in [*NEEDED, *ONLY_DEVELOPERS_NEED])


def test_the_lock_file_for_running_has_nothing_that_only_developers_need():
    brought_by_spacy = {"confection"}

    assert brought_by_spacy == names(ONLY_DEVELOPERS_NEED) & set(locked("requirements.lock"))


def test_loop_depends_on_what_it_imports_and_on_nothing_else():
    modules = grimp.build_graph("loop", include_external_packages=True, cache_dir=None).modules
    outside = {module for module in modules if module.split(".")[0] not in {"loop", *sys.stdlib_module_names}}
    imported = {canonicalize_name(module) for module in outside}  # all of them are named like their packages
    of_spacy, of_extras = {"thinc"}, {"pyarrow", "ray", "fsspec", "onnxruntime", "tokenizers"}

    assert names(NEEDED) == imported - of_spacy - of_extras
