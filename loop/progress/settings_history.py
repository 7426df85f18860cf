"""The settings of the time in which answers were given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from loop.former_names import SETTINGS
from loop.records import Answer
from loop.settings import Settings, UpdateSettings
from loop.store import Store


def settings_of_round(store: Store, settings: Settings, training: Sequence[Answer], learned: int) -> UpdateSettings:
    """What the round after the first `learned` answers learns with: what was set when its first answer was given.

    Not what loop.cfg says now: a round that is learned late, or again, must come out the same.
    """
    first = training[learned:][:1]
    then = store.journal.settings_at(first[0].rank) if first else None
    if then is None:
        return settings.update
    known, renamed = {field.name for field in fields(UpdateSettings)}, SETTINGS["update"]
    values = {renamed.get(name, name): value for name, value in then["update"].items()}
    return UpdateSettings(**{name: value for name, value in values.items() if name in known})
