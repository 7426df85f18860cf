"""Answers in Prodigy's jsonl form, plus the fields `loop` adds to keep an answer lossless.

A row of the `ner_manual` view answers for the whole text; a row of the binary `ner` view only for its spans and, if it
has a passage under `_loop`, for that. Fields that Prodigy has no place for are under `_loop`, and only if they say more
than the row does.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timezone
from typing import Any, get_args

from loop.formats.raw import BadRowError
from loop.former_names import STREAMS
from loop.records import Answer, Mode, Passage, Question, Span, Stream, Text, Verdict

KNOWN_FIELDS = frozenset({
    "spans", "meta", "tokens", "answer", "_loop",
    "_input_hash", "_task_hash", "_view_id", "_session_id", "_annotator_id", "_timestamp", "_is_binary",
})  # fmt: skip
WHOLE_VIEW, BINARY_VIEW = "ner_manual", "ner"
VERDICTS: Mapping[str, Verdict] = {"accept": "accept", "reject": "reject", "ignore": "skip"}
ANSWERS: Mapping[Verdict, str] = {"accept": "accept", "reject": "reject", "skip": "ignore", "unusable": "ignore"}
DEFAULTS = {each.name: each.default for each in fields(Answer)}
PLAIN: Mapping[str, type] = {
    "round": int,
    "held_out": bool,
    "flag": bool,
    "memo": str,
    "reason": str,
    "guideline_hash": str,
    "seconds": float,
    "keys": int,
}
FROM_PRODIGY = re.compile(r"prodigy:(-?\d+):(-?\d+):")
_LONGEST_ID = 200
_TOO_MANY = 2**31  # limit for rounds and keys: the store has 64-bit integers


def read_answer(row: Mapping[str, Any], spans: Sequence[Span]) -> Answer | None:
    """Return the answer in a row, or None if it has none.

    `spans` are the row's, in order. In a binary row, spans may have their own answers (Prodigy merges the answers to
    several questions into one row): spans whose answer differs from the row's stay unknown.

    Raises:
        BadRowError: a field is invalid.
    """
    if "answer" not in row:
        return None
    said = row["answer"]
    if not isinstance(said, str) or said not in VERDICTS:
        raise BadRowError("its answer is not accept, reject or ignore.")
    own = own_fields(row)
    passage = _passage(own, row)
    complete = _checked(own, "complete", bool, default=not _is_binary(row) and passage is None)
    answered = _answered(row, spans, complete or passage is not None)
    return Answer(
        id=row_key(row),
        text_id=0,
        annotator=_annotator(row),
        verdict=_verdict(own, said),
        spans=answered,
        shown=_triples(own, "shown") if "shown" in own else () if complete or passage else answered,
        complete=complete,
        passage=passage,
        unclear=_unclear(own, said, complete or passage is not None),
        mode=_one_of(own, "mode", get_args(Mode), default="import"),
        at=_moment(row, own),
        adjudicates=tuple(_texts(own, "adjudicates") or ()),
        **{name: _checked(own, name, kind, default=DEFAULTS[name]) for name, kind in PLAIN.items()},
    )


def read_group(row: Mapping[str, Any]) -> str | None:
    """Return the group in a row exported by `loop`, or None.

    Raises:
        BadRowError: it is not a text.
    """
    group: str | None = _checked(own_fields(row), "group", str, default=None)
    return group


def read_asked(row: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the labels that an answer exported by `loop` is complete for; None for all.

    Raises:
        BadRowError: they are not a list of texts.
    """
    labels = _texts(own_fields(row), "labels")
    return None if labels is None else frozenset(labels)


def read_origin(row: Mapping[str, Any]) -> tuple[str, int | None] | None:
    """Return the file and line of origin in a row exported by `loop`, or None.

    Raises:
        BadRowError: they are not a text and a number.
    """
    own = own_fields(row)
    source, line = own.get("source"), own.get("line")
    if not (source is None or isinstance(source, str)) or not (line is None or type(line) is int):
        raise BadRowError("its _loop.source or _loop.line has a wrong type.")
    return None if source is None else (source, line)


def read_question(row: Mapping[str, Any], text: str) -> Question | None:
    """Return the question in a row exported by `loop`, with its reason and round but without tokens; or None.

    Raises:
        BadRowError: a field is invalid.
    """
    asked = own_fields(row).get("question")
    if asked is None:
        return None
    if not isinstance(asked, dict):
        raise BadRowError("its _loop.question is not a JSON object.")
    entropy = asked.get("entropy")
    if not (entropy is None or type(entropy) in (int, float)):
        raise BadRowError("its _loop.question.entropy is not a number.")
    return Question(
        id=_identity(_checked(asked, "id", str, default=""), "question.id"),
        text=Text(0, text),
        tokens=(),
        prediction=(),
        stream=_stream(asked),
        reason=_checked(asked, "reason", str, default=""),
        round=_checked(asked, "round", int, default=0),
        entropy=entropy,
        passage=_range(asked.get("passage"), "question.passage"),
    )


def _stream(asked: Mapping[str, Any]) -> Stream:
    """Rows of version 0.1 call it `share`."""
    name = "stream" if "stream" in asked else "share"
    said = _one_of(asked, name, (*get_args(Stream), *STREAMS), default="random")
    today: Stream = STREAMS.get(said, said)
    return today


def own_fields(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fields under `_loop`.

    Raises:
        BadRowError: `_loop` is not a JSON object.
    """
    own = row.get("_loop", {})
    if not isinstance(own, dict):
        raise BadRowError("its _loop is not a JSON object.")
    return own


def _is_binary(row: Mapping[str, Any]) -> bool:
    """Whether the row answers a yes-or-no question; exports without `_view_id` show it by answers of spans."""
    view = row.get("_view_id")
    if view is not None:
        return bool(view == BINARY_VIEW)
    return bool(row.get("_is_binary")) or any("answer" in span for span in row.get("spans") or ())


def _answered(row: Mapping[str, Any], spans: Sequence[Span], complete: bool) -> tuple[Span, ...]:
    said = [row["answer"] if complete else span.get("answer", row["answer"]) for span in row.get("spans") or ()]
    return tuple(sorted({span for span, own in zip(spans, said, strict=True) if own == row["answer"]}))


def _verdict(own: Mapping[str, Any], said: str) -> Verdict:
    verdict: Verdict = _one_of(own, "verdict", tuple(ANSWERS), default=VERDICTS[said])
    if ANSWERS[verdict] != said:
        raise BadRowError("its _loop.verdict contradicts its answer.")
    return verdict


def row_key(row: Mapping[str, Any]) -> str:
    """Return the id of a row's answer: its own, or one derived from the row that keeps Prodigy's hashes.

    Raises:
        BadRowError: its own id is empty, too long or contains control characters.
    """
    if "id" in own_fields(row):
        return _identity(_checked(own_fields(row), "id", str, default=""), "id")
    content = hashlib.blake2b(json.dumps(row, sort_keys=True).encode(), digest_size=10).hexdigest()
    hashes = row.get("_input_hash"), row.get("_task_hash")
    return "prodigy:{}:{}:".format(*hashes) + content if all(type(each) is int for each in hashes) else f"row:{content}"


def _identity(given: str, name: str) -> str:
    if not 0 < len(given) <= _LONGEST_ID or not given.isprintable():
        raise BadRowError(f"its _loop.{name} is empty, too long or contains control characters.")
    return given


def _annotator(row: Mapping[str, Any]) -> str:
    name = row.get("_annotator_id") or row.get("_session_id") or ""
    if not isinstance(name, str) or not name.isprintable():
        raise BadRowError("its annotator is not a text, or contains control characters.")
    return name


def _moment(row: Mapping[str, Any], own: Mapping[str, Any]) -> datetime | None:
    try:
        if "at" in own:
            return datetime.fromisoformat(own["at"]).astimezone(timezone.utc)
        stamp = row.get("_timestamp")
        return None if stamp is None else datetime.fromtimestamp(stamp, timezone.utc)
    except (TypeError, ValueError, OverflowError, OSError):
        raise BadRowError("its time cannot be read.") from None


def _unclear(own: Mapping[str, Any], said: str, covers: bool) -> tuple[Span, ...]:
    unclear = _triples(own, "unclear")
    if unclear and not (covers and said == "accept"):
        raise BadRowError("its _loop.unclear belongs to an accepted answer that gives all spans of a text or passage.")
    if any(not 0 <= span.start < span.end for span in unclear):
        raise BadRowError("its _loop.unclear is not a list of [start, end, label].")
    return unclear


def _triples(own: Mapping[str, Any], name: str) -> tuple[Span, ...]:
    try:
        return tuple(Span(int(start), int(end), str(label)) for start, end, label in own.get(name, ()))
    except (TypeError, ValueError):
        raise BadRowError(f"its _loop.{name} is not a list of [start, end, label].") from None


def _passage(own: Mapping[str, Any], row: Mapping[str, Any]) -> Passage | None:
    passage = _range(own.get("passage"), "passage")
    if passage is not None and (own.get("complete", False) or row["answer"] != "accept"):
        raise BadRowError("its _loop.passage belongs to an accepted answer that is not complete.")
    return passage


def _range(said: Any, name: str) -> Passage | None:
    if said is None:
        return None
    fits = isinstance(said, list) and len(said) == 2 and all(type(each) is int for each in said)
    if not fits or not 0 <= said[0] < said[1]:
        raise BadRowError(f"its _loop.{name} is not [start, end].")
    return said[0], said[1]


def _checked(own: Mapping[str, Any], name: str, kind: type, *, default: Any) -> Any:
    value = own.get(name, default)
    fits = type(value) is kind and not (isinstance(value, int) and not 0 <= value < _TOO_MANY)
    if value is not default and not fits:
        raise BadRowError(f"its _loop.{name} has a wrong type or is out of range.")
    return value


def _texts(own: Mapping[str, Any], name: str) -> list[str] | None:
    value = own.get(name)
    if value is not None and not (isinstance(value, list) and all(isinstance(each, str) for each in value)):
        raise BadRowError(f"its _loop.{name} is not a list of texts.")
    return value


def _one_of(own: Mapping[str, Any], name: str, known: tuple[Any, ...], *, default: Any) -> Any:
    value = own.get(name, default)
    if value not in known:
        raise BadRowError(f"its _loop.{name} is not one of {', '.join(known)}.")
    return value
