"""The network that our component starts from: that of the base's recognizer or, without one, spaCy's default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spacy.language import Language
from spacy.util import copy_config
from thinc.api import Model

from loop.encoder.layer import ARCHITECTURE
from loop.errors import PipelineError

LISTENER = "Listener"


@dataclass(frozen=True, slots=True)
class Inherited:
    """A network to start from.

    Attributes:
        config: the model config.
        layers: the layers whose weights its tok2vec starts from; empty for random weights.
        after: the component that it listens to and must follow; None if it listens to none.
    """

    config: Mapping[str, Any]
    layers: tuple[Model[Any, Any], ...] = ()
    after: str | None = None


def inherited(nlp: Language, recognizer: str | None) -> Inherited:
    """The network for a new component beside `recognizer`.

    If the recognizer listens to a shared tok2vec, the tok2vec is copied. A transformer is too large for that: the new
    component listens to it, too, and leaves it unchanged.

    Raises:
        PipelineError: the recognizer listens to a component that the pipeline lacks.
    """
    if recognizer is None:
        start = Inherited(_default())
        return seeing_vectors(start) if nlp.vocab.vectors.shape[0] else start
    components = nlp.config.interpolate()["components"]
    config = components[recognizer]["model"]
    layers = tuple(_model(nlp, recognizer).get_ref("tok2vec").layers)
    upstream = _upstream(nlp, recognizer)
    if upstream is None:
        if LISTENER in config["tok2vec"]["@architectures"]:
            raise PipelineError(
                f"The base's {recognizer} listens to a component that the base does not have.",
                hint="Source both into one pipeline, or detach it: nlp.replace_listeners.",
            )
        return Inherited(config, layers)
    if components[upstream]["factory"] != "tok2vec":
        return Inherited(config, layers, after=upstream)
    copied = config | {"tok2vec": components[upstream]["model"]}
    return Inherited(copied, (_model(nlp, upstream), *layers[1:]))


def _default() -> dict[str, Any]:
    """SpaCy's default network."""
    config: dict[str, Any] = copy_config(Language.get_factory_meta("ner").default_config or {})
    return dict(config["model"])


def can_see_vectors(start: Inherited) -> bool:
    """Whether the network can be given word vectors: it embeds words itself, with an architecture of spaCy's."""
    return start.after is None and _embedding(start.config) is not None


def seeing_vectors(start: Inherited) -> Inherited:
    """The same network with random weights, seeing word vectors too."""
    config: dict[str, Any] = copy_config(dict(start.config))
    if found := _embedding(config):
        embedding, switch = found
        embedding[switch] = True
    return Inherited(config)


def seeing_encoder(start: Inherited, encoder_width: int) -> Inherited:
    """The same network with random weights, seeing an encoder's features, too."""
    config: dict[str, Any] = copy_config(dict(start.config))
    tok2vec = config["tok2vec"]
    if "embed" not in tok2vec:
        tok2vec = _in_parts(tok2vec)
    embed = tok2vec["embed"]
    seeing = {"@architectures": ARCHITECTURE, "embed": embed, "width": embed["width"], "encoder_width": encoder_width}
    config["tok2vec"] = tok2vec | {"embed": seeing}
    return Inherited(config)


def _in_parts(config: Mapping[str, Any]) -> dict[str, Any]:
    """The same network as spaCy's HashEmbedCNN, as an embedding and an encoding layer."""
    attributes = ["NORM", "PREFIX", "SUFFIX", "SHAPE"] if config["subword_features"] else ["NORM"]
    rows = [config["embed_size"], *(config["embed_size"] // 2 for _ in attributes[1:])]
    return {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {
            "@architectures": "spacy.MultiHashEmbed.v2",
            "width": config["width"],
            "attrs": attributes,
            "rows": rows,
            "include_static_vectors": bool(config["pretrained_vectors"]),
        },
        "encode": {
            "@architectures": "spacy.MaxoutWindowEncoder.v2",
            "width": config["width"],
            "depth": config["depth"],
            "window_size": config["window_size"],
            "maxout_pieces": config["maxout_pieces"],
        },
    }


def _embedding(config: Mapping[str, Any]) -> tuple[Any, str] | None:
    """The part of a network's settings that says whether it sees word vectors, and the name of that setting."""
    tok2vec = config["tok2vec"]
    for part, switch in ((tok2vec.get("embed", {}), "include_static_vectors"), (tok2vec, "pretrained_vectors")):
        if switch in part:
            return part, switch
    return None


def _upstream(nlp: Language, name: str) -> str | None:
    """The component that `name` listens to, if any."""
    shared = (other for other, pipe in nlp.pipeline if name in getattr(pipe, "listening_components", ()))
    return next(shared, None)


def _model(nlp: Language, name: str) -> Model[Any, Any]:
    component: Any = nlp.get_pipe(name)
    model: Model[Any, Any] = component.model
    return model
