"""Adds our own component to the base: what it starts from, and which of the base's labels it takes over."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from spacy.language import Language
from spacy.training import Example
from thinc.api import fix_random_seed

from loop.base.adoption import add_eraser, adopt, hide
from loop.base.network_config import Inherited, can_see_vectors, inherited, seeing_encoder, seeing_vectors
from loop.base.pipeline import COMPONENT, adopted, load_base, own_component, ready, recognizers_of_base
from loop.base.vectors import give_vectors
from loop.encoder.component import ENCODER, REQUIREMENT, add_encoder
from loop.encoder.files import encoder_files
from loop.errors import PipelineError


def assemble(
    base: str,
    labels: Iterable[str],
    *,
    seed: int,
    component: str | None = None,
    vectors: str | None = None,
    encoder: str | None = None,
) -> Language:
    """Load the base and add our own component, with weights determined by base, adopted labels and seed.

    It takes over those of `labels` that the base knows: at first it predicts them exactly as the base does, and the
    base's own spans of these labels are erased. If the base knows none of them, it starts from scratch. It is first in
    the pipeline, so that it runs without any other component, and the base's ner finds entities only around ours; a
    component that listens to a transformer is placed right after that.

    Args:
        base: see `load_base`.
        labels: the project's labels, in order.
        seed: for random weights.
        component: the base's recognizer to start from; None for its first.
        vectors: the table of word vectors for our component; not used if the base has vectors of its own, or if our
            component starts from the base's weights. None for no table.
        encoder: the folder of a frozen encoder, whose features our component sees, too; None for none.

    Raises:
        PipelineError: the base, the table or the encoder is missing or does not load; the base has a recognizer that
            cannot be adapted; or there is an encoder, and our component starts from the base's weights or listens to a
            transformer.
    """
    nlp = load_base(base)
    if COMPONENT in nlp.component_names:
        raise PipelineError(
            f"{base} already has a component {COMPONENT}: it is a checkpoint.", hint="Name the base it came from."
        )
    recognizers = recognizers_of_base(nlp)
    first, taken = chosen_recognizer(recognizers, component), adopted(base, labels)
    start = inherited(nlp, first)
    if vectors is not None and not taken and can_see_vectors(start) and _can_be_given_vectors(nlp):
        give_vectors(nlp, vectors)
        start = seeing_vectors(start)
    if encoder is not None:
        _refuse_encoder(base, taken, start)
        nlp.meta["requirements"] = [*nlp.meta.get("requirements", ()), REQUIREMENT]
        start = replace(seeing_encoder(start, add_encoder(nlp, encoder_files(encoder))), after=ENCODER)
    fix_random_seed(seed)
    place: dict[str, Any] = {"after": start.after} if start.after else {"first": True}
    nlp.add_pipe("ner", name=COMPONENT, config={"model": start.config}, **place)
    ner = own_component(nlp)
    with nlp.memory_zone():
        ner.initialize(lambda: [Example(ready(nlp, [nlp.make_doc("a")])[0], nlp.make_doc("a"))])
    if first and taken:
        for layer, source in zip(ner.model.get_ref("tok2vec").layers, start.layers, strict=False):
            layer.from_bytes(source.to_bytes())
        _take_over(nlp, first, recognizers, taken)
    return nlp


def _refuse_encoder(base: str, taken: Sequence[str], start: Inherited) -> None:
    """Check that our component can see an encoder.

    Raises:
        PipelineError: it cannot.
    """
    if taken:
        raise PipelineError(
            f"{base} finds {', '.join(taken)} already, with weights that do not know the encoder.",
            hint="Start from a base without these labels, such as blank:en, or leave the encoder out.",
        )
    if not can_see_vectors(start):
        raise PipelineError(
            f"The recognizer of {base} has a network that cannot be given an encoder.",
            hint="Start from another base, such as blank:en, or leave the encoder out.",
        )


def _can_be_given_vectors(nlp: Language) -> bool:
    """Whether it has no word vectors and could use some; it could not if its tokenizer has a vocabulary of its own."""
    return not nlp.vocab.vectors.shape[0] and nlp.make_doc("").vocab is nlp.vocab


def chosen_recognizer(recognizers: Sequence[str], component: str | None) -> str | None:
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


def _take_over(nlp: Language, chosen: str, recognizers: Sequence[str], labels: Sequence[str]) -> None:
    """Let our component predict the labels as the `chosen` recognizer does, and no recognizer of the base any more."""
    first: Any = nlp.get_pipe(chosen)
    adopt(own_component(nlp), first, [label for label in labels if label in first.labels])
    add_eraser(nlp, after=COMPONENT)
    for name in recognizers:
        recognizer: Any = nlp.get_pipe(name)
        hide(recognizer, [label for label in labels if label in recognizer.labels])
        add_eraser(nlp, after=name)
