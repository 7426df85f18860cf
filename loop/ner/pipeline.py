"""The base pipeline, and the component of our own that learns the project's labels in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import spacy
import srsly
from spacy.language import Language
from spacy.training import Example
from spacy.util import get_package_path, is_package, load_config
from thinc.api import Model, fix_random_seed

from loop.errors import PipelineError
from loop.ner.adoption import add_eraser, adopt, hide, is_hidden

COMPONENT = "ner_loop"
NER_FACTORIES = frozenset({"ner", "beam_ner"})
LISTENERS = ("Tok2VecListener", "TransformerListener")


def base_folder(base: str) -> Path | None:
    """The folder that holds `base`, an installed package or a folder; None for `blank:LANG`.

    Raises:
        PipelineError: there is no such pipeline; the hint says how to get it.
    """
    if base.startswith("blank:"):
        return None
    if is_package(base):
        package = get_package_path(base)
        meta = srsly.read_json(package / "meta.json")
        return Path(package / f"{meta['lang']}_{meta['name']}-{meta['version']}")
    folder = Path(base).expanduser()
    if (folder / "config.cfg").is_file() and (folder / "meta.json").is_file():
        return folder.resolve()
    if folder.is_dir():
        raise PipelineError(f"{base} is a folder without a spaCy pipeline: config.cfg and meta.json are not there.")
    named = f"Get it with `python -m spacy download {base}`, or start from nothing with base blank:en."
    raise PipelineError(
        f"There is no pipeline {base}: neither a folder nor an installed package.",
        hint=named if base.isidentifier() else "Check the folder's name.",
    )


def load_base(base: str) -> Language:
    """The base as spaCy loads it.

    Raises:
        PipelineError: there is no such pipeline, or it does not load.
    """
    folder = base_folder(base)
    try:
        if folder is None:
            return spacy.blank(base.removeprefix("blank:"))
        return spacy.load(folder)
    except Exception as error:  # a pipeline is other people's code: it may raise anything
        first_line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise PipelineError(f"The base {base} does not load: {first_line}", hint=_load_hint(base)) from error


def base_labels(base: str) -> frozenset[str]:
    """The labels that the named-entity components of `base` know; read from its files, without loading it.

    Raises:
        PipelineError: there is no such pipeline.
    """
    folder = base_folder(base)
    if folder is None:
        return frozenset()
    labels = srsly.read_json(folder / "meta.json").get("labels", {})
    components = load_config(folder / "config.cfg")["components"]
    return frozenset(label for name in _ner_names(components) for label in labels.get(name, ()))


def adopted(base: str, labels: Iterable[str]) -> tuple[str, ...]:
    """Those of `labels` that `base` knows and our component therefore takes over, in their order.

    Raises:
        PipelineError: there is no such pipeline.
    """
    known = base_labels(base)
    return tuple(label for label in labels if label in known)


def assemble(base: str, labels: Iterable[str], *, seed: int) -> Language:
    """The base with our own component in front; its weights depend on base, the labels taken over, and seed.

    Of `labels` it knows at once those that the base knows, as the base does; the base's own spans of these are erased
    from now on. Standing first, it needs no other component to run before it, and the base's ner fills in around its
    entities.

    Raises:
        PipelineError: the base is missing, does not load, or is of a kind from which nothing can be learned yet.
    """
    nlp = load_base(base)
    if COMPONENT in nlp.component_names:
        raise PipelineError(
            f"{base} already has a component {COMPONENT}: it is a checkpoint.", hint="Name the base it came from."
        )
    fix_random_seed(seed)
    config, sources = _network(nlp)
    nlp.add_pipe("ner", name=COMPONENT, first=True, config={"model": config} if config else {})
    ner = own_component(nlp)
    ner.initialize(lambda: [Example(nlp.make_doc(""), nlp.make_doc(""))])
    for layer, source in zip(ner.model.get_ref("tok2vec").layers, sources, strict=False):
        layer.from_bytes(source.to_bytes())
    if theirs := recognizers_of_base(nlp):
        _take_over(nlp, theirs, adopted(base, labels))
    return nlp


def _take_over(nlp: Language, theirs: Sequence[str], labels: Sequence[str]) -> None:
    first: Any = nlp.get_pipe(theirs[0])
    adopt(own_component(nlp), first, [label for label in labels if label in first.labels])
    add_eraser(nlp, after=COMPONENT)
    for name in theirs if labels else ():
        their: Any = nlp.get_pipe(name)
        hide(their, [label for label in labels if label in their.labels])
        add_eraser(nlp, after=name)


def recognizers_of_base(nlp: Language) -> list[str]:
    """The names of the base's own named-entity recognizers."""
    return [name for name in _ner_names(nlp.config["components"]) if name != COMPONENT]


def own_component(nlp: Language) -> Any:
    """Our component (a spaCy `EntityRecognizer`; spaCy declares it as a mere callable)."""
    return nlp.get_pipe(COMPONENT)


def known_labels(nlp: Language) -> tuple[str, ...]:
    """The labels that our component finds so far, without those that it only tells its own from."""
    return tuple(label for label in own_component(nlp).labels if not is_hidden(label))


def add_labels(nlp: Language, labels: Iterable[str]) -> None:
    """Let our component predict `labels`, in this order; the ones it knows stay as they are."""
    ner = own_component(nlp)
    for label in labels:
        ner.add_label(label)


def _network(nlp: Language) -> tuple[dict[str, Any], list[Model[Any, Any]]]:
    """The settings of our component's network and the layers its tok2vec starts from: those of the base's ner.

    Without a ner in the base: none, for spaCy's default network and random weights. A tok2vec that the base's ner
    shares with other components by listening to it is copied.
    """
    components = nlp.config.interpolate()["components"]
    name = next(iter(_ner_names(components)), None)
    if name is None:
        return {}, []
    config = components[name]["model"]
    layers = list(_model(nlp, name).get_ref("tok2vec").layers)
    if not _listens(config["tok2vec"]):
        return config, layers
    upstream = config["tok2vec"]["upstream"]
    upstream = "tok2vec" if upstream == "*" else upstream
    if upstream not in components or components[upstream]["factory"] != "tok2vec":
        raise PipelineError(
            f"The base's {name} listens to {upstream}, which is no tok2vec; learning beside it is not possible yet.",
            hint="Use a base with a tok2vec of its own, such as en_core_web_sm.",
        )
    return config | {"tok2vec": components[upstream]["model"]}, [_model(nlp, upstream), *layers[1:]]


def _model(nlp: Language, name: str) -> Model[Any, Any]:
    component: Any = nlp.get_pipe(name)
    model: Model[Any, Any] = component.model
    return model


def _listens(tok2vec: dict[str, Any]) -> bool:
    return any(listener in tok2vec["@architectures"] for listener in LISTENERS)


def _ner_names(components: dict[str, Any]) -> list[str]:
    return [name for name, config in components.items() if config.get("factory") in NER_FACTORIES]


def _load_hint(base: str) -> str:
    return (
        "See `python -m spacy info --markdown` for the languages and `python -m spacy validate` for the versions."
        if base.startswith("blank:")
        else f"Try it alone: `python -c 'import spacy; spacy.load(\"{base}\")'`."
    )
