"""Keys of `loop.cfg` that had another name in an earlier version are still understood."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from loop.errors import SettingsError
from loop.former_names import SETTINGS, warn_of


def with_todays_names(section: str, raw: Mapping[str, str], source: Path) -> dict[str, str]:
    """Return the keys of a section under their names of today, with a DeprecationWarning for each former one.

    Raises:
        SettingsError: a key is there under both names.
    """
    renamed = SETTINGS.get(section, {})
    for former in renamed.keys() & raw.keys():
        if renamed[former] in raw:
            raise SettingsError(
                f"{source}: [{section}] {former} is the former name of {renamed[former]}, which is there, too.",
                hint="Keep one of them.",
            )
        warn_of(f"{source}: [{section}] {former}", renamed[former])
    return {renamed.get(key, key): value for key, value in raw.items()}
