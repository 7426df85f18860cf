"""`loop report`: write a report on a project as one HTML file."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.printing import say
from loop.cli.project import opened
from loop.cli.status import numbers
from loop.errors import LoopError

if TYPE_CHECKING:
    from loop.progress.report_data import ReportData


def report_cli(
    ctx: typer.Context,
    out: Annotated[
        Path | None, typer.Argument(metavar="OUT", help="A file; by default report.html in the project.")
    ] = None,
    no_text: Annotated[bool, typer.Option("--no-text", help="Leave out all texts and quotes from them.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the numbers as a JSON object.")] = False,
) -> None:
    """Write learning curves, confusions, calibration, corrections and the hardest texts to one HTML file."""
    from loop.files import replacing
    from loop.progress.report_data import report_data
    from loop.report import report

    if as_json:
        if out is not None:
            raise LoopError("--json prints the numbers and writes no page.", hint=f"Leave out {out}, or --json.")
        with opened(ctx, writes=False) as (paths, settings, store):
            typer.echo(report_json(report_data(store, settings, paths)))
        return
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


def report_json(data: ReportData) -> str:
    """Return a report's numbers as a JSON object: those of `loop status --json`, and those of its own sections."""
    own = {
        "label_confusion": [
            {"gold": gold or None, "found": found or None, "spans": n}
            for (gold, found), n in data.label_confusion.items()
        ],
        "edge_confusion": [
            {"label": label, "edges": edges, "spans": n} for (label, edges), n in data.edge_confusion.items()
        ],
        "calibration": data.calibration and asdict(data.calibration),
        "confidence": data.confidence,
        "pace": [one._asdict() for one in data.pace],
        "by_length": [one._asdict() for one in data.by_length],
    }
    return json.dumps(numbers(replace(data.now, advice=data.now.advice.private)) | own)
