"""Callbacks for `spacy train`: listen to a frozen transformer, and save the result into a fresh pipeline.

Every final training gets a copy of this file next to its config; it depends on spaCy only.
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
    """Return a callback that puts the trained component into a fresh copy of the pipeline it started from.

    Thus nothing else changes, and the saved vocabulary contains no words of the training texts.
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
    """Return a callback that lets a component train while it listens to frozen components."""

    def freeze(nlp: Language) -> Language:
        freeze_listeners(nlp.get_pipe(component))
        return nlp

    return freeze


def freeze_listeners(component: Any) -> None:
    """Make a component's listeners read their input from the docs and send no gradient back, even in training.

    They do so anyway when predicting. In training, some insist that the upstream component is trained as well.
    """
    for layer in component.model.walk():
        if "listener" in layer.name and not getattr(layer._func, "frozen", False):
            layer._func = _frozen(layer._func)


def _frozen(forward: Callable[..., Any]) -> Callable[..., Any]:
    def predict(model: Any, docs: Any, is_train: bool) -> Any:  # noqa: ARG001 (that is the point)
        return forward(model, docs, False)

    predict.frozen = True  # type: ignore[attr-defined]
    return predict
