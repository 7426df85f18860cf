"""The base pipeline, and our own component that learns the project's labels in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import spacy
import srsly
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import get_package_path, is_package, load_config
from thinc.api import fix_random_seed

from loop.base.adoption import add_eraser, adopt, hide, is_hidden
from loop.base.network_config import inherited
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


def load_base(base: str) -> Language:
    """Load the base: `blank:LANG`, an installed package, or a folder.

    Raises:
        PipelineError: there is no such pipeline, or it does not load.
    """
    folder = base_folder(base)
    try:
        if folder is None:
            return spacy.blank(base.removeprefix("blank:"))
        return spacy.load(folder)
    except Exception as error:  # a pipeline is third-party code and may raise anything
        first_line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise PipelineError(f"The base {base} does not load: {first_line}", hint=_load_hint(base, error)) from error


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


def assemble(base: str, labels: Iterable[str], *, seed: int, component: str | None = None) -> Language:
    """Load the base and add our own component, with weights determined by base, adopted labels and seed.

    The component predicts those of `labels` that the base knows as the base does, and the base's own spans of these
    labels are erased. If the base knows none of them, it starts from scratch. It comes first in the pipeline, so it
    needs no other component to run, and the base's ner fills in around its entities; if it listens to a transformer, it
    follows that.

    Args:
        base: see `load_base`.
        labels: the project's labels, in order.
        seed: for random weights.
        component: the base's recognizer to start from; None for its first.

    Raises:
        PipelineError: the base is missing, does not load, or has a recognizer that cannot be adapted.
    """
    nlp = load_base(base)
    if COMPONENT in nlp.component_names:
        raise PipelineError(
            f"{base} already has a component {COMPONENT}: it is a checkpoint.", hint="Name the base it came from."
        )
    theirs = recognizers_of_base(nlp)
    first, taken = chosen(theirs, component), adopted(base, labels)
    start = inherited(nlp, first)
    fix_random_seed(seed)
    place: dict[str, Any] = {"after": start.after} if start.after else {"first": True}
    nlp.add_pipe("ner", name=COMPONENT, config={"model": start.config} if start.config else {}, **place)
    ner = own_component(nlp)
    with nlp.memory_zone():
        ner.initialize(lambda: [Example(ready(nlp, [nlp.make_doc("a")])[0], nlp.make_doc("a"))])
    if first and taken:
        for layer, source in zip(ner.model.get_ref("tok2vec").layers, start.layers, strict=False):
            layer.from_bytes(source.to_bytes())
        _take_over(nlp, first, theirs, taken)
    return nlp


def chosen(recognizers: Sequence[str], component: str | None) -> str | None:
    """The base's recognizer that ours starts from: `component` or, by default, the first; None if there are none.

    Raises:
        PipelineError: there is no recognizer named `component`.
    """
    if component is None:
        return next(iter(recognizers), None)
    if component not in recognizers:
        raise PipelineError(
            f"{component} is not a named-entity recognizer of the base.",
            hint=f"It has {', '.join(recognizers)}." if recognizers else "It has none: leave `component` out.",
        )
    return component


def _take_over(nlp: Language, chosen: str, theirs: Sequence[str], labels: Sequence[str]) -> None:
    first: Any = nlp.get_pipe(chosen)
    adopt(own_component(nlp), first, [label for label in labels if label in first.labels])
    add_eraser(nlp, after=COMPONENT)
    for name in theirs:
        their: Any = nlp.get_pipe(name)
        hide(their, [label for label in labels if label in their.labels])
        add_eraser(nlp, after=name)


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
