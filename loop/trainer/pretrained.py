"""The result of pretraining: a file of weights, and the event that puts them into effect."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from loop.checkpoints.checkpoints import Checkpoints
from loop.errors import LoopError
from loop.files import make_private, replacing
from loop.learning.learner import Learner
from loop.learning.pretraining import pretrained_layers
from loop.settings import ProjectPaths
from loop.store import Store
from loop.store.events import EventKind

FOLDER = "pretrained"


class Pretrained:
    """The pretrained weights, if pretraining is finished: a file in `models/`, and the event that names it.

    The event holds the hash of the file and the number of the first round that starts from it. If the file is missing
    or has changed, pretraining starts over.
    """

    def __init__(self, paths: ProjectPaths, store: Store) -> None:
        self._folder, self._journal = paths.models / FOLDER, store.journal

    def must_be_there(self) -> None:
        """Check that rounds can be reproduced.

        Raises:
            LoopError: the weights named by the event are missing or have changed.
        """
        event = self._event()
        if event is not None and self._weights(event) is None:
            raise LoopError(
                "The pretrained weights in models/pretrained are missing or have changed.",
                hint="Restore them from a backup: rounds started from them.",
            )

    def round(self) -> int | None:
        """The first round that starts from the pretrained weights."""
        event = self._event()
        return event["round"] if event and self._weights(event) is not None else None

    def learner(self, number: int, start: Checkpoints) -> Learner | None:
        """Round 0 with the pretrained weights, if `number` is the first round that starts from them; else None."""
        event = self._event()
        if event is None or event["round"] != number or (weights := self._weights(event)) is None:
            return None
        learner = Learner(start.load(0).nlp)
        pretrained_layers(learner.nlp).from_bytes(weights)
        return learner

    def land(self, weights: bytes, *, round: int) -> None:
        """Write the weights atomically, then append the event."""
        digest = hashlib.sha256(weights).hexdigest()
        make_private(self._folder)
        with replacing(self._file(digest)) as file:
            file.write(weights)
        self._journal.note(EventKind.PRETRAINED, {"hash": digest, "round": round})

    def _weights(self, event: dict[str, Any]) -> bytes | None:
        """The weights that an event names; None where they are gone or were changed."""
        file = self._file(event["hash"])
        weights = file.read_bytes() if file.is_file() else b""
        return weights if hashlib.sha256(weights).hexdigest() == event["hash"] else None

    def _event(self) -> dict[str, Any] | None:
        """The event that names the weights; None if texts were erased since, which discards the weights."""
        landed, erased = (self._journal.events(kind=kind)[-1:] for kind in (EventKind.PRETRAINED, EventKind.ERASED))
        return None if not landed or (erased and erased[0][0] > landed[0][0]) else landed[0][2]

    def _file(self, digest: str) -> Path:
        return self._folder / f"{digest}.bin"
