"""Looks up rows by any number of keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select

# Keys per statement, below SQLite's limit on variables.
LOOKUP_ROWS = 500


def batched(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Yield rows in lists of `size`; the last may be shorter."""
    iterator = iter(rows)
    while part := list(islice(iterator, size)):
        yield part


def looked_up(
    connection: Connection, query: Select[Any], column: ColumnElement[Any], values: Iterable[Any]
) -> Iterator[Row[Any]]:
    """Yield the rows of `query` in which `column` has one of any number of values."""
    for part in batched(values, LOOKUP_ROWS):
        yield from connection.execute(query.where(column.in_(part)))
