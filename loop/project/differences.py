"""How the settings of two projects differ: in what decides the weights, and in other things."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from loop.errors import InputError, PipelineError
from loop.settings import ProjectPaths, Settings

# Sections that say what is asked about: it may differ between two annotators.
OF_QUESTIONS = ("queue", "acquire", "suggest", "annotators")
OF_WEIGHTS = ("update", "pretrain")


def differences_in_weights(
    here: tuple[ProjectPaths, Settings], there: tuple[ProjectPaths, Settings], *, seed: bool = True
) -> list[str]:
    """What decides the weights of rounds and is not the same, in words; labels are left out, and with `seed` False it.

    A pipeline, a table of vectors or an encoder is the same if its files are, whatever its name.
    """
    (_, ours), (_, theirs) = here, there
    found = []
    for key, one, other in zip(("base", "vectors", "encoder"), _start(*here), _start(*there), strict=True):
        if one != other:
            found.append(_said(f"[project] {key}", getattr(ours.project, key), getattr(theirs.project, key)))
    for key in ("component", *(["seed"] if seed else [])):
        found += _of_key("project", key, ours, theirs)
    return [*found, *_of_sections(OF_WEIGHTS, ours, theirs)]


def differences_in_questions(ours: Settings, theirs: Settings) -> list[str]:
    """What else is not the same, in words: what is asked about, and what is held out."""
    return [*_of_key("project", "eval", ours, theirs), *_of_sections(OF_QUESTIONS, ours, theirs)]


def differences_in_files(
    here: tuple[ProjectPaths, Settings], there: tuple[ProjectPaths, Settings]
) -> Iterator[tuple[Path, str]]:
    """The other project's files that say what this one's do not, each with what to do about it."""
    ours, theirs = (paths.patterns(settings.project.patterns) for paths, settings in (here, there))
    if not _patterns(theirs) <= _patterns(ours):
        yield theirs, f"`loop patterns add {theirs}` brings its patterns"
    ours, theirs = here[0].guidelines, there[0].guidelines
    if theirs.is_file() and not (ours.is_file() and ours.read_bytes() == theirs.read_bytes()):
        yield theirs, f"compare it with {ours.name}"


def _patterns(path: Path) -> set[str]:
    from loop.patterns.file import elements

    try:
        return {json.dumps(json.loads(line), sort_keys=True) for _, line in (elements(path) if path.exists() else ())}
    except (InputError, ValueError, RecursionError):
        return {path.read_text(encoding="utf-8", errors="replace")}


def _start(paths: ProjectPaths, settings: Settings) -> tuple[str, str, str]:
    """What stands for the base, vectors and encoder of the project's start: a checksum or, without files, a name."""
    from loop.base.vectors import vectors_sum
    from loop.checkpoints.checkpoints import Checkpoints
    from loop.checkpoints.checksums import base_sum
    from loop.encoder.files import encoder_sum

    project = settings.project
    try:
        checkpoints = Checkpoints(paths.models)
        if 0 in checkpoints.rounds():
            info = checkpoints.info(0)
            return info.base_sum or info.base, info.vectors_sum, info.encoder_sum
        vectors = project.vectors_sum or vectors_sum(project.vectors)
        return base_sum(project.base) or project.base, vectors, project.encoder_sum or encoder_sum(project.encoder)
    except PipelineError:  # it is on another machine
        vectors = project.vectors_sum or project.vectors or ""
        return project.base, vectors, project.encoder_sum or project.encoder or ""


def _of_sections(sections: tuple[str, ...], ours: Settings, theirs: Settings) -> Iterator[str]:
    for section in sections:
        for key in fields(getattr(ours, section)):
            yield from _of_key(section, key.name, ours, theirs)


def _of_key(section: str, key: str, ours: Settings, theirs: Settings) -> Iterator[str]:
    here, there = (getattr(getattr(settings, section), key) for settings in (ours, theirs))
    if here != there:
        yield _said(f"[{section}] {key}", here, there)


def _said(name: str, here: Any, there: Any) -> str:
    return f"{name}: {here} here, {there} there"
