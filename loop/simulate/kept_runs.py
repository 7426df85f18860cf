"""Finished simulations as files, written atomically and reused only for identical runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

from loop.errors import LoopError
from loop.files import make_private, replacing
from loop.intervals import Measure
from loop.oracle import Gold
from loop.records import Span
from loop.simulate.simulation import Row, Run

PACKAGES = ("spacy-loop", "spacy", "thinc", "numpy")


class Kept:
    """A folder of finished runs on `gold` and `test`; without a folder nothing is stored."""

    def __init__(self, folder: Path | None, gold: Gold, test: Gold) -> None:
        self._folder = folder
        versions = {name: version(name) for name in PACKAGES}
        self._origin = {"gold": _digest(gold), "test": _digest(test), "versions": versions}
        if folder is not None:
            make_private(folder)

    def rows(self, run: Run) -> list[Row] | None:
        """The rows of a finished run; None if it is not stored.

        Raises:
            LoopError: the folder has a run of this name with other texts, settings or versions, or a damaged file.
        """
        path = self._path(run)
        if path is None or not path.exists():
            return None
        try:
            raw = json.loads(path.read_text(encoding="utf-8"))
            if raw["run"] == self._described(run):
                return [_row(row) for row in raw["rows"]]
        except (ValueError, TypeError, KeyError):
            raise LoopError(f"{path} is not a finished run.", hint="Move it away.") from None
        raise LoopError(
            f"{path} is a run with other texts, settings or versions.", hint="Name another folder for these runs."
        )

    def keep(self, run: Run, rows: Sequence[Row]) -> None:
        """Write a finished run atomically."""
        path = self._path(run)
        if path is None:
            return
        content = {"run": self._described(run), "rows": [asdict(row) for row in rows]}
        with replacing(path) as file:
            file.write(json.dumps(content, indent=1, ensure_ascii=False).encode() + b"\n")

    def _path(self, run: Run) -> Path | None:
        return self._folder / f"{run.name}.json" if self._folder else None

    def _described(self, run: Run) -> Any:
        """Everything the rows depend on, as it comes back from JSON."""
        file = run.scenario.patterns
        patterns = None if file is None else hashlib.sha256(file.read_bytes()).hexdigest()[:16]
        scenario = asdict(run.scenario) | {"patterns": patterns}
        return json.loads(json.dumps({"settings": asdict(run.settings), "scenario": scenario, **self._origin}))


def _digest(gold: Gold) -> str:
    plain = json.dumps([[text, *map(_triple, spans)] for text, spans in gold.items()])
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def _triple(span: Span) -> tuple[int, int, str]:
    return span.start, span.end, span.label


def _row(raw: Mapping[str, Any]) -> Row:
    labels = {label: Measure(**_ranges(one)) for label, one in raw["labels"].items()}
    return Row(**_ranges(dict(raw) | {"labels": labels}))


def _ranges(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if name.endswith("_interval") and value else value for name, value in fields.items()}
