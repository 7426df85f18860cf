"""Changes single values of `loop.cfg`; comments, order and spacing stay as the user wrote them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from pathlib import Path
from typing import Any

from loop.errors import SettingsError
from loop.files import replacing
from loop.former_names import SETTINGS
from loop.records import Focus
from loop.settings.reading import HEADER, parse_settings
from loop.settings.tables import route_of


def set_value(cfg: Path, section: str, key: str, value: Any) -> None:
    """Set `[section] key`; the file is replaced atomically after the new text has been checked.

    Raises:
        SettingsError: the file cannot be read or written, or the new value makes it invalid.
    """
    _change(cfg, lambda text: with_value(text, section, key, value))


def set_labels(cfg: Path, labels: Sequence[str], names: Mapping[str, str | None] | None = None) -> None:
    """Set the labels; rename those that have notes, or names in another pipeline, by `names` (None removes these).

    Raises:
        SettingsError: see `set_value`.
    """
    _change(cfg, lambda text: _with_labels(text, labels, names or {}))


def _with_labels(text: str, labels: Sequence[str], names: Mapping[str, str | None]) -> str:
    changed = with_keys(with_value(text, "project", "labels", list(labels)), "labels", names)
    before = parse_settings(text)
    changed = _with_routes(changed, before.routes, names)
    theirs = before.suggest.label_names
    if names.keys().isdisjoint(theirs.values()):
        return changed
    now = ((their, names.get(our, our)) for their, our in theirs.items())
    return with_value(changed, "suggest", "names", [f"{their}={our}" for their, our in now if our is not None])


def _with_routes(text: str, routes: Mapping[str, Focus], names: Mapping[str, str | None]) -> str:
    for annotator, focus in routes.items():
        if focus.label in names:
            route = route_of(replace(focus, label=names[focus.label] or ""))
            if route:
                text = with_value(text, "routes", annotator, route)
            else:
                text = with_keys(text, "routes", {annotator: None})
    return text


def set_todays_names(cfg: Path) -> None:
    """Give the keys in the file that had another name in an earlier version their names of today.

    Raises:
        SettingsError: see `set_value`.
    """
    if _has_former_names(cfg):
        _change(cfg, lambda text: reduce(lambda text, names: with_keys(text, *names), SETTINGS.items(), text))


def _has_former_names(cfg: Path) -> bool:
    former = "|".join(name for names in SETTINGS.values() for name in names).encode()
    return re.search(rb"^(%b)\s*=" % former, cfg.read_bytes(), re.MULTILINE) is not None


def _change(cfg: Path, change: Callable[[str], str]) -> None:
    try:
        text = change(cfg.read_text(encoding="utf-8-sig"))
        parse_settings(text, source=cfg)
        mode = cfg.stat().st_mode & 0o777
        with replacing(cfg) as file:
            os.fchmod(file.fileno(), mode)
            file.write(text.encode())
    except OSError as error:
        raise SettingsError(f"{cfg} cannot be changed: {error.strerror}.", hint="Check its permissions.") from None


def with_value(text: str, section: str, key: str, value: Any) -> str:
    """Return the text of a `loop.cfg` with a value changed; a missing key or section is added."""
    setting = f"{key} = {json.dumps(value, ensure_ascii=False)}"
    lines = text.splitlines()
    start, end = _bounds(lines, section)
    if start is None:
        return "\n".join([*lines, "", f"[{section}]", setting]) + "\n"
    place = next((i for i in range(start + 1, end) if re.match(rf"{re.escape(key)}\s*=", lines[i])), None)
    if place is None:
        return "\n".join([*lines[: start + 1], setting, *lines[start + 1 :]]) + "\n"
    return "\n".join([*lines[:place], setting, *lines[_after(lines, place, end) :]]) + "\n"


def with_keys(text: str, section: str, names: Mapping[str, str | None]) -> str:
    """Return the text of a `loop.cfg` with keys renamed; a key mapped to None or to an existing key is removed."""
    lines = text.splitlines()
    start, end = _bounds(lines, section)
    kept = lines[: end if start is None else start + 1]
    there = {line.partition("=")[0].strip() for line in lines[len(kept) : end]}
    place = len(kept)
    while place < end:
        key, after = lines[place].partition("=")[0].strip(), _after(lines, place, end)
        name = names.get(key, key)
        if name == key:
            kept += lines[place:after]
        elif name is not None and name not in there:
            kept += [lines[place].replace(key, name, 1), *lines[place + 1 : after]]
        place = after
    return "\n".join([*kept, *lines[end:]]) + "\n"


def _bounds(lines: Sequence[str], section: str) -> tuple[int | None, int]:
    """The first line of a section (None if it is missing), and the line where the next one begins."""
    headers = ((i, HEADER.match(line.strip())) for i, line in enumerate(lines))
    start = next((i for i, header in headers if header and header["header"] == section), None)
    if start is None:
        return None, len(lines)
    return start, next((i for i in range(start + 1, len(lines)) if lines[i].startswith("[")), len(lines))


def _after(lines: Sequence[str], place: int, end: int) -> int:
    """The line after the value that begins at `place`: a value may continue in indented lines."""
    after = place + 1
    while after < end and lines[after][:1].isspace() and lines[after].strip():
        after += 1
    return after
