"""What the shell completes beyond commands and options: a project's labels, and the names of acquisition functions."""

from __future__ import annotations

from pathlib import Path

import typer

from loop.errors import LoopError
from loop.settings import load_settings


def complete_label(ctx: typer.Context, incomplete: str) -> list[str]:
    """Return the labels of the project, those that begin so; none where there is no project."""
    try:
        settings = load_settings(Path(ctx.find_root().params.get("folder") or "."))
    except LoopError:
        return []
    return [label for label in settings.project.labels if label.startswith(incomplete)]


def complete_strategy(incomplete: str) -> list[str]:
    """Return the acquisition functions that are installed, those that begin so."""
    from loop.acquire.acquisition import acquisition_functions

    return [name for name in sorted(acquisition_functions.get_all()) if name.startswith(incomplete)]
