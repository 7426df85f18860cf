"""Parquet, read and written with pyarrow; spans are lists of structs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO

from loop.errors import InputError, LoopError
from loop.formats.jsonl import dumped
from loop.formats.lines import Source
from loop.formats.prodigy_row import prodigy_rows
from loop.formats.raw import Answered, BadRowError, RawText
from loop.formats.registry import reader, writer
from loop.formats.rows import cells_to_row, read_row

ROWS_AT_ONCE = 10_000
"""Rows in memory at a time."""


@reader("parquet")
def read_parquet(source: Source, *, text_field: str) -> Iterator[RawText]:
    """Yield the text of every row; the other columns are its fields.

    Raises:
        InputError: the file is not parquet or has no column `text_field`, or a row is invalid.
        LoopError: pyarrow is not installed.
    """
    arrow, parquet = pyarrow()
    rows = 0
    try:
        file = parquet.ParquetFile(source.file())
        if text_field not in file.schema_arrow.names:
            hint = "Name the column with the texts with --text-field NAME."
            raise InputError(source.name, f"has no column {text_field}.", hint=hint)
        for batch in file.iter_batches(ROWS_AT_ONCE):
            for number, cells in enumerate(batch.to_pylist(), start=rows + 1):
                yield from _read(cells, source, number, text_field)
            rows += batch.num_rows
    except (arrow.ArrowException, UnicodeDecodeError):
        raise InputError(source.name, "is not a parquet file, or is damaged.", hint="Write it again.") from None


def _read(cells: Mapping[str, Any], source: Source, number: int, text_field: str) -> Iterator[RawText]:
    try:
        row = cells_to_row({name: _plain(cell) for name, cell in cells.items()}, text_field)
    except BadRowError as error:
        raise InputError(source.name, error.problem, line=number, hint=error.hint) from None
    yield from read_row(row, source, number, text_field=text_field)


def _plain(value: Any) -> Any:
    """A value in JSON's types: other types become text, NaN and infinity become None."""
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, float) and value - value != 0:  # NaN and infinity
        return None
    if isinstance(value, date | Decimal):
        return str(value)
    return value if isinstance(value, str | int | float | bool | None) else None


@writer("parquet")
def write_parquet(rows: Iterable[Answered], out: BinaryIO) -> int:
    """Write Prodigy's rows: spans as lists of structs, meta and `_loop` as JSON.

    Raises:
        LoopError: pyarrow is not installed.
    """
    arrow, parquet = pyarrow()
    schema, iterator, written = _schema(arrow), prodigy_rows(rows), 0
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        while part := list(islice(iterator, ROWS_AT_ONCE)):
            writer.write_table(arrow.Table.from_pylist([_cells(row) for row, _ in part], schema=schema))
            written += sum(n for _, n in part)
    return written


def _schema(arrow: Any) -> Any:
    whole, text = arrow.int64(), arrow.string()
    span = arrow.struct([("start", whole), ("end", whole), ("label", text)])
    columns = {"text": text, "spans": arrow.list_(span), "answer": text, "meta": text, "_annotator_id": text}
    columns |= {"_timestamp": whole, "_view_id": text, "_input_hash": whole, "_task_hash": whole, "_loop": text}
    return arrow.schema(list(columns.items()))


def _cells(row: Mapping[str, Any]) -> dict[str, Any]:
    spans = [{name: span[name] for name in ("start", "end", "label")} for span in row["spans"]]
    as_json = {name: dumped(row[name]).decode("ascii") for name in ("meta", "_loop")}
    return {name: value for name, value in row.items() if name != "tokens"} | {"spans": spans} | as_json


def pyarrow() -> tuple[Any, Any]:
    """Return the modules `pyarrow` and `pyarrow.parquet`.

    Raises:
        LoopError: they are not installed.
    """
    try:
        import pyarrow as arrow
        from pyarrow import parquet
    except ImportError:
        hint = "Install it with `pip install 'spacy-loop[parquet]'`."
        raise LoopError("Reading and writing parquet needs pyarrow.", hint=hint) from None
    return arrow, parquet
