"""What the benchmarks share: their options, their table, and the JSON that says where the figures come from."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

# One thread per process: the same figures whatever the number of cores, and two runs side by side on two of them.
os.environ.setdefault("OMP_NUM_THREADS", "1")
REPOSITORY = Path(__file__).parents[1]
PACKAGES = ("spacy-loop", "spacy", "thinc", "numpy", "SQLAlchemy", "prompt_toolkit")


def options(description: str) -> argparse.ArgumentParser:
    """The options that every benchmark has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="about a minute: fewer data, not for quoting")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="folder of the data sets")
    parser.add_argument("--json", type=Path, help="write the rows there")
    return parser


def show(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print rows as a table, a column for each key of the first; a single row as a list."""
    table = Table(title=title)
    cells = [[f"{value:.2f}" if isinstance(value, float) else str(value) for value in row.values()] for row in rows]
    if len(rows) == 1:
        table.show_header = False
        cells = [[name, value] for name, value in zip(rows[0], cells[0], strict=True)]
    names = list(rows[0]) if len(rows) > 1 else ["", ""]
    for name in names:
        table.add_column(name, justify="left" if isinstance(rows[0].get(name), str) else "right", no_wrap=True)
    for row in cells:
        table.add_row(*row)
    console = Console()
    # A file or a pipe has no width: nothing is to be cut off there.
    (console if console.is_terminal else Console(width=250)).print(table)


def write_json(path: Path | None, rows: Sequence[Mapping[str, Any]], *, seeds: Iterable[int], **more: Any) -> None:
    """Write rows with machine, versions and seeds, if a path was given."""
    if path is None:
        return
    head = {
        "machine": {"platform": platform.platform(), "cores": os.cpu_count(), "python": platform.python_version()},
        "versions": {name: version(name) for name in PACKAGES},
        "seeds": list(seeds),
    }
    path.write_text(json.dumps(head | more | {"rows": list(rows)}, indent=1) + "\n", encoding="utf-8")


def digest(*parts: str) -> str:
    """What tells one state of these files and folders of the repository from another."""
    content = hashlib.sha256()
    for file in (file for part in parts for file in _python(REPOSITORY / part)):
        content.update(file.relative_to(REPOSITORY).as_posix().encode() + b"\0" + file.read_bytes())
    return content.hexdigest()[:12]


def _python(path: Path) -> list[Path]:
    return sorted(path.rglob("*.py")) if path.is_dir() else [path]
