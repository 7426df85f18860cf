"""Shell completion of a project's labels and the names of acquisition functions."""

from __future__ import annotations

from pathlib import Path

import typer

from loop.errors import LoopError
from loop.settings import load_settings


def complete_label(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the project's labels that start with `incomplete`; none without a project."""
    try:
        settings = load_settings(Path(ctx.find_root().params.get("folder") or "."))
    except LoopError:
        return []
    return [label for label in settings.project.labels if label.startswith(incomplete)]


def complete_strategy(incomplete: str) -> list[str]:
    """Return the installed acquisition functions that start with `incomplete`."""
    from loop.acquire.acquisition import acquisition_functions

    return [name for name in sorted(acquisition_functions.get_all()) if name.startswith(incomplete)]
