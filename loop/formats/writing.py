"""Writing files of answers: aside first, then into place, for their owner alone."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from loop.errors import LoopError
from loop.formats.prodigy import Answered, prodigy_row


def write_prodigy(rows: Iterable[Answered], out: Path | str) -> int:
    """Write answers as Prodigy's jsonl, in the order given; return how many. See `write_jsonl`."""
    return write_jsonl(map(prodigy_row, rows), out)


def write_jsonl(rows: Iterable[Mapping[str, Any]], out: Path | str) -> int:
    """Write a JSON object a line, in the order given; "-" is standard output. Return how many.

    The same rows give the same bytes, all of them ASCII. A file that is there is replaced when the new one is
    complete.

    Raises:
        LoopError: the file cannot be written; what was there is still there.
    """
    lines = (json.dumps(row, separators=(",", ":"), allow_nan=False) + "\n" for row in rows)
    if str(out) == "-":
        return sum(1 for line in lines if sys.stdout.write(line))
    try:
        return _replace(Path(out), lines)
    except OSError as error:
        raise LoopError(f"{out} cannot be written: {error.strerror}.", hint="Name another file.") from None


def _replace(target: Path, lines: Iterator[str]) -> int:
    with NamedTemporaryFile(
        "w", encoding="ascii", newline="\n", dir=target.parent, prefix=f".{target.name}.", delete=False
    ) as aside:
        try:
            count = sum(1 for line in lines if aside.write(line))
            aside.flush()
            os.fsync(aside.fileno())
            Path(aside.name).replace(target)
        except BaseException:
            Path(aside.name).unlink(missing_ok=True)
            raise
    return count
