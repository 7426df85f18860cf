"""Takes over labels from the base: our component starts from the base's weights, and the base's own spans are erased.

Spans to erase carry a label with the prefix `HIDDEN`. A stock spaCy component erases them, so a checkpoint loads
without `loop`. See docs/decisions/0050.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from loop.errors import PipelineError
from loop.lattice import Lattice, limited
from loop.records import Span

HIDDEN = "base:"


def is_hidden(label: str) -> bool:
    """Whether spans of this label are erased from the pipeline's output."""
    return label.startswith(HIDDEN)


def eraser_of(component: str) -> str:
    """The name of the component that erases the hidden spans of `component`."""
    return f"{component}_erase"


def hidden(label: str) -> str:
    """The hidden form of a label."""
    return HIDDEN + label


def visible_label(label: str) -> str:
    """The visible form of a label: hidden ones lose their prefix, others stay as they are."""
    return label.removeprefix(HIDDEN)


def without_hidden(lattice: Lattice) -> Lattice:
    """The lattice without hidden labels."""
    return limited(lattice, [label for label in lattice.transitions.labels if not is_hidden(label)])


def visible_spans(doc: Doc) -> list[Span]:
    """The entities of a doc, without those of hidden labels."""
    return [Span(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents if not is_hidden(ent.label_)]


def adopt(ours: Any, theirs: Any, labels: Collection[str]) -> None:
    """Make `ours` predict what `theirs` does: `labels` under their names, all its other labels as hidden ones.

    Without the hidden labels, `ours` would mistake entities of other labels for one of `labels`. Copies the layers
    above the tok2vec; of the last one, the rows of the matching transitions.

    Args:
        ours: an `EntityRecognizer` with the architecture of `theirs` and no labels yet.
        theirs: the base's recognizer.
        labels: those to take over, in the order in which they are added.
    """
    others = [label for label in theirs.labels if label not in labels]
    for label in (*labels, *map(hidden, others)):
        ours.add_label(label)
    names = [_without_prefix(ours.moves.get_class_name(i)) for i in range(ours.moves.n_moves)]
    index = {theirs.moves.get_class_name(i): i for i in range(theirs.moves.n_moves)}
    rows = np.array([index[name] for name in names])
    last = "upper" if theirs.model.attrs["has_upper"] else "lower"
    for ref in ("lower", last):
        layer, source = ours.model.get_ref(ref), theirs.model.get_ref(ref)
        for name in source.param_names:
            value = source.get_param(name)
            layer.set_param(name, value.take(rows, axis=_moves_axis(ref, name)) if ref == last else value.copy())
    # spaCy never predicts classes listed here, and the copied ones are trained.
    ours.model.attrs["unseen_classes"].clear()


def hide(theirs: Any, labels: Collection[str]) -> None:
    """Make `theirs` predict `labels` under their hidden names; nothing else changes.

    Raises:
        PipelineError: renaming would reorder the component's transitions.
    """
    before = [theirs.moves.get_class_name(i) for i in range(theirs.moves.n_moves)]
    renamed = {
        action: {hidden(label) if label in labels else label: count for label, count in known.items()}
        for action, known in theirs.moves.labels.items()
    }
    theirs.moves.initialize_actions(renamed)
    if before != [_without_prefix(theirs.moves.get_class_name(i)) for i in range(theirs.moves.n_moves)]:
        raise PipelineError(
            f"Labels of the base's {theirs.name} cannot be taken over: its transitions are not ordered."
        )


def add_eraser(nlp: Language, *, after: str) -> None:
    """Add a component that erases hidden spans, right after the component `after`."""
    eraser: Any = nlp.add_pipe("attribute_ruler", name=eraser_of(after), after=after)
    eraser.add([[{"ENT_TYPE": {"REGEX": f"^{HIDDEN}"}}]], {"ENT_TYPE": "", "ENT_IOB": 2})


def _without_prefix(move: str) -> str:
    return move.replace(HIDDEN, "", 1)


def _moves_axis(ref: str, name: str) -> int:
    """The axis of a parameter of the last layer that indexes transitions; see spaCy's `ml/_precomputable_affine.py`."""
    return 0 if ref == "upper" else {"W": 1, "b": 0, "pad": 2}[name]
