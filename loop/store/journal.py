"""The event log, label schemes, finished rounds, and what the trainer says about itself."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from loop.records import TrainerStatus
from loop.store.database import Database, now
from loop.store.events import EventKind
from loop.store.naming import Naming, read_naming
from loop.store.schema import events, predictions, rounds, schemes, state

TRAINER = "trainer"
HEADLINE = "headline"
SETTINGS = "settings"
READING = "reading"


@dataclass(frozen=True, slots=True)
class RoundInfo:
    """One finished round.

    Attributes:
        answers: how many answers it learned from, all rounds before included. steps: of the optimizer.
        loss: mean over its steps, None without any. seconds: wall time of the round.
        versions: of the libraries that computed it. weights: SHA-256 of its weights, "" from before they were noted.
        digest: of what the settings say about learning.
        kept: how well labels of the base that nobody teaches are kept, F1 in percent.
        agreement: F1 in percent of what it finds against what the round before found, in texts that nobody has
            answered; None without any entity.
        estimate: "p", "r" and "f" in percent that its own probabilities expect on the pool, from so many "texts" drawn
            at random; empty until it has read them.
    """

    number: int
    answers: int
    steps: int
    loss: float | None
    seconds: float
    seed: int
    versions: str
    weights: str
    digest: str
    kept: Mapping[str, float] = field(default_factory=dict)
    agreement: float | None = None
    estimate: Mapping[str, float] = field(default_factory=dict)
    at: str = ""


class Journal:
    """What happened, in order."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def events(self, *, after: int = 0, kind: EventKind | None = None) -> list[tuple[int, str, dict[str, Any]]]:
        """(seq, kind, payload) of every event later than `after`, or those of one kind, oldest first."""
        query = select(events).where(events.c.seq > after).order_by(events.c.seq)
        with self._database.read() as connection:
            rows = connection.execute(query if kind is None else query.where(events.c.kind == kind.value)).all()
        return [(row.seq, row.kind, json.loads(row.payload)) for row in rows]

    def latest(self, kind: EventKind) -> dict[str, Any] | None:
        """The payload of the latest event of a kind; None without any."""
        query = select(events.c.payload).where(events.c.kind == kind.value).order_by(events.c.seq.desc()).limit(1)
        with self._database.read() as connection:
            payload = connection.execute(query).scalar_one_or_none()
        return None if payload is None else dict(json.loads(payload))

    def note(self, kind: EventKind, payload: Mapping[str, Any]) -> None:
        """Append an event that nothing else in the store goes with."""
        with self._database.write() as connection:
            append_event(connection, kind, payload)

    def last_seq(self) -> int:
        """The place of the latest event, 0 before the first."""
        with self._database.read() as connection:
            return last_seq(connection)

    def scheme(self, labels: Sequence[str], *, asked: Collection[str] | None = None) -> int:
        """The version of the scheme of answers that are given now; a new one, and an event, where there is none.

        The `labels` are in force; complete answers are complete for those of them that are `asked`, or else for all.
        """
        with self._database.write() as connection:
            return put_scheme(connection, labels, asked)

    def settings(self, digest: str, values: Mapping[str, Any]) -> None:
        """Note what the settings say about learning: an event, when it is not what they said before."""
        with self._database.read() as connection:
            if get_state(connection, SETTINGS) == digest:
                return
        with self._database.write() as connection:
            put_state(connection, SETTINGS, digest)
            append_event(connection, EventKind.SETTINGS, {"digest": digest, **values})

    def settings_at(self, seq: int) -> dict[str, Any] | None:
        """What the settings said about learning at the event `seq`; before the first time, what they said then.

        None where it was not noted.
        """
        noted = [(at, payload) for at, kind, payload in self.events(kind=EventKind.SETTINGS) if "update" in payload]
        before = [payload for at, payload in noted if at < seq]
        return before[-1] if before else noted[0][1] if noted else None

    def hold(self) -> int | None:
        """The round that is pinned: none after it is learned or published; None while rounds go on."""
        event = self.latest(EventKind.HOLD)
        return event["round"] if event else None

    def set_hold(self, round: int | None) -> None:
        """Hold a round, or let rounds go on."""
        self.note(EventKind.HOLD, {"round": round})

    def round_in_force(self) -> int:
        """The last finished round, but none after the one that is pinned."""
        with self._database.read() as connection:
            last = int(connection.execute(select(func.coalesce(func.max(rounds.c.number), 0))).scalar_one())
        hold = self.hold()
        return last if hold is None else min(last, hold)

    def schemes(self) -> dict[int, tuple[str, ...]]:
        """The labels of today that complete answers are complete for, by the version of their scheme."""
        return self.naming().complete_for

    def naming(self) -> Naming:
        """How to read what was said under earlier schemes."""
        with self._database.read() as connection:
            return read_naming(connection)

    def add_round(self, info: RoundInfo) -> None:
        """Note a finished round."""
        dumped = {"kept": json.dumps(dict(info.kept)), "estimate": json.dumps(dict(info.estimate)), "at": now()}
        with self._database.write() as connection:
            connection.execute(delete(rounds).where(rounds.c.number == info.number))  # pruned, and learned again
            connection.execute(insert(rounds).values(asdict(info) | dumped))

    def set_estimate(self, number: int, estimate: Mapping[str, float]) -> None:
        """Note what a finished round expects of itself on the pool."""
        with self._database.write() as connection:
            row = update(rounds).where(rounds.c.number == number)
            connection.execute(row.values(estimate=json.dumps(dict(estimate))))

    def forget_rounds_after(self, number: int) -> None:
        """Forget the rounds later than `number`: they learned from a history that no longer stands."""
        with self._database.write() as connection:
            connection.execute(delete(rounds).where(rounds.c.number > number))
            connection.execute(delete(predictions).where(predictions.c.round > number))

    def rounds(self) -> list[RoundInfo]:
        """Every finished round of the standing history, first to last."""
        with self._database.read() as connection:
            rows = connection.execute(select(rounds).order_by(rounds.c.number)).all()
        return [_round(row) for row in rows]

    def set_trainer(self, doing: str, *, round: int) -> None:
        """Say what the trainer is doing."""
        with self._database.write() as connection:
            put_state(connection, TRAINER, {"state": doing, "round": round, "at": now()})

    def trainer(self) -> TrainerStatus | None:
        """What the trainer said last; None when none has run yet."""
        with self._database.read() as connection:
            said = get_state(connection, TRAINER)
        return TrainerStatus(said["state"], said["round"], datetime.fromisoformat(said["at"])) if said else None

    def set_headline(self, words: str) -> None:
        """Keep what the screen says of how good the model is."""
        with self._database.write() as connection:
            put_state(connection, HEADLINE, words)

    def reading(self) -> int:
        """By which rules answers were read when rounds were learned last; 0 before `loop.truth`."""
        with self._database.read() as connection:
            return int(get_state(connection, READING) or 0)

    def set_reading(self, version: int) -> None:
        """Note by which rules answers are read from now on."""
        if version != self.reading():
            with self._database.write() as connection:
                put_state(connection, READING, version)

    def headline(self) -> str:
        """How good the model is, in a few words; empty as long as nothing is measured."""
        with self._database.read() as connection:
            return str(get_state(connection, HEADLINE) or "")


def put_scheme(connection: Connection, labels: Sequence[str], asked: Collection[str] | None = None) -> int:
    """The version of a scheme, inside the caller's transaction; see `Journal.scheme`."""
    rows = connection.execute(select(schemes).order_by(schemes.c.version.desc())).all()
    in_force = next((row for row in rows if row.asked is None), None)
    if in_force is None or json.loads(in_force.labels) != list(labels):
        in_force_version = _add_scheme(connection, labels)
    else:
        in_force_version = int(in_force.version)
    some = [label for label in labels if asked is None or label in asked]
    if some == list(labels):
        return in_force_version
    same = (row for row in rows if row.version > in_force_version and row.asked is not None)
    there = next((int(row.version) for row in same if json.loads(row.asked) == some), None)
    return there or _add_scheme(connection, labels, some)


def _add_scheme(connection: Connection, labels: Sequence[str], asked: Sequence[str] | None = None) -> int:
    version = next_version(connection)
    only = {} if asked is None else {"asked": list(asked)}
    dumped = {name: json.dumps(value) for name, value in {"labels": list(labels), **only}.items()}
    connection.execute(insert(schemes).values(version=version, at=now(), **dumped))
    append_event(connection, EventKind.LABELS, {"scheme": version, "labels": list(labels), **only})
    return version


def next_version(connection: Connection) -> int:
    """Of the next scheme."""
    return 1 + int(connection.execute(select(func.coalesce(func.max(schemes.c.version), 0))).scalar_one())


def last_seq(connection: Connection) -> int:
    """The place of the latest event, 0 before the first."""
    return int(connection.execute(select(func.coalesce(func.max(events.c.seq), 0))).scalar_one())


def _round(row: Row[Any]) -> RoundInfo:
    loaded = {name: json.loads(getattr(row, name) or "{}") for name in ("kept", "estimate")}
    return RoundInfo(**dict(row._mapping) | loaded)


def append_event(connection: Connection, kind: EventKind, payload: Mapping[str, Any]) -> int:
    """Append an event inside the caller's transaction; returns its place in the log."""
    return int(connection.execute(insert(events).values(event_row(kind, payload)).returning(events.c.seq)).scalar_one())


def event_row(kind: EventKind, payload: Mapping[str, Any]) -> dict[str, Any]:
    """An event as a row of `events`, but for its place."""
    return {"kind": kind.value, "payload": json.dumps(dict(payload), ensure_ascii=False, sort_keys=True), "at": now()}


def get_state(connection: Connection, key: str) -> Any:
    """The value kept under `key`, or None."""
    value = connection.execute(select(state.c.value).where(state.c.key == key)).scalar_one_or_none()
    return None if value is None else json.loads(value)


def put_state(connection: Connection, key: str, value: Any) -> None:
    """Keep `value` (anything JSON can hold) under `key`."""
    row = sqlite_insert(state).values(key=key, value=json.dumps(value))
    connection.execute(row.on_conflict_do_update(index_elements=["key"], set_={"value": row.excluded.value}))
