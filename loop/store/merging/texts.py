"""The texts of two projects: known by digest, with numbers that are the same whichever project takes in the other."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, CompoundSelect, Row, Table, case, delete, func, insert, or_, select, union_all, update

from loop.store.events import EventKind
from loop.store.lookup import LOOKUP_ROWS, batched, looked_up
from loop.store.merging.both import MINE, THEIRS, Both, lookup_table, rows

CONTENT = ("group_key", "meta", "source", "line", "suggested")


def merge_batches(both: Both) -> None:
    """Number the batches in the order of their events, and write them."""
    connection, numbers = both.connection, (both.mine.batches, both.theirs.batches)
    given = [{row["id"]: row for row in rows(connection, tables["batches"])} for tables in (MINE, THEIRS)]
    last = 0
    for ids in [*_batches_of_events(both), *_batches_without_events(given)]:
        known = next((new[id_] for id_, new in zip(ids, numbers, strict=True) if id_ in new), None)
        if known is None:
            known = last = max(last + 1, min(id_ for id_ in ids if id_ is not None))
        for id_, new in zip(ids, numbers, strict=True):
            if id_ is not None:
                new[id_] = known
    found: dict[int, dict[str, Any]] = {}
    for batches, new in zip(given, numbers, strict=True):
        for id_, row in batches.items():
            found.setdefault(new[id_], row | {"id": new[id_]})
    connection.execute(delete(MINE["batches"]))
    if found:
        connection.execute(insert(MINE["batches"]), list(found.values()))


def _batches_of_events(both: Both) -> Iterator[tuple[int | None, int | None]]:
    for one in both.log:
        if one.event.kind in (EventKind.BATCH_ADDED.value, EventKind.BATCH_REMOVED.value):
            yield one.mine.payload["batch"] if one.mine else None, one.theirs.payload["batch"] if one.theirs else None


def _batches_without_events(
    given: list[dict[int, dict[str, Any]]],
) -> Iterator[tuple[int | None, int | None]]:
    """All batches by their time, so that those that an interrupted `loop add` left are numbered last."""
    mine, theirs = ({(row["at"], row["source"]): id_ for id_, row in each.items()} for each in given)
    for key in sorted({*mine, *theirs}):
        yield mine.get(key), theirs.get(key)


@dataclass(frozen=True, slots=True)
class MergedTexts:
    """What a merge did to texts.

    Attributes:
        came: how many the other project brought.
        regrouped: how many texts have another group in the other project; that of who added a text first counts.
    """

    came: int
    regrouped: int


def merge_texts(both: Both, left_out: Collection[int]) -> MergedTexts:
    """Give the texts their numbers and bring the other project's, without `left_out`."""
    connection = both.connection
    my_batch = lookup_table(connection, "my_batches", both.mine.batches)
    their_batch = lookup_table(connection, "their_batches", both.theirs.batches)
    last, came = 0, []
    for row in connection.execute(_in_order(my_batch, their_batch)):
        if row.theirs in left_out and row.mine is None:
            continue
        last = max(last + 1, row.lowest)
        for id_, numbers in ((row.mine, both.mine.texts), (row.theirs, both.theirs.texts)):
            if id_ not in (None, last):
                numbers[id_] = last
        if row.mine is None:
            came.append(row.theirs)
    regrouped = _regrouped(both)
    _renumber(both, my_batch)
    _take_over(both, their_batch)
    _merge_releases(both)
    _bring(both, came)
    _count_texts(both)
    return MergedTexts(len(came), regrouped)


def _in_order(my_batch: Table, their_batch: Table) -> CompoundSelect[Any]:
    """All texts of both projects by batch and by their numbers in it, with the lowest of these.

    The batch is that of the project that added the text first, so that the order is the same in both directions.
    """
    mine, theirs = MINE["texts"], THEIRS["texts"]
    with_mine = mine.join(my_batch, my_batch.c.old == mine.c.batch_id)
    with_theirs = theirs.join(their_batch, their_batch.c.old == theirs.c.batch_id)
    ours, others = my_batch.c.new, their_batch.c.new
    here = case((or_(others.is_(None), ours <= others), mine.c.id))
    there = case((or_(ours.is_(None), others <= ours), theirs.c.id))
    columns = (
        func.min(func.coalesce(ours, others), func.coalesce(others, ours)).label("batch"),
        func.min(func.coalesce(here, there), func.coalesce(there, here)).label("lowest"),
        func.max(func.coalesce(here, there), func.coalesce(there, here)).label("highest"),
        func.coalesce(mine.c.digest, theirs.c.digest).label("digest"),
        mine.c.id.label("mine"),
        theirs.c.id.label("theirs"),
    )
    same = theirs.c.digest == mine.c.digest
    of_mine = select(*columns).select_from(with_mine.outerjoin(with_theirs, same))
    of_theirs = select(*columns).select_from(with_theirs.outerjoin(with_mine, same)).where(mine.c.id.is_(None))
    return union_all(of_mine, of_theirs).order_by("batch", "lowest", "highest", "digest")


def _regrouped(both: Both) -> int:
    mine, theirs = MINE["texts"], THEIRS["texts"]
    pairs = select(func.count()).select_from(mine.join(theirs, theirs.c.digest == mine.c.digest))
    differing = pairs.where(theirs.c.group_key.is_distinct_from(mine.c.group_key))
    return int(both.connection.execute(differing).scalar_one())


def _renumber(both: Both, my_batch: Table) -> None:
    """Give this project's texts, and all that is about them, their new numbers."""
    connection, texts = both.connection, MINE["texts"]
    new = lookup_table(connection, "my_texts", both.mine.texts)
    for column in (texts.c.id, *(MINE[name].c.text_id for name in ("questions", "drafts", "weak_texts"))):
        _map(both, column, new, sign=-1)  # by way of negative numbers, so that none is taken twice
        connection.execute(update(column.table).where(column < 0).values({column: -column}))
    _map(both, texts.c.batch_id, my_batch)


def _map(both: Both, column: Column[Any], numbers: Table, *, sign: int = 1) -> None:
    found = select(sign * numbers.c.new).where(numbers.c.old == column).scalar_subquery()
    changed = column.in_(select(numbers.c.old).where(numbers.c.old != numbers.c.new))
    both.connection.execute(update(column.table).where(changed).values({column: found}))


def _take_over(both: Both, their_batch: Table) -> None:
    """Describe a text that both have as the project does that added it first; the numbers are the new ones."""
    mine, theirs = MINE["texts"], THEIRS["texts"]
    pairs = (
        select(mine.c.id.label("here"), mine.c.batch_id.label("now"), mine.c.suggested.label("ours"))
        .add_columns(their_batch.c.new, *(theirs.c[name] for name in CONTENT))
        .select_from(mine.join(theirs, theirs.c.digest == mine.c.digest))
        .join(their_batch, their_batch.c.old == theirs.c.batch_id)
        .where(or_(their_batch.c.new < mine.c.batch_id, theirs.c.suggested.is_distinct_from(mine.c.suggested)))
    )
    for row in both.connection.execute(pairs).all():
        if changed := _taken(row):
            both.connection.execute(update(mine).where(mine.c.id == row.here).values(changed))


def _taken(row: Row[Any]) -> Mapping[str, Any]:
    """What changes of a text of this project."""
    if row.new < row.now:
        return {name: getattr(row, name) for name in CONTENT} | {"batch_id": row.new}
    if row.new == row.now:
        return {"suggested": max(row.ours or "", row.suggested or "")}
    return {}


def _merge_releases(both: Both) -> None:
    """A text is released since the first of the events by which either project released it."""
    mine, theirs = MINE["texts"], THEIRS["texts"]
    query = (
        select(mine.c.id, mine.c.released, theirs.c.released.label("there"))
        .outerjoin(theirs, theirs.c.digest == mine.c.digest)
        .where(or_(mine.c.released.is_not(None), theirs.c.released.is_not(None)))
    )
    for row in both.connection.execute(query).all():
        events = both.mine.event(row.released), both.theirs.event(row.there)
        first = min(event for event in events if event is not None)
        both.connection.execute(update(mine).where(mine.c.id == row.id).values(released=first))


def _bring(both: Both, ids: Collection[int]) -> None:
    numbers = both.theirs
    for part in batched(ids, LOOKUP_ROWS):
        found = looked_up(both.connection, select(THEIRS["texts"]), THEIRS["texts"].c.id, part)
        new = [
            dict(row._mapping)
            | {"id": numbers.text(row.id), "batch_id": numbers.batches[row.batch_id]}
            | {"released": numbers.event(row.released)}
            for row in found
        ]
        both.connection.execute(insert(MINE["texts"]), new)


def _count_texts(both: Both) -> None:
    """Correct the sizes of the batches; one whose texts another had before is gone."""
    batches, texts = MINE["batches"], MINE["texts"]
    size = select(func.count()).where(texts.c.batch_id == batches.c.id).scalar_subquery()
    both.connection.execute(update(batches).values(added=size))
    both.connection.execute(delete(batches).where(batches.c.added == 0))
