"""Changing one value of `loop.cfg` and nothing else: comments, order and spacing stay as the user wrote them."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from loop.errors import SettingsError
from loop.files import replacing
from loop.settings.reading import parse_settings


def set_value(cfg: Path, section: str, key: str, value: Any) -> None:
    """Set `[section] key` in the file; it is replaced as a whole when the new text has been checked.

    Raises:
        SettingsError: the file cannot be read or written, or its settings cannot be meant with the new value.
    """
    try:
        text = with_value(cfg.read_text(encoding="utf-8-sig"), section, key, value)
        parse_settings(text, source=cfg)
        mode = cfg.stat().st_mode & 0o777
        with replacing(cfg) as file:
            os.fchmod(file.fileno(), mode)
            file.write(text.encode())
    except OSError as error:
        raise SettingsError(f"{cfg} cannot be changed: {error.strerror}.", hint="Check the file's rights.") from None


def with_value(text: str, section: str, key: str, value: Any) -> str:
    """Return the text of a `loop.cfg` with another value; a missing key or section is added."""
    setting = f"{key} = {json.dumps(value, ensure_ascii=False)}"
    lines = text.splitlines()
    start = next((i for i, line in enumerate(lines) if line.strip() == f"[{section}]"), None)
    if start is None:
        return "\n".join([*lines, "", f"[{section}]", setting]) + "\n"
    end = next((i for i in range(start + 1, len(lines)) if lines[i].startswith("[")), len(lines))
    place = next((i for i in range(start + 1, end) if re.match(rf"{re.escape(key)}\s*=", lines[i])), None)
    if place is None:
        return "\n".join([*lines[: start + 1], setting, *lines[start + 1 :]]) + "\n"
    after = place + 1
    while after < end and lines[after][:1].isspace() and lines[after].strip():  # a value may go on in indented lines
        after += 1
    return "\n".join([*lines[:place], setting, *lines[after:]]) + "\n"
