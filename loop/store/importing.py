"""Imports answers with their texts and questions, in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TypeVar
from uuid import uuid4

from sqlalchemy import Connection, Table, delete, insert, select

from loop.answer_parts import Schemes
from loop.errors import StoreError
from loop.records import Answer, Question, Text
from loop.store.answered import mark_answered
from loop.store.answers import standing_of
from loop.store.batches import BatchReport, NewText, begin_batch, digest, finish_batch, text_row
from loop.store.database import Database
from loop.store.drafts import end_drafts
from loop.store.events import EventKind
from loop.store.journal import append_event, put_scheme
from loop.store.lookup import LOOKUP_ROWS, batched, looked_up
from loop.store.many_answers import write_answers
from loop.store.naming import read_naming
from loop.store.question_passages import take_off_queue
from loop.store.question_rows import question_row
from loop.store.schema import answers, drafts, questions, queue, texts
from loop.truth import Truth, of_annotators, resolve

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NewAnswer:
    """An answer to be imported, with its text and, if known, the question that it answered.

    Text ids and the scheme are assigned when the three are written.

    Attributes:
        asked: the labels that the answer is complete for; None for all.
        widened: number of its spans that had an edge inside a token.
    """

    text: NewText
    answer: Answer
    question: Question | None = None
    asked: frozenset[str] | None = None
    widened: int = 0


@dataclass(frozen=True, slots=True)
class ImportChange:
    """What an import changes.

    Attributes:
        answers: those that are new, with the ids of their texts; negative for texts that are new.
        known: number of answers that say nothing new.
        narrower: number of known answers that were complete for fewer labels in the import than they are in the store.
        replaced: ids of the texts with different, earlier answers of the same annotators, which no longer count.
        new_texts, known_texts: numbers of texts.
    """

    answers: tuple[NewAnswer, ...]
    known: int
    narrower: int
    replaced: frozenset[int]
    new_texts: int = 0
    known_texts: int = 0


@dataclass(frozen=True, slots=True)
class ImportedAnswers:
    """The result of an import: `known` answers said nothing new; `batch` is that of the new texts."""

    batch: BatchReport
    added: int
    known: int


def preview(
    database: Database,
    rows: Sequence[NewAnswer],
    others: Sequence[NewText] = (),
    *,
    labels: Sequence[str],
    replacing: bool = False,
) -> ImportChange:
    """Return what `import_answers` would change, without writing anything.

    Raises:
        StoreError: see `import_answers`.
    """
    with database.read() as connection:
        contents = dict.fromkeys(digest(text.text) for text in (*(row.text for row in rows), *others))
        known = _ids(connection, list(contents))
        ids = {key: known.get(key, -n) for n, key in enumerate(contents, start=1)}
        schemes = read_naming(connection).complete_for
        version = {asked: n for n, asked in enumerate(_distinct(rows), start=1 + max(schemes, default=0))}
        schemes |= {
            n: tuple(label for label in labels if asked is None or label in asked) for asked, n in version.items()
        }
        placed = [_placed(row, ids[digest(row.text.text)], version[row.asked]) for row in rows]
        change = _change(connection, placed, schemes, replacing=replacing)
    return replace(change, new_texts=len(contents) - len(known), known_texts=len(known))


def import_answers(
    database: Database,
    rows: Sequence[NewAnswer],
    others: Sequence[NewText] = (),
    *,
    labels: Sequence[str],
    source: str,
    replacing: bool = False,
) -> ImportedAnswers:
    """Write answers, in order, with their texts and questions: all or nothing.

    Skips answers that exist already, and complete answers that repeat what the same annotator said before.

    Args:
        database: the database to write to.
        rows: the answers.
        others: unanswered texts to add with them.
        labels: the project's labels.
        source: a description of where the answers come from.
        replacing: whether answers may override different ones of the same annotators to the same texts.

    Raises:
        StoreError: the id of an answer or question belongs to another text, or an answer would override one of the
            same annotator and `replacing` is False.
    """
    with database.write() as connection:
        report = _add_texts(connection, [*(row.text for row in rows), *others], source)
        ids = _ids(connection, [digest(row.text.text) for row in rows])
        scheme = {asked: put_scheme(connection, labels, asked) for asked in _distinct(rows)}
        placed = [_placed(row, ids[digest(row.text.text)], scheme[row.asked]) for row in rows]
        fresh = _change(connection, placed, read_naming(connection).complete_for, replacing=replacing).answers
        asked = [row.question for row in fresh if row.question]
        unknown = _new(connection, questions, ((each.id, each.text.id, each) for each in asked))
        if unknown:
            connection.execute(insert(questions), [question_row(each) for each in unknown])
        token = uuid4().hex
        _add_answers(connection, [row.answer for row in fresh], token)
        if fresh or report.added:
            said = {"import": token, "source": source, "answers": len(fresh), "texts": report.added}
            said |= {"batch": report.batch} if report.batch else {}
            append_event(connection, EventKind.IMPORTED, said | _cut_spans(fresh))
    return ImportedAnswers(report, len(fresh), len(rows) - len(fresh))


def _cut_spans(rows: Sequence[NewAnswer]) -> dict[str, int]:
    """How many spans had an edge inside a token, and of how many; nothing if none had."""
    widened = sum(row.widened for row in rows)
    return {"spans": sum(len(row.answer.spans) for row in rows), "widened": widened} if widened else {}


def _distinct(rows: Iterable[NewAnswer]) -> list[frozenset[str] | None]:
    """What the answers are complete for; first of all labels, for which there is a scheme in any case."""
    return list(dict.fromkeys((None, *(row.asked for row in rows))))


def _add_texts(connection: Connection, new: Sequence[NewText], source: str) -> BatchReport:
    distinct: dict[str, NewText] = {}
    for text in new:
        distinct.setdefault(text.text, text)
    ordered = list(distinct.values())
    batch, before = begin_batch(connection, source), _changes(connection)
    if ordered:
        statement = insert(texts).prefix_with("OR IGNORE").values(batch_id=batch)
        connection.execute(statement, [text_row(text) | {"batch_id": batch} for text in ordered])
    return finish_batch(connection, batch, added=_changes(connection) - before, seen=len(ordered))


def _changes(connection: Connection) -> int:
    """The number of rows that this connection has written; SQLAlchemy has no rowcount for executemany."""
    return int(connection.exec_driver_sql("SELECT total_changes()").scalar_one())


def _ids(connection: Connection, digests: Sequence[bytes]) -> dict[bytes, int]:
    rows = looked_up(connection, select(texts.c.digest, texts.c.id), texts.c.digest, digests)
    return {row.digest: row.id for row in rows}


def _placed(row: NewAnswer, text_id: int, scheme: int) -> NewAnswer:
    asked = row.question and replace(row.question, text=Text(text_id, row.text.text))
    answer = replace(row.answer, text_id=text_id, scheme=scheme, question_id=asked.id if asked else None)
    return replace(row, answer=answer, question=asked)


def _new(connection: Connection, table: Table, rows: Iterable[tuple[str, int, T]]) -> list[T]:
    """The items of (id, text id, item) rows whose ids are not in `table`, without duplicates."""
    given = list(rows)
    there = _texts_of(connection, table, [id_ for id_, _, _ in given])
    texts_of = dict(there)
    new: dict[str, T] = {}
    for id_, text_id, what in given:
        if texts_of.setdefault(id_, text_id) != text_id:
            hint = "Remove the field _loop from the file."
            raise StoreError(f"The file uses an id in {table.name} that belongs to another text.", hint=hint)
        if id_ not in there:
            new.setdefault(id_, what)
    return list(new.values())


def _change(connection: Connection, rows: Sequence[NewAnswer], schemes: Schemes, *, replacing: bool) -> ImportChange:
    """What these rows, with the ids of their texts and schemes, change.

    Raises:
        StoreError: an answer differs from an earlier one and `replacing` is False.
    """
    before = _said_before(connection, [row.answer for row in rows])
    rows = _renewed(connection, rows, before, schemes)
    fresh = _new(connection, answers, ((row.answer.id, row.answer.text_id, row) for row in rows))
    more: list[NewAnswer] = []
    others: list[Answer] = []
    for row in fresh:
        if row.answer.adjudicates:  # it is the word of none of the annotators
            more.append(row)
            continue
        said, now = _said(before, row), resolve([row.answer], schemes)
        if said.contradicts(now):
            others.append(row.answer)
        if not (now.labels and said.implies(now)):
            more.append(row)
    if others and not replacing:
        who = ", ".join(sorted({answer.annotator for answer in others}))
        raise StoreError(
            f"{len({answer.text_id for answer in others}):,} of the texts have different answers by {who}, "
            "which would no longer count. Nothing was imported.",
            hint="Use --replace to override them, or --annotator NAME to import the file as another annotator's.",
        )
    more = _deciding(connection, more)
    added = {row.answer.id for row in more}
    known = [row for row in rows if row.answer.id not in added]
    covered = [(resolve([row.answer], schemes).labels, _said(before, row).labels) for row in known]
    narrower = sum(bool(now) and now < said for now, said in covered)
    return ImportChange(tuple(more), len(rows) - len(more), narrower, frozenset(one.text_id for one in others))


def _renewed(
    connection: Connection, rows: Sequence[NewAnswer], before: Mapping[tuple[int, str], Truth], schemes: Schemes
) -> list[NewAnswer]:
    """The rows; one that came in before, as complete for fewer labels, is another answer and gets another id."""
    there = _texts_of(connection, answers, [row.answer.id for row in rows])
    known = [row for row in rows if row.answer.id in there]
    wider = {row.answer.id for row in known if _adds_labels(row, _said(before, row), schemes)}
    ids: dict[str, str] = {}
    for n in count(2):
        if not (left := wider - ids.keys()):
            break
        taken = _texts_of(connection, answers, [f"{id_}~{n}" for id_ in sorted(left)])
        ids |= {id_: f"{id_}~{n}" for id_ in left if f"{id_}~{n}" not in taken}
    return [replace(row, answer=replace(row.answer, id=ids.get(row.answer.id, row.answer.id))) for row in rows]


def _adds_labels(row: NewAnswer, said: Truth, schemes: Schemes) -> bool:
    return bool(said.labels) and said.labels < resolve([row.answer], schemes).labels


def _deciding(connection: Connection, rows: Sequence[NewAnswer]) -> list[NewAnswer]:
    """The rows; what decides between answers names only those that came in, unless none did."""
    named = {id_ for row in rows for id_ in row.answer.adjudicates}
    there = {row.answer.id for row in rows} | _texts_of(connection, answers, sorted(named)).keys()

    def decides(answer: Answer) -> Answer:
        known = tuple(id_ for id_ in answer.adjudicates if id_ in there)
        return replace(answer, adjudicates=known) if known else answer

    return [replace(row, answer=decides(row.answer)) for row in rows]


def _said(before: Mapping[tuple[int, str], Truth], row: NewAnswer) -> Truth:
    return before.get((row.answer.text_id, row.answer.annotator), Truth())


def _said_before(connection: Connection, new: Sequence[Answer]) -> dict[tuple[int, str], Truth]:
    """What each annotator has said about these texts, by text id and annotator."""
    said = standing_of(connection, sorted({answer.text_id for answer in new}))
    return of_annotators(said, read_naming(connection).complete_for)


def _texts_of(connection: Connection, table: Table, ids: Sequence[str]) -> dict[str, int]:
    rows = looked_up(connection, select(table.c.id, table.c.text_id), table.c.id, ids)
    return {row.id: row.text_id for row in rows}


def _add_answers(connection: Connection, new: Sequence[Answer], token: str) -> None:
    stored = write_answers(connection, (replace(each, rank=0) for each in new), {"import": token})
    mark_answered(connection, {each.text_id for each in stored})
    whole = [each for each in stored if each.passage is None]
    given = {(each.text_id, each.annotator) for each in whole}
    for part in batched(sorted({each.text_id for each in whole}), LOOKUP_ROWS):
        asked = select(questions.c.id).where(questions.c.text_id.in_(part))
        connection.execute(delete(queue).where(queue.c.question_id.in_(asked)))
        _drop_drafts(connection, part, given)
    about = [each for each in stored if each.passage is not None]
    take_off_queue(connection, about)
    for each in about:
        end_drafts(connection, each)


def _drop_drafts(connection: Connection, text_ids: Sequence[int], answered: Collection[tuple[int, str]]) -> None:
    begun = select(drafts.c.text_id, drafts.c.annotator).where(drafts.c.text_id.in_(text_ids))
    for text_id, annotator in connection.execute(begun).all():
        if (text_id, annotator) in answered:
            mine = (drafts.c.text_id == text_id) & (drafts.c.annotator == annotator)
            connection.execute(delete(drafts).where(mine))
