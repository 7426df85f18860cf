"""Renames labels in a saved round without touching its weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import srsly

from loop.base.pipeline import COMPONENT
from loop.checkpoints.checkpoint_info import OWN_FOLDER
from loop.checkpoints.checkpoints import SUMS, Checkpoints
from loop.checkpoints.checksums import write_sums
from loop.files import link_tree, new_folder


def rename_labels(checkpoints: Checkpoints, number: int, names: Mapping[str, str], *, scheme: int) -> None:
    """Rename labels of a saved round to their names in a scheme, replacing the folder as a whole.

    The order of the transitions stays the same: it depends on the counts saved with the labels, not on their names (see
    spaCy's `TransitionSystem.initialize_actions`).

    Raises:
        PipelineError: the checkpoint is damaged.
    """
    info = checkpoints.info(number)
    labels = tuple(dict.fromkeys(names.get(label, label) for label in info.labels))
    with new_folder(checkpoints.path(number)) as folder:
        link_tree(checkpoints.path(number), folder)
        moves, meta = folder / COMPONENT / "moves", folder / "meta.json"
        own = replace(info, labels=labels, scheme=scheme).stored()
        _replace(moves, _moves(moves.read_bytes(), names))
        _replace(meta, srsly.json_dumps(_meta(srsly.read_json(meta), names)).encode())
        _replace(folder / OWN_FOLDER / "checkpoint.json", srsly.json_dumps(own).encode())
        (folder / SUMS).unlink(missing_ok=True)
        write_sums(folder, folder / SUMS)


def _replace(file: Path, content: bytes) -> None:
    """Replace a file instead of writing into it: it may be a hard link to another round's file."""
    file.unlink()
    file.write_bytes(content)


def _moves(saved: bytes, names: Mapping[str, str]) -> bytes:
    data = srsly.msgpack_loads(saved)
    actions = srsly.json_loads(data["moves"])
    renamed = {
        action: {names.get(label, label): freq for label, freq in labels.items()} for action, labels in actions.items()
    }
    packed: bytes = srsly.msgpack_dumps(data | {"moves": srsly.json_dumps(renamed)})
    return packed


def _meta(meta: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    labels = meta["labels"]
    return meta | {"labels": labels | {COMPONENT: [names.get(label, label) for label in labels[COMPONENT]]}}
