"""Answers, whose rows are never changed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    func,
    insert,
    select,
)

from loop.errors import StoreError
from loop.former_names import attribute
from loop.held_out import HeldOut
from loop.overlap import in_effect
from loop.records import LEFT_OUT, Answer, Question, Text
from loop.store.answered import FIRST, OWN, STANDS, WHOLE, mark_text, place_of
from loop.store.database import Database, now
from loop.store.drafts import end_drafts
from loop.store.events import EventKind
from loop.store.journal import append_event
from loop.store.lookup import looked_up
from loop.store.naming import Naming, read_naming
from loop.store.question_passages import take_off_queue
from loop.store.question_rows import keep_question, text_there
from loop.store.schema import answers, events, texts
from loop.store.spans import dump_passage, dump_spans, load_passage, load_spans

_STANDING = select(answers).where(STANDS, FIRST).order_by(answers.c.place, answers.c.seq)
_BEGUN = select(answers.c.text_id).where(STANDS, FIRST, ~WHOLE, ~answers.c.held_out).distinct()


class Answers:
    """All answers, oldest first. Standing answers are those that no later answer retracts."""

    again = attribute("Answers", "again", "repeats")

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: tuple[object, tuple[Answer, ...]] = None, ()

    def add(self, answer: Answer, question: Question | None = None) -> Answer:
        """Commit an answer and its event to disk; return it with its `seq` and time.

        The same transaction takes the questions that it ends off the queue, and deletes their drafts.

        Raises:
            StoreError: the answer that it retracts is already retracted, or its text is gone.
        """
        with text_there(), self._database.write() as connection:
            if question is not None:
                keep_question(connection, question)
            return add_answer(connection, answer)

    def standing(self) -> list[Answer]:
        """The standing answers except `repeats`, by rank: a replacement has the rank of the answer it replaces."""
        with self._database.read() as connection:
            return self._standing(connection)

    def repeats(self) -> list[Answer]:
        """The standing answers to blind repeats, which measure consistency."""
        return self._select(select(answers).where(STANDS, answers.c.repeat).order_by(answers.c.seq))

    def training(self) -> list[Answer]:
        """The answers that rounds are trained on, by rank.

        Excludes every text that has a standing held-out answer, together with its whole group, however its other
        answers came in.
        """
        with self._database.read() as connection:
            held_out = HeldOut(*_held_out_texts(connection))
            groups = dict(_answered(connection, held_out=True) + _answered(connection, held_out=False))
            standing = self._standing(connection)
        return [one for one in standing if held_out.may_teach(Text(one.text_id, "", group=groups[one.text_id]), one)]

    def held_out_texts(self) -> tuple[frozenset[int], frozenset[str]]:
        """Ids and groups of the texts with a standing held-out answer."""
        with self._database.read() as connection:
            return _held_out_texts(connection)

    def evaluation(self) -> list[Answer]:
        """The answers that rounds are evaluated on, by rank: all to texts that have a standing held-out answer."""
        standing = [answer for answer in self.standing() if not answer.waits]
        held = {answer.text_id for answer in standing if answer.held_out}
        return [answer for answer in standing if answer.text_id in held]

    def taught(self) -> frozenset[str]:
        """Groups of texts with standing answers that are not held out."""
        with self._database.read() as connection:
            return frozenset(group for _, group in _answered(connection, held_out=False) if group is not None)

    def begun(self) -> frozenset[int]:
        """Ids of the texts with standing answers about a passage that are not held out."""
        with self._database.read() as connection:
            return frozenset(connection.execute(_BEGUN).scalars())

    def annotators(self, ids: Sequence[str]) -> dict[str, str]:
        """The annotators of these answers, by answer id; unknown ids are left out."""
        with self._database.read() as connection:
            rows = looked_up(connection, select(answers.c.id, answers.c.annotator), answers.c.id, ids)
            return {row.id: row.annotator for row in rows}

    def ids(self) -> frozenset[str]:
        """The ids of all answers ever given."""
        with self._database.read() as connection:
            return frozenset(connection.execute(select(answers.c.id)).scalars())

    def all(self) -> list[Answer]:
        """Every answer ever given, oldest first."""
        return self._select(select(answers).order_by(answers.c.seq))

    def last(self, annotator: str, *, before: int | None = None) -> Answer | None:
        """This annotator's latest standing answer to a question (earlier than event `before`, if given).

        What they adjudicated is not theirs alone.
        """
        query = select(answers).where(STANDS, OWN, answers.c.annotator == annotator, answers.c.question_id.is_not(None))
        if before is not None:
            query = query.where(answers.c.seq < before)
        return next(iter(self._select(query.order_by(answers.c.seq.desc()).limit(1))), None)

    def of(self, question: Question, annotator: str) -> Answer | None:
        """This annotator's standing answer to a question or, if there is none, the last one by rank to its text.

        Answers to a repeat or a passage and other answers to the same text do not stand in for each other.
        """
        query = select(answers).where(STANDS, answers.c.text_id == question.text.id, answers.c.annotator == annotator)
        given = self._select(query.order_by(answers.c.place.desc()))
        to_this = [answer for answer in given if question.id in (answer.question_id, answer.id)]
        is_alone = question.stream in ("revisit", "repeat", "review") or question.passage is not None
        others = (
            [] if is_alone else [one for one in given if not (one.repeat or one.adjudicates) and one.passage is None]
        )
        return next(iter(to_this or others), None)

    def count(self, annotator: str | None = None, *, since: datetime | None = None) -> int:
        """The number of standing answers given in sessions, not imported; of one annotator or since a time.

        A skipped or unusable text is not answered.
        """
        was_answered = answers.c.verdict.not_in(LEFT_OUT)
        query = select(func.count()).select_from(answers).where(STANDS, answers.c.mode != "import", was_answered)
        if annotator is not None:
            query = query.where(answers.c.annotator == annotator)
        if since is not None:
            query = query.where(answers.c.at >= since.isoformat())
        with self._database.read() as connection:
            return int(connection.execute(query).scalar_one())

    def left_out(self) -> dict[str, int]:
        """The numbers of skipped texts, by reason, and of unusable ones."""
        query = (
            select(answers.c.verdict, answers.c.reason, func.count())
            .where(STANDS, FIRST, answers.c.verdict.in_(LEFT_OUT))
            .group_by(answers.c.verdict, answers.c.reason)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        counts: dict[str, int] = {}
        for verdict, reason, count in rows:
            name = "unusable" if verdict == "unusable" else reason or "skipped"
            counts[name] = counts.get(name, 0) + int(count)
        return counts

    def _standing(self, connection: Connection) -> list[Answer]:
        """Read and parsed once as long as nothing happens: a trainer asks for them several times a round."""
        last, count = (select(what).scalar_subquery() for what in (func.max(events.c.seq), func.count(answers.c.id)))
        state = connection.execute(select(last, count)).one()
        if self._known[0] != state:
            self._known = state, tuple(standing(connection))
        return list(self._known[1])

    def _select(self, query: Select[Any]) -> list[Answer]:
        with self._database.read() as connection:
            return _read(connection, query)


def standing_of(connection: Connection, text_ids: Sequence[int]) -> list[Answer]:
    """The standing answers to these texts, by rank within each text."""
    naming = read_naming(connection)
    return [answer_of(row, naming) for row in looked_up(connection, _STANDING, answers.c.text_id, text_ids)]


def standing(connection: Connection) -> list[Answer]:
    """`Answers.standing` within the caller's transaction."""
    rows = connection.execute(select(texts.c.id, texts.c.released).where(texts.c.released.is_not(None)))
    return in_effect(_read(connection, _STANDING), {row.id: row.released for row in rows})


def _held_out_texts(connection: Connection) -> tuple[frozenset[int], frozenset[str]]:
    rows = _answered(connection, held_out=True)
    return frozenset(id_ for id_, _ in rows), frozenset(group for _, group in rows if group is not None)


def _answered(connection: Connection, *, held_out: bool) -> list[tuple[int, str | None]]:
    """Ids and groups of the texts with standing answers, held-out ones or others."""
    query = select(texts.c.id, texts.c.group_key).join(answers, texts.c.id == answers.c.text_id)
    rows = connection.execute(query.where(STANDS, FIRST, answers.c.held_out == held_out))
    return [(row.id, row.group_key) for row in rows]


def _read(connection: Connection, query: Select[Any]) -> list[Answer]:
    naming = read_naming(connection)
    return [answer_of(row, naming) for row in connection.execute(query)]


def add_answer(connection: Connection, answer: Answer) -> Answer:
    """Write an answer within the caller's transaction; see `Answers.add`."""
    seq = append_event(connection, EventKind.ANSWER, answer_event(answer))
    rank, moment = _rank(connection, answer, seq), answer.at or datetime.fromisoformat(now())
    stored = replace(answer, seq=seq, rank=rank, at=moment)
    connection.execute(insert(answers).values(answer_row(stored)))
    about = stored if answer.complete or answer.passage else replace(stored, passage=place_of(connection, answer.id))
    if answer.needs == 1:  # others are asked about the rest
        take_off_queue(connection, [about])
    end_drafts(connection, about)
    mark_text(connection, answer.text_id)
    return stored


def _rank(connection: Connection, answer: Answer, seq: int) -> int:
    """The rank of the answer that it replaces, if that one says something; otherwise a new rank.

    No round was trained on an answer that says nothing, so a new rank saves retraining.
    """
    if answer.retracts is None:
        return seq
    replaced = connection.execute(select(answers).where(answers.c.id == answer.retracts)).first()
    before = answer_of(replaced, read_naming(connection)) if replaced else None
    return before.rank if before and before.says_something else seq


def answer_event(answer: Answer) -> dict[str, Any]:
    """The payload of an answer's event."""
    return {"answer": answer.id, "verdict": answer.verdict}


def answer_row(answer: Answer) -> dict[str, Any]:
    """Convert an answer, with rank and time set, to a row of `answers`."""
    assert answer.at is not None
    plain = (
        "id seq text_id question_id annotator scheme mode round verdict complete held_out repeat "
        "reason flag memo guideline_hash seconds keys needs retracts"
    )
    row = {name: getattr(answer, name) for name in plain.split()}
    return row | {
        "place": answer.rank,
        "shown": dump_spans(answer.shown),
        "spans": dump_spans(answer.spans),
        "unclear": dump_spans(answer.unclear),
        "passage": dump_passage(answer.passage),
        "adjudicates": json.dumps(answer.adjudicates),
        "at": answer.at.isoformat(),
    }


def answer_of(row: Row[Any], naming: Naming) -> Answer:
    """Convert a row of `answers` (or of a join with its columns) to an answer, with the current label names."""
    fields = {name: value for name, value in row._mapping.items() if name not in ("place", "text")}
    try:
        spans = {name: naming.spans(load_spans(fields[name]), row.scheme) for name in ("shown", "spans", "unclear")}
        fields["adjudicates"] = tuple(json.loads(row.adjudicates))
        fields["passage"] = load_passage(row.passage)
    except (ValueError, TypeError):
        raise StoreError(f"Answer {row.id} cannot be read.", hint="`loop doctor --repair` sets it aside.") from None
    read = {"at": datetime.fromisoformat(row.at), "rank": row.place, "revision": naming.revision(row.scheme)}
    return Answer(**fields | spans | read)
