"""The event log, label schemes, finished rounds, and the trainer's status."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from loop.former_names import attribute
from loop.records import TrainerStatus
from loop.store.answered import mark_asked_in_passages
from loop.store.database import Database, now
from loop.store.events import EventKind
from loop.store.naming import Naming, read_naming
from loop.store.schema import events, predictions, rounds, schemes, state

# Keys of the table `state`.
TRAINER = "trainer"
HEADLINE = "headline"
ROBUSTNESS = "robustness"
SETTINGS = "settings"
RULES_VERSION = "reading"


@dataclass(frozen=True, slots=True)
class RoundInfo:
    """One finished round.

    Attributes:
        number: the round's number.
        answers: number of answers it was trained on, including those of earlier rounds.
        steps: number of optimizer steps.
        loss: mean over its steps; None without any.
        seconds: wall time of the round.
        seed: the project's seed.
        versions: the libraries that computed it.
        weights: SHA-256 of its weights; "" if not recorded.
        digest: hash of the settings that affect the weights.
        kept: retention of the base's labels that are not taught: F1 against the base (percent), by label.
        closing: whether it learned from the answers left over; the next round starts from the one before it, and takes
            its place and number.
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
    at: str = ""
    closing: bool = False


class Journal:
    """The event log, and the state derived from it."""

    hold = attribute("Journal", "hold", "pinned_round")
    set_hold = attribute("Journal", "set_hold", "pin")

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
        """Append an event that changes nothing else in the store."""
        with self._database.write() as connection:
            append_event(connection, kind, payload)

    def last_seq(self, kind: EventKind | None = None) -> int:
        """The number of the latest event, or of the latest of a kind; 0 before the first."""
        with self._database.read() as connection:
            return last_seq(connection, kind)

    def scheme(self, labels: Sequence[str], *, asked: Collection[str] | None = None) -> int:
        """The version of the scheme for new answers; adds a scheme, and its event, if there is none yet.

        Args:
            labels: the current labels.
            asked: those of them that complete answers cover; None for all.
        """
        with self._database.write() as connection:
            return put_scheme(connection, labels, asked)

    def settings(self, digest: str, values: Mapping[str, Any]) -> None:
        """Record the settings that affect the weights, as an event, if they have changed."""
        with self._database.read() as connection:
            if get_state(connection, SETTINGS) == digest:
                return
        with self._database.write() as connection:
            put_state(connection, SETTINGS, digest)
            append_event(connection, EventKind.SETTINGS, {"digest": digest, **values})

    def settings_at(self, seq: int) -> dict[str, Any] | None:
        """The settings last recorded before event `seq` or, if there are none so early, those recorded first.

        None if none were ever recorded.
        """
        noted = [(at, payload) for at, kind, payload in self.events(kind=EventKind.SETTINGS) if "update" in payload]
        before = [payload for at, payload in noted if at < seq]
        return before[-1] if before else noted[0][1] if noted else None

    def pinned_round(self) -> int | None:
        """The pinned round, after which no round is trained or published; None if no round is pinned."""
        event = self.latest(EventKind.PINNED)
        return event["round"] if event else None

    def pin(self, round: int | None) -> None:
        """Pin a round; None unpins the one that is pinned."""
        self.note(EventKind.PINNED, {"round": round})

    def close_round(self, last: int) -> bool:
        """Ask for a closing round over all answers; False if that was asked since the last one, of rank `last`."""
        if last < self.last_seq(EventKind.CLOSING):
            return False
        self.note(EventKind.CLOSING, {})
        return True

    def round_in_force(self) -> int:
        """The number of the last finished round, or of the pinned one."""
        with self._database.read() as connection:
            last = int(connection.execute(select(func.coalesce(func.max(rounds.c.number), 0))).scalar_one())
        pinned = self.pinned_round()
        return last if pinned is None else min(last, pinned)

    def schemes(self) -> dict[int, tuple[str, ...]]:
        """The current labels that complete answers cover, by scheme version."""
        return self.naming().complete_for

    def naming(self) -> Naming:
        """The mapping from earlier schemes to the current labels."""
        with self._database.read() as connection:
            return read_naming(connection)

    def add_round(self, info: RoundInfo) -> None:
        """Record a finished round."""
        dumped = {"kept": json.dumps(dict(info.kept)), "at": now()}
        with self._database.write() as connection:
            # A pruned round may be trained again.
            connection.execute(delete(rounds).where(rounds.c.number == info.number))
            connection.execute(insert(rounds).values(asdict(info) | dumped))

    def forget_rounds_after(self, number: int) -> None:
        """Delete the rounds after `number`, whose answers have changed."""
        with self._database.write() as connection:
            connection.execute(delete(rounds).where(rounds.c.number > number))
            connection.execute(delete(predictions).where(predictions.c.round > number))

    def rounds(self) -> list[RoundInfo]:
        """All finished rounds, in order."""
        with self._database.read() as connection:
            rows = connection.execute(select(rounds).order_by(rounds.c.number)).all()
        return [_round(row) for row in rows]

    def weights(self) -> dict[int, str]:
        """The hash of the weights of each finished round, by number; "" if it was not recorded."""
        with self._database.read() as connection:
            return {row.number: row.weights for row in connection.execute(select(rounds.c.number, rounds.c.weights))}

    def set_trainer(self, doing: str, *, round: int) -> None:
        """Record what the trainer is doing."""
        with self._database.write() as connection:
            put_state(connection, TRAINER, {"state": doing, "round": round, "at": now()})

    def trainer(self) -> TrainerStatus | None:
        """The trainer's last report; None if none has run yet."""
        with self._database.read() as connection:
            said = get_state(connection, TRAINER)
        return TrainerStatus(said["state"], said["round"], datetime.fromisoformat(said["at"])) if said else None

    def set_headline(self, words: str) -> None:
        """Store the summary of the model's quality for the screen."""
        with self._database.write() as connection:
            put_state(connection, HEADLINE, words)

    def headline(self) -> str:
        """A short summary of the model's quality; empty until it has been evaluated."""
        with self._database.read() as connection:
            return str(get_state(connection, HEADLINE) or "")

    def set_robustness(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Store the scores of a round on changed held-out texts (see `loop.progress.robustness`)."""
        with self._database.write() as connection:
            put_state(connection, ROBUSTNESS, rows)

    def robustness(self) -> list[dict[str, Any]]:
        """The last scores on changed held-out texts; empty until there are any."""
        with self._database.read() as connection:
            return get_state(connection, ROBUSTNESS) or []

    def rules_version(self) -> int:
        """The version of the rules (see `loop.truth`) under which rounds were last trained; 0 before these."""
        with self._database.read() as connection:
            return int(get_state(connection, RULES_VERSION) or 0)

    def set_rules_version(self, version: int) -> None:
        """Record the version of the rules that resolve answers from now on."""
        if version != self.rules_version():
            with self._database.write() as connection:
                put_state(connection, RULES_VERSION, version)


def put_scheme(connection: Connection, labels: Sequence[str], asked: Collection[str] | None = None) -> int:
    """`Journal.scheme` within the caller's transaction."""
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
    if asked is None:
        mark_asked_in_passages(connection)
    return version


def next_version(connection: Connection) -> int:
    """The version of the next scheme."""
    return 1 + int(connection.execute(select(func.coalesce(func.max(schemes.c.version), 0))).scalar_one())


def last_seq(connection: Connection, kind: EventKind | None = None) -> int:
    """`Journal.last_seq` within the caller's transaction."""
    query = select(func.coalesce(func.max(events.c.seq), 0))
    return int(connection.execute(query if kind is None else query.where(events.c.kind == kind.value)).scalar_one())


def _round(row: Row[Any]) -> RoundInfo:
    return RoundInfo(**dict(row._mapping) | {"kept": json.loads(row.kept or "{}")})


def append_event(connection: Connection, kind: EventKind, payload: Mapping[str, Any]) -> int:
    """Append an event within the caller's transaction; return its number."""
    return int(connection.execute(insert(events).values(event_row(kind, payload)).returning(events.c.seq)).scalar_one())


def event_row(kind: EventKind, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Convert an event to a row of `events`, without its number."""
    return {"kind": kind.value, "payload": json.dumps(dict(payload), ensure_ascii=False, sort_keys=True), "at": now()}


def get_state(connection: Connection, key: str) -> Any:
    """The value stored under `key`, or None."""
    value = connection.execute(select(state.c.value).where(state.c.key == key)).scalar_one_or_none()
    return None if value is None else json.loads(value)


def put_state(connection: Connection, key: str, value: Any) -> None:
    """Store `value` (JSON-serialisable) under `key`."""
    row = sqlite_insert(state).values(key=key, value=json.dumps(value))
    connection.execute(row.on_conflict_do_update(index_elements=["key"], set_={"value": row.excluded.value}))
