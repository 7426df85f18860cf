"""Write predictions: convert lines of JSON to the requested format."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from loop.errors import LoopError
from loop.formats.jsonl import dumped
from loop.formats.lines import is_packed
from loop.formats.parquet import ROWS_AT_ONCE, pyarrow
from loop.formats.reading import told_by_name
from loop.formats.remote import is_remote, open_remote
from loop.formats.writing import write_aside

FORMATS = ("jsonl", "parquet")


def refuse_other_formats(out: str) -> None:
    """Refuse a file name whose format predictions cannot be written in.

    Raises:
        LoopError: the format is unsupported, or needs pyarrow, which is missing.
    """
    format = told_by_name(out) or "jsonl"
    if format not in FORMATS:
        raise LoopError(
            f"Predictions cannot be written as {format}.", hint="Use the ending .jsonl, .jsonl.gz or .parquet."
        )
    if format == "parquet":
        pyarrow()


def write_predictions(lines: Path, out: str) -> None:
    """Write the lines of a file to `out`, a path or URL, as parquet or gzipped if its name ends so.

    Memory use does not depend on the number of lines, and the same lines give the same bytes. An existing file is
    replaced when the new one is complete.

    Raises:
        LoopError: `out` cannot be written, or a package needed for that is missing.
    """
    if is_remote(out):
        with lines.open("rb") as source, open_remote(out, "wb") as target:
            _fill(source, target, out)
        return
    with lines.open("rb") as source:
        write_aside(out, lambda target: _fill(source, target, out))


def _fill(source: BinaryIO, target: BinaryIO, out: str) -> None:
    if told_by_name(out) == "parquet":
        _write_parquet(source, target)
    elif is_packed(out):
        with gzip.GzipFile(filename="", mode="wb", fileobj=target, mtime=0) as packed:
            shutil.copyfileobj(source, packed)
    else:
        shutil.copyfileobj(source, target)


def _write_parquet(source: BinaryIO, target: BinaryIO) -> None:
    arrow, parquet = pyarrow()
    schema, rows = _schema(arrow), _rows(source)
    with parquet.ParquetWriter(target, schema, compression="zstd") as writer:
        while part := list(islice(rows, ROWS_AT_ONCE)):
            writer.write_table(arrow.Table.from_pylist(part, schema=schema))


def _rows(source: BinaryIO) -> Iterator[dict[str, Any]]:
    for row in map(json.loads, source):
        yield row | {"meta": dumped(row["meta"]).decode("ascii")} if "meta" in row else row


def _schema(arrow: Any) -> Any:
    text, number, whole = arrow.string(), arrow.float64(), arrow.int64()
    span = arrow.struct([("start", whole), ("end", whole), ("label", text), ("p", number)])
    columns = {"text": text, "entropy": number, "p": number, "spans": arrow.list_(span), "meta": text}
    return arrow.schema(list(columns.items()))
