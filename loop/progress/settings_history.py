"""The settings in force when answers were given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from loop.former_names import SETTINGS
from loop.records import Answer
from loop.settings import Settings, UpdateSettings
from loop.store import Store


def settings_of_round(store: Store, settings: Settings, training: Sequence[Answer], learned: int) -> UpdateSettings:
    """The training settings of the round after the first `learned` answers: those when its first answer was given.

    The current loop.cfg does not count: a round trained late, or again, must come out the same.
    """
    first = training[learned:][:1]
    then = store.journal.settings_at(first[0].rank) if first else None
    if then is None:
        return settings.update
    known, renamed = {field.name for field in fields(UpdateSettings)}, SETTINGS["update"]
    values = {renamed.get(name, name): value for name, value in then["update"].items()}
    return UpdateSettings(**{name: value for name, value in values.items() if name in known})
