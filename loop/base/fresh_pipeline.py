"""For `spacy train`: what a frozen transformer needs to be listened to, and what is saved in the end.

This file stands beside the config of every final training, and needs spaCy alone.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.util import import_file, registry

own_code = Path(__file__).with_name("project_code.py")
if own_code.is_file():
    import_file("project_code", own_code)


@registry.callbacks("fresh_pipeline.v1")  # type: ignore[untyped-decorator]
def fresh_pipeline(start: str, component: str) -> Callable[[Language], Language]:
    """Return a function that puts the trained component into a fresh copy of the pipeline that it started from.

    So nothing else has changed, and no word of the texts is in the vocabulary that is saved.
    """

    def fresh(nlp: Language) -> Language:
        saved = spacy.load(start)
        trained: Any = nlp.get_pipe(component)
        untrained: Any = saved.get_pipe(component)
        untrained.from_bytes(trained.to_bytes(exclude=["vocab"]), exclude=["vocab"])
        saved.meta["performance"] = nlp.meta.get("performance", {})
        return saved

    return fresh


@registry.callbacks("frozen_listeners.v1")  # type: ignore[untyped-decorator]
def frozen_listeners(component: str) -> Callable[[Language], Language]:
    """Return a function that lets a component listen, while it learns, to others that do not."""

    def freeze(nlp: Language) -> Language:
        freeze_listeners(nlp.get_pipe(component))
        return nlp

    return freeze


def freeze_listeners(component: Any) -> None:
    """Let a component's listeners take what they hear from the docs, also in training, and send nothing back.

    That is what they do when they predict. In training some insist on hearing it from a component that learns too.
    """
    for layer in component.model.walk():
        if "listener" in layer.name and not getattr(layer._func, "frozen", False):
            layer._func = _frozen(layer._func)


def _frozen(forward: Callable[..., Any]) -> Callable[..., Any]:
    def predict(model: Any, docs: Any, is_train: bool) -> Any:  # noqa: ARG001 (that is the point)
        return forward(model, docs, False)

    predict.frozen = True  # type: ignore[attr-defined]
    return predict
