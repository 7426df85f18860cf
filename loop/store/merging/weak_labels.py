"""The weak labels of two projects: what either took back is gone."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Column, insert, select, update

from loop.store.lookup import LOOKUP_ROWS, batched
from loop.store.merging.both import MINE, THEIRS, Both, lookup_table, rows
from loop.store.weak_labels import take_patterns_back


def merge_weak_labels(both: Both, left_out: Collection[int]) -> None:
    """Bring what the other project's sources said, except about the texts `left_out`."""
    connection, sets = both.connection, MINE["weak_labels"]
    for column in (sets.c.seq, MINE["weak_texts"].c.seq):
        _renumber(both, column)
    there = rows(connection, sets)
    for row in there:
        scheme = both.mine.schemes[row["scheme"]]
        connection.execute(update(sets).where(sets.c.seq == row["seq"]).values(scheme=scheme))
    known = {row["seq"] for row in there}
    for row in rows(connection, THEIRS["weak_labels"]):
        seq = both.theirs.events[row["seq"]]
        if seq not in known:
            connection.execute(insert(sets).values(row | {"seq": seq, "scheme": both.theirs.schemes[row["scheme"]]}))
        _bring_spans(both, row["seq"], left_out)
        ours = connection.execute(select(sets).where(sets.c.seq == seq)).one()
        if gone := _gone(row["patterns"]) | _gone(ours.patterns):
            take_patterns_back(connection, ours, gone)


def _renumber(both: Both, column: Column[Any]) -> None:
    new = lookup_table(both.connection, f"events_of_{column.table.name}", both.mine.events)
    number = select(-new.c.new).where(new.c.old == column).scalar_subquery()
    both.connection.execute(update(column.table).values({column: number}))  # negative, so that none is taken twice
    both.connection.execute(update(column.table).values({column: -column}))


def _gone(patterns: str) -> set[int]:
    """The numbers of the patterns that were taken back."""
    return {number for number, pattern in enumerate(json.loads(patterns)) if pattern is None}


def _bring_spans(both: Both, seq: int, left_out: Collection[int]) -> None:
    theirs = THEIRS["weak_texts"]
    found = both.connection.execute(select(theirs).where(theirs.c.seq == seq)).all()
    new = [
        dict(row._mapping) | {"seq": both.theirs.events[seq], "text_id": both.theirs.text(row.text_id)}
        for row in found
        if row.text_id not in left_out
    ]
    for part in batched(new, LOOKUP_ROWS):
        both.connection.execute(insert(MINE["weak_texts"]).prefix_with("OR IGNORE"), part)
