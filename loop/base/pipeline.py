"""The base pipeline, and our own component that learns the project's labels in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import spacy
import srsly
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import get_package_path, is_package, load_config

from loop.base.adoption import is_hidden
from loop.errors import PipelineError
from loop.settings.paths import expanded

COMPONENT = "ner_loop"
NER_FACTORIES = frozenset({"ner", "beam_ner"})


def base_folder(base: str) -> Path | None:
    """The folder of `base`, which is an installed package or a folder; None for `blank:LANG`.

    Raises:
        PipelineError: there is no such pipeline; the hint says how to get it.
    """
    if base.startswith("blank:"):
        return None
    if is_package(base) and ((package := get_package_path(base)) / "meta.json").is_file():
        meta = srsly.read_json(package / "meta.json")
        return Path(package / f"{meta['lang']}_{meta['name']}-{meta['version']}")
    folder = expanded(base)
    if (folder / "config.cfg").is_file() and (folder / "meta.json").is_file():
        return folder.resolve()
    if folder.is_dir():
        raise PipelineError(f"{base} is a folder without a spaCy pipeline: config.cfg and meta.json are missing.")
    if is_package(base):
        raise PipelineError(f"The package {base} is not a spaCy pipeline.", hint="Name one, or its folder.")
    named = f"Get it with `python -m spacy download {base}`, or start from scratch with base blank:en."
    raise PipelineError(
        f"There is no pipeline {base}: neither a folder nor an installed package.",
        hint=named if base.isidentifier() else "Check the folder's name.",
    )


def load_base(base: str, *, tokenizer_only: bool = False) -> Language:
    """Load the base: `blank:LANG`, an installed package, or a folder.

    With `tokenizer_only`, without its components and vectors, which is much faster.

    Raises:
        PipelineError: there is no such pipeline, or it does not load.
    """
    folder = base_folder(base)
    try:
        if folder is None:
            return spacy.blank(base.removeprefix("blank:"))
        return spacy.load(folder, exclude=_all_but_tokenizer(folder) if tokenizer_only else ())
    except Exception as error:  # a pipeline is third-party code and may raise anything
        first_line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise PipelineError(f"The base {base} does not load: {first_line}", hint=_load_hint(base, error)) from error


def _all_but_tokenizer(folder: Path) -> list[str]:
    return [*load_config(folder / "config.cfg")["nlp"]["pipeline"], "vocab"]


def recognizers_in(base: str) -> list[str]:
    """Names of the named-entity components of `base`, read from its files without loading it.

    Raises:
        PipelineError: there is no such pipeline.
    """
    folder = base_folder(base)
    return _ner_names(load_config(folder / "config.cfg")["components"]) if folder else []


def base_labels(base: str) -> frozenset[str]:
    """Labels of the named-entity components of `base`, read from its files without loading it.

    Raises:
        PipelineError: there is no such pipeline.
    """
    folder = base_folder(base)
    if folder is None:
        return frozenset()
    labels = srsly.read_json(folder / "meta.json").get("labels", {})
    return frozenset(label for name in recognizers_in(base) for label in labels.get(name, ()))


def adopted(base: str, labels: Iterable[str]) -> tuple[str, ...]:
    """Those of `labels` that `base` knows, in order; our component takes them over.

    Raises:
        PipelineError: there is no such pipeline.
    """
    known = base_labels(base)
    return tuple(label for label in labels if label in known)


def recognizers_of_base(nlp: Language) -> list[str]:
    """The names of the base's own named-entity recognizers."""
    return [name for name in _ner_names(nlp.config["components"]) if name != COMPONENT]


def own_component(nlp: Language) -> Any:
    """Our component, a spaCy `EntityRecognizer` (which spaCy's type hints declare as a plain callable)."""
    return nlp.get_pipe(COMPONENT)


def needed(nlp: Language) -> list[str]:
    """Names of the components that must run before ours: the transformer it listens to, if any."""
    names = nlp.pipe_names
    return names[: names.index(COMPONENT)] if COMPONENT in names else []


def ready(nlp: Language, docs: Sequence[Doc]) -> list[Doc]:
    """Run the components that must run before ours on the docs."""
    if not (names := needed(nlp)):
        return list(docs)
    return list(nlp.pipe(docs, disable=[name for name in nlp.pipe_names if name not in names]))


def known_labels(nlp: Language) -> tuple[str, ...]:
    """The labels that our component predicts so far, without hidden ones."""
    return tuple(label for label in own_component(nlp).labels if not is_hidden(label))


def add_labels(nlp: Language, labels: Iterable[str]) -> None:
    """Let our component predict `labels`, in this order; labels it already knows are unaffected."""
    ner = own_component(nlp)
    for label in labels:
        ner.add_label(label)


def _ner_names(components: dict[str, Any]) -> list[str]:
    return [name for name, config in components.items() if config.get("factory") in NER_FACTORIES]


def _load_hint(base: str, error: Exception) -> str:
    if "E002" in str(error):  # no such factory
        return "A Python file registers functions of your own: --code FILE (init, predict), or `code` in loop.cfg."
    return (
        "See `python -m spacy info --markdown` for the languages and `python -m spacy validate` for the versions."
        if base.startswith("blank:")
        else f"Try it alone: `python -c 'import spacy; spacy.load(\"{base}\")'`."
    )
