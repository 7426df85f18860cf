"""The spaCy pipelines that are installed here, and what each could give a project."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import srsly

from loop.base.pipeline import base_folder, base_labels
from loop.base.vectors import builtin_languages, has_vectors
from loop.errors import PipelineError
from loop.settings.sections import BUILTIN


@dataclass(frozen=True, slots=True)
class InstalledPipeline:
    """A pipeline as a base names it, its language, the labels that its recognizers find, and whether it has vectors."""

    name: str
    language: str
    labels: frozenset[str]
    has_vectors: bool


def installed_pipelines() -> list[InstalledPipeline]:
    """The pipelines that are installed as packages, with spaCy's entry point or without, by name; none is loaded."""
    found = {each.name: each for folder in sys.path for each in _in_folder(Path(folder or "."))}
    return [found[name] for name in sorted(found)]


def language_of(base: str) -> str:
    """The code of a base's language, such as `en`.

    Raises:
        PipelineError: there is no such pipeline.
    """
    folder = base_folder(base)
    if folder is None:
        return base.removeprefix("blank:")
    return str(srsly.read_json(folder / "meta.json")["lang"])


def vectors_for(base: str) -> str | None:
    """The table of word vectors for a project that starts from `base`, None where there is none or `base` has its own.

    That which comes with loop, or else of an installed pipeline in the language of the base.

    Raises:
        PipelineError: there is no such pipeline.
    """
    if has_vectors(base):
        return None
    language = language_of(base)
    if language in builtin_languages():
        return BUILTIN + language
    others = (each.name for each in installed_pipelines() if each.has_vectors and each.language == language)
    return next(others, None)


def most_known(labels: Iterable[str], pipelines: Iterable[InstalledPipeline]) -> InstalledPipeline | None:
    """Of the pipelines, the one that finds the most of `labels` already; of equal ones one with vectors."""
    wanted = frozenset(labels)
    knowing = [each for each in pipelines if each.labels & wanted]
    return max(knowing, key=lambda each: (len(each.labels & wanted), each.has_vectors), default=None)


def _in_folder(folder: Path) -> Iterator[InstalledPipeline]:
    for file in sorted(folder.glob("*/meta.json")):
        name = file.parent.name
        if (file.parent / "__init__.py").is_file() and _is_pipeline(file):
            try:
                yield InstalledPipeline(name, language_of(name), base_labels(name), has_vectors(name))
            except PipelineError:  # a folder that pip does not know: spaCy does not find it either
                continue


def _is_pipeline(file: Path) -> bool:
    try:
        meta: Any = srsly.read_json(file)
    except (OSError, ValueError):
        return False
    return isinstance(meta, dict) and {"lang", "name", "version", "spacy_version"} <= meta.keys()
