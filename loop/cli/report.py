"""`loop report`: write a report on a project as one HTML file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from loop.cli.printing import say
from loop.cli.project import opened
from loop.errors import LoopError


def report_cli(
    ctx: typer.Context,
    out: Annotated[Path | None, typer.Argument(metavar="OUT", help="[default: report.html in the project]")] = None,
    no_text: Annotated[bool, typer.Option("--no-text", help="Leave out all texts and quotes from them.")] = False,
) -> None:
    """Write learning curves, confusions, calibration, corrections and the hardest texts to one HTML file."""
    from loop.files import replacing
    from loop.progress.report_data import report_data
    from loop.report import report

    with opened(ctx) as (paths, settings, store):
        name, target = paths.root.resolve().name, out or paths.root / "report.html"
        if not no_text:
            store.copies.note("report", target)
        page = report(report_data(store, settings, paths), name=name, at=datetime.now(), with_text=not no_text)
    try:
        with replacing(target) as file:
            file.write(page.encode())
    except OSError as error:
        raise LoopError(f"{target} cannot be written: {error.strerror}.", hint="Name another file.") from error
    private = "" if no_text else ", which quotes texts: keep it as private as they are"
    say(f"The report is in {target}{private}. Open it in any browser; it needs no network.")
