"""Sources made of what they hold."""

from __future__ import annotations

import io

from loop.formats import Source


def source_of(content: str | bytes, name: str = "f") -> Source:
    return Source(name, io.BytesIO(content.encode() if isinstance(content, str) else content))
