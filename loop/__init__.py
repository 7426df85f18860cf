"""Teach a spaCy pipeline to find the entities in your own texts, in a terminal, with few answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from loop.api import Oracle, Project, open_project, score

__version__ = "0.2.0"
__all__ = ["Oracle", "Project", "open_project", "score"]


def __getattr__(name: str) -> Any:
    """Import the Python interface when it is first used: it brings spaCy, which the commands do without if they can."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from loop import api

    return getattr(api, name)
