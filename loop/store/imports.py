"""Imports of answers, and taking one back: its answers are retracted, and texts leave that only it brought."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Row, select

from loop.records import Answer
from loop.store.answered import mark_answered
from loop.store.answers import answer_of
from loop.store.batches import note_removed
from loop.store.database import Database
from loop.store.erasing import delete_texts
from loop.store.events import EventKind
from loop.store.import_log import ImportInfo, answers_of, import_named, imports, taken_back
from loop.store.journal import append_event
from loop.store.lookup import looked_up
from loop.store.many_answers import write_answers
from loop.store.naming import read_naming
from loop.store.questions import expire
from loop.store.schema import answers, drafts, texts


@dataclass(frozen=True, slots=True)
class Undoing:
    """What taking an import back means.

    Attributes:
        info: the import.
        answers: those of its answers that stand, and no longer will.
        changed: how many of its answers somebody has changed since, by their name; these changes stay.
        leaving: texts that only it brought, by batch.
        staying: the number of texts that it brought and that stay, because somebody else answered or began them.
    """

    info: ImportInfo
    answers: tuple[Answer, ...]
    changed: Mapping[str, int]
    leaving: Mapping[int, Sequence[int]]
    staying: int

    @property
    def texts(self) -> list[int]:
        """The texts that leave."""
        return [id_ for ids in self.leaving.values() for id_ in ids]


class Imports:
    """The imports of answers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[ImportInfo]:
        """All imports, oldest first; those by earlier versions were not recorded."""
        with self._database.read() as connection:
            return imports(connection)

    def taken_back(self) -> frozenset[str]:
        """The ids of all answers of imports that were taken back."""
        with self._database.read() as connection:
            return taken_back(connection)

    def undoing(self, name: str = "") -> Undoing:
        """What taking back an import would mean; `name` is its number or its files, by default the last import.

        Raises:
            StoreError: there is no such import, or it was taken back already.
        """
        with self._database.read() as connection:
            return _undoing(connection, name)

    def undo(self, name: str = "") -> Undoing:
        """Take an import back, all or nothing: retract its answers, and remove the texts that only it brought.

        Answers that somebody has changed since stay as they are.

        Raises:
            StoreError: see `undoing`.
        """
        with self._database.write() as connection:
            undoing = _undoing(connection, name)
            gone = set(undoing.texts)
            _retract(connection, [answer for answer in undoing.answers if answer.text_id not in gone])
            for batch, ids in undoing.leaving.items():
                delete_texts(connection, ids)
                note_removed(connection, batch, len(ids))
            said = {"import": undoing.info.token, "answers": len(undoing.answers), "texts": len(gone)}
            append_event(connection, EventKind.IMPORT_UNDONE, said)
            expire(connection)
        return undoing


def _undoing(connection: Connection, name: str) -> Undoing:
    every = imports(connection)
    info = import_named(every, name)
    batches = {one.batch for one in every if one.is_undone} | {info.batch}
    brought = {row.id: row.batch_id for row in looked_up(connection, _TEXTS, texts.c.batch_id, sorted(batches))}
    mine = set(answers_of(connection, [info.token]))
    imported = mine.union(answers_of(connection, [one.token for one in every if one.is_undone]))
    of_mine = {row.text_id for row in looked_up(connection, _TEXTS_OF, answers.c.id, sorted(mine))}
    rows = list(looked_up(connection, select(answers), answers.c.text_id, sorted(of_mine | brought.keys())))
    last = _last_words(rows)
    others = {row.text_id for row in rows if not _came_in(row, imported)}
    begun = {row.text_id for row in looked_up(connection, _BEGUN, drafts.c.text_id, sorted(brought))}
    leaving: dict[int, list[int]] = defaultdict(list)
    for id_, batch in brought.items():
        if id_ not in others | begun:
            leaving[batch].append(id_)
    naming = read_naming(connection)
    standing = tuple(answer_of(last[id_], naming) for id_ in sorted(mine & last.keys()) if last[id_].id == id_)
    changed = [last[id_] for id_ in mine & last.keys() if last[id_].id != id_ and last[id_].verdict != "retract"]
    return Undoing(
        info,
        standing,
        Counter(row.annotator for row in changed),
        dict(leaving),
        sum(batch == info.batch for batch in brought.values()) - len(leaving.get(info.batch, ())),
    )


_TEXTS = select(texts.c.id, texts.c.batch_id)
_TEXTS_OF = select(answers.c.text_id)
_BEGUN = select(drafts.c.text_id)


def _last_words(rows: Sequence[Row[Any]]) -> dict[str, Row[Any]]:
    """By each answer, the one that stands in its place: itself, what replaced it, or a retraction."""
    later = {row.retracts: row for row in rows if row.retracts is not None}

    def last(row: Row[Any]) -> Row[Any]:
        while row.id in later:
            row = later[row.id]
        return row

    return {row.id: last(row) for row in rows}


def _came_in(row: Row[Any], imported: Collection[str]) -> bool:
    """Whether an answer is one of these, or takes one of these back as part of an import."""
    return row.id in imported or (row.verdict == "retract" and row.mode == "import")


def _retract(connection: Connection, given: Sequence[Answer]) -> None:
    taken = [
        Answer(
            uuid4().hex,
            answer.text_id,
            answer.annotator,
            "retract",
            mode="import",
            scheme=answer.scheme,
            held_out=answer.held_out,
            repeat=answer.repeat,
            retracts=answer.id,
            rank=answer.rank,
        )
        for answer in given
    ]
    write_answers(connection, taken, {})
    mark_answered(connection, {answer.text_id for answer in given})
