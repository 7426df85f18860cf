"""The settings in force when answers were given."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from loop.former_names import SETTINGS
from loop.records import Answer
from loop.settings import Settings, UpdateSettings
from loop.store import Store


def settings_of_round(store: Store, settings: Settings, training: Sequence[Answer], learned: int) -> UpdateSettings:
    """The training settings of the round after the first `learned` answers: those when its first answer was given.

    The current loop.cfg does not count: a round trained late, or again, must come out the same.
    """
    then = _recorded(store, training, learned)
    if then is None:
        return settings.update
    known, renamed = {field.name for field in fields(UpdateSettings)}, SETTINGS["update"]
    values = {renamed.get(name, name): value for name, value in then.items()}
    return UpdateSettings(**{name: value for name, value in values.items() if name in known})


def settings_sum(store: Store, settings: Settings, training: Sequence[Answer], learned: int) -> str:
    """SHA-256 (hex) of these settings as they were recorded, so that a version with more settings has the same."""
    values = _recorded(store, training, learned) or settings.update.recorded()
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def _recorded(store: Store, training: Sequence[Answer], learned: int) -> dict[str, Any] | None:
    first = training[learned:][:1]
    then = store.journal.settings_at(first[0].rank) if first else None
    return None if then is None else dict(then["update"])
