"""Labels of the base that our component takes over: it starts from what the base knows, and the base's are erased.

What is erased has a label with the prefix `HIDDEN`, and a plain component of spaCy's does it, so that a checkpoint
needs nothing of ours. See docs/decisions/0050.
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
    """Whether spans of this label are erased before anybody sees them."""
    return label.startswith(HIDDEN)


def eraser_of(component: str) -> str:
    """The name of the component that erases what another one found for hidden labels."""
    return f"{component}_erase"


def hidden(label: str) -> str:
    """The label under which spans of a label are erased."""
    return HIDDEN + label


def shown(label: str) -> str:
    """The label that a hidden one hides; others as they are."""
    return label.removeprefix(HIDDEN)


def visible(lattice: Lattice) -> Lattice:
    """The lattice without the hidden labels."""
    return limited(lattice, [label for label in lattice.moves.labels if not is_hidden(label)])


def visible_spans(doc: Doc) -> list[Span]:
    """The entities of a doc, without those of hidden labels."""
    return [Span(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents if not is_hidden(ent.label_)]


def adopt(ours: Any, theirs: Any, labels: Collection[str]) -> None:
    """Let `ours` read as `theirs` does: `labels` under their names, the other ones it knows as hidden labels.

    Without the hidden ones, what the base takes for something else would be taken for one of `labels`. The layers above
    the tok2vec are copied, of the last one the rows of the moves.

    Args:
        ours: an `EntityRecognizer` with the network of `theirs` that knows no label yet.
        theirs: the one that knows them.
        labels: in the order in which they are added.
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
    # They are known: without this spaCy would never let them be chosen.
    ours.model.attrs["unseen_classes"].clear()


def hide(theirs: Any, labels: Collection[str]) -> None:
    """Give the spans that `theirs` finds for `labels` hidden labels; nothing else changes.

    Raises:
        PipelineError: the component cannot be changed in this way.
    """
    before = [theirs.moves.get_class_name(i) for i in range(theirs.moves.n_moves)]
    renamed = {
        action: {hidden(label) if label in labels else label: count for label, count in known.items()}
        for action, known in theirs.moves.labels.items()
    }
    theirs.moves.initialize_actions(renamed)
    if before != [_without_prefix(theirs.moves.get_class_name(i)) for i in range(theirs.moves.n_moves)]:
        raise PipelineError(f"The labels of the base's {theirs.name} cannot be taken over: its moves have no order.")


def add_eraser(nlp: Language, *, after: str) -> None:
    """Add a component that erases the spans of hidden labels, right behind the component `after`."""
    eraser: Any = nlp.add_pipe("attribute_ruler", name=eraser_of(after), after=after)
    eraser.add([[{"ENT_TYPE": {"REGEX": f"^{HIDDEN}"}}]], {"ENT_TYPE": "", "ENT_IOB": 2})


def _without_prefix(move: str) -> str:
    return move.replace(HIDDEN, "", 1)


def _moves_axis(ref: str, name: str) -> int:
    """Which axis of a last layer's parameter holds the moves; see spaCy's `ml/_precomputable_affine.py`."""
    return 0 if ref == "upper" else {"W": 1, "b": 0, "pad": 2}[name]
