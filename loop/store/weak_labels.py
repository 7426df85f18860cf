"""Weak labels: what a source said about texts that nobody has answered. They teach, but are never gold."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from loop.records import Source, Span
from loop.store.database import Database
from loop.store.events import EventKind
from loop.store.journal import append_event, get_state, put_scheme, put_state
from loop.store.naming import Naming, read_naming
from loop.store.schema import events, texts, weak_labels, weak_texts

SUMMARY = "weak_summary"
SCORE = "pipeline_score"
Pattern = Mapping[str, Any]
"""A pattern as in a pattern file: its "label", and "pattern"."""
Reader = tuple[str, frozenset[tuple[str, str]]]
"""The name of a pipeline, and what labels of it are called in the project: (theirs, ours)."""


@dataclass(frozen=True, slots=True, order=True)
class WeakSpan:
    """A span that a source found; `by` is the number of the pattern that it matches, None for other sources."""

    span: Span
    by: int | None = None


@dataclass(frozen=True, slots=True)
class WeakLabels:
    """What one source said about some texts.

    Attributes:
        seq: its place in the order of events; a round reads what comes before the last of its answers.
        patterns: the patterns of the source "pattern", under today's labels; None for one that was taken back.
        goes_on: whether more parts of the same reading follow; none is learned from until the last is recorded.
        texts: the spans in each text, by text id; texts without any were read, too.
        checksum: of everything that rounds learn from it.
        reader: the pipeline that said it, under today's labels; None for other sources.
        dropped: labels that are no longer learned from; see `WeakLabelStore.drop`.
    """

    seq: int
    source: Source
    scheme: int
    patterns: tuple[Pattern | None, ...]
    goes_on: bool
    texts: Mapping[int, tuple[WeakSpan, ...]]
    checksum: str
    reader: Reader | None = None
    dropped: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DroppedLabel:
    """A label of a pipeline that is not learned from after event `seq`."""

    seq: int
    reader: Reader | None
    label: str | None


@dataclass(frozen=True, slots=True)
class WeakSummary:
    """How a source of weak labels fares, when it was last learned from.

    Attributes:
        texts, spans: how many texts it labelled, with how many spans.
        answers: the number of answers of that round.
        agreed, denied: spans of the source in answered texts that the answers say to be right or wrong.
        doubted: what is no longer learned from, each with its (agreed, denied).
        dropped: labels that are no longer learned from because the model finds them better.
    """

    source: Source
    texts: int
    spans: int
    answers: int
    agreed: int = 0
    denied: int = 0
    doubted: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PipelineScore:
    """How the pipeline in [suggest] compares with a round on held-out texts.

    Attributes:
        texts: how many both have read.
        ahead: F1 of the round minus that of the pipeline, in points, with its 95% interval.
    """

    texts: int
    round: int
    ahead: float
    interval: tuple[float, float]


class WeakLabelStore:
    """The weak labels of all sources, oldest first."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: tuple[object, list[WeakLabels], list[DroppedLabel]] = None, [], []

    def add(
        self,
        source: Source,
        found: Mapping[int, Sequence[WeakSpan]],
        *,
        labels: Sequence[str],
        patterns: Sequence[Pattern] = (),
        reader: Reader | None = None,
        goes_on: bool = False,
    ) -> None:
        """Record what a source says now, with the labels in force, as one event."""
        with self._database.write() as connection:
            scheme = put_scheme(connection, labels)
            payload = {"source": source, "texts": len(found), **_named(reader)}
            seq = append_event(connection, EventKind.WEAK_LABELS, payload)
            row = {"seq": seq, "source": source, "scheme": scheme, "patterns": _dumped(list(patterns))}
            row |= {"goes_on": goes_on}
            connection.execute(insert(weak_labels).values(row))
            rows = [{"seq": seq, "text_id": id_, "spans": _dump(spans)} for id_, spans in found.items()]
            if rows:
                connection.execute(insert(weak_texts), rows)

    def drop(self, label: str, *, reader: Reader, labels: Sequence[str]) -> None:
        """Record that a label of a pipeline is no longer learned from: by the rounds whose last answer comes later."""
        with self._database.write() as connection:
            payload = {"label": label, "scheme": put_scheme(connection, labels), **_named(reader)}
            append_event(connection, EventKind.WEAK_LABEL_DROPPED, payload)

    def all(self) -> list[WeakLabels]:
        """Everything that was recorded; read once as long as nothing happens."""
        return list(self._read()[1])

    def _read(self) -> tuple[object, list[WeakLabels], list[DroppedLabel]]:
        with self._database.read() as connection:
            state = connection.execute(_STATE).one()
            if self._known[0] != state:
                naming = read_naming(connection)
                found = [_weak_labels(connection, row, naming) for row in connection.execute(_ROWS).all()]
                dropped = [_dropped(row, naming) for row in connection.execute(_DROPPED).all()]
                self._known = state, found, dropped
            return self._known

    def in_force(self, before: int | None = None) -> list[WeakLabels]:
        """The weak labels in force before event `before`, at most one set of each source.

        These are the last set of patterns, the last of suggestions from files, and all that the pipeline said that
        finished last.
        """
        _, found, dropped = self._read()
        earlier = [one for one in found if before is None or one.seq < before]
        latest = {one.source: one for one in earlier if one.source != "pipeline"}
        gone = [one for one in dropped if before is None or one.seq < before]
        return [*latest.values(), *_finished([one for one in earlier if one.source == "pipeline"], gone)]

    def taught(self) -> tuple[frozenset[int], frozenset[str]]:
        """Ids and groups of the texts with weak labels, which can no longer be held out."""
        query = select(texts.c.id, texts.c.group_key).where(texts.c.id.in_(select(weak_texts.c.text_id)))
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return frozenset(row.id for row in rows), frozenset(row.group_key for row in rows if row.group_key is not None)

    def set_summary(self, summary: Sequence[WeakSummary]) -> None:
        """Record how the sources fare, for the status only."""
        with self._database.write() as connection:
            put_state(connection, SUMMARY, [asdict(one) for one in summary])

    def summary(self) -> list[WeakSummary]:
        """How the sources fared when a round last learned from them."""
        with self._database.read() as connection:
            said: list[dict[str, Any]] = get_state(connection, SUMMARY) or []
        doubted = ({name: (agreed, denied) for name, (agreed, denied) in one["doubted"].items()} for one in said)
        dropped = (tuple(one.get("dropped", ())) for one in said)
        return [
            WeakSummary(**one | {"doubted": each, "dropped": labels})
            for one, each, labels in zip(said, doubted, dropped, strict=True)
        ]

    def set_score(self, score: PipelineScore | None) -> None:
        """Record how the pipeline in [suggest] fares on held-out texts, for the status only."""
        with self._database.write() as connection:
            put_state(connection, SCORE, score and asdict(score))

    def score(self) -> PipelineScore | None:
        """How the pipeline in [suggest] fared when it was last compared."""
        with self._database.read() as connection:
            said = get_state(connection, SCORE)
        return PipelineScore(**said) if said else None

    def take_back(self, is_gone: Callable[[Pattern], bool]) -> int:
        """Delete the spans of patterns, as one event, so that rounds forget them; return how many patterns."""
        with self._database.write() as connection:
            naming, gone = read_naming(connection), 0
            for row in connection.execute(select(weak_labels)).all():
                patterns = _patterns(row, naming)
                numbers = {n for n, pattern in enumerate(patterns) if pattern is not None and is_gone(pattern)}
                gone += len(numbers)
                if numbers:
                    take_patterns_back(connection, row, numbers)
            if gone:
                append_event(connection, EventKind.WEAK_LABELS_TAKEN_BACK, {"patterns": gone})
                put_state(connection, SUMMARY, None)
        return gone


def forget_texts(connection: Connection, ids: Sequence[int]) -> None:
    """Delete the weak labels of some texts, and what was said about the sources, within the caller's transaction."""
    if connection.execute(delete(weak_texts).where(weak_texts.c.text_id.in_(ids))).rowcount:
        put_state(connection, SUMMARY, None)


def _finished(parts: Sequence[WeakLabels], dropped: Sequence[DroppedLabel]) -> Iterator[WeakLabels]:
    """The parts of the reading that finished last, as one; none as long as none has finished."""
    last = next((one for one in reversed(parts) if not one.goes_on), None)
    if last is not None:
        said = [one for one in parts if one.reader == last.reader and one.seq <= last.seq]
        texts = {id_: spans for one in said for id_, spans in one.texts.items()}
        gone = frozenset(one.label for one in dropped if one.reader == last.reader and one.label is not None)
        sums = [one.checksum for one in said if one.texts] + sorted(gone)
        yield replace(last, texts=texts, checksum=_sum(sums), dropped=gone)


_DROPPED = select(events).where(events.c.kind == EventKind.WEAK_LABEL_DROPPED.value).order_by(events.c.seq)
_ROWS = select(weak_labels, events.c.payload).join(events).order_by(weak_labels.c.seq)
_STATE = select(
    select(func.max(events.c.seq)).scalar_subquery(), select(func.count(weak_texts.c.text_id)).scalar_subquery()
)


def take_patterns_back(connection: Connection, row: Row[Any], numbers: set[int]) -> None:
    """Delete the patterns with these numbers from a row of `weak_labels`, with what they matched."""
    kept = [None if n in numbers else pattern for n, pattern in enumerate(json.loads(row.patterns))]
    here = weak_labels.c.seq == row.seq
    connection.execute(update(weak_labels).where(here).values(patterns=_dumped(kept)))
    for text in connection.execute(select(weak_texts).where(weak_texts.c.seq == row.seq)).all():
        spans = [each for each in json.loads(text.spans) if each[3] not in numbers]
        this = weak_texts.c.seq == row.seq, weak_texts.c.text_id == text.text_id
        if spans:
            connection.execute(update(weak_texts).where(*this).values(spans=_dumped(spans)))
        else:
            connection.execute(delete(weak_texts).where(*this))


def _weak_labels(connection: Connection, row: Row[Any], naming: Naming) -> WeakLabels:
    query = select(weak_texts).where(weak_texts.c.seq == row.seq).order_by(weak_texts.c.text_id)
    dumped = [(text.text_id, text.spans) for text in connection.execute(query)]
    said = [row.seq, row.source, naming.revision(row.scheme), row.patterns, dumped]
    return WeakLabels(
        row.seq,
        row.source,
        row.scheme,
        _patterns(row, naming),
        row.goes_on,
        {id_: _load(spans, naming, row.scheme) for id_, spans in dumped},
        _sum(said),
        _reader(json.loads(row.payload), naming, row.scheme),
    )


def _dropped(row: Row[Any], naming: Naming) -> DroppedLabel:
    payload = json.loads(row.payload)
    scheme = payload["scheme"]
    return DroppedLabel(row.seq, _reader(payload, naming, scheme), naming.label(payload["label"], scheme))


def _named(reader: Reader | None) -> dict[str, Any]:
    return {"pipeline": reader[0], "names": dict(sorted(reader[1]))} if reader else {}


def _reader(payload: Mapping[str, Any], naming: Naming, scheme: int) -> Reader | None:
    if "pipeline" not in payload:
        return None
    named = ((theirs, naming.label(ours, scheme)) for theirs, ours in payload["names"].items())
    return payload["pipeline"], frozenset((theirs, ours) for theirs, ours in named if ours is not None)


def _patterns(row: Row[Any], naming: Naming) -> tuple[Pattern | None, ...]:
    found: list[Pattern | None] = []
    for pattern in json.loads(row.patterns):
        label = None if pattern is None else naming.label(pattern["label"], row.scheme)
        found.append(None if label is None else pattern | {"label": label})
    return tuple(found)


def _dump(spans: Sequence[WeakSpan]) -> str:
    return _dumped([[each.span.start, each.span.end, each.span.label, each.by] for each in spans])


def _load(spans: str, naming: Naming, scheme: int) -> tuple[WeakSpan, ...]:
    named = ((start, end, naming.label(label, scheme), by) for start, end, label, by in json.loads(spans))
    return tuple(WeakSpan(Span(start, end, label), by) for start, end, label, by in named if label is not None)


def _sum(value: object) -> str:
    return hashlib.sha256(_dumped(value).encode()).hexdigest()


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
