"""Rows that answers about parts of a long text share, so that a file holds the text once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from loop.formats.prodigy import own_fields
from loop.formats.raw import Answered, BadRowError

# Characters: of a text with more, answers share rows, and rows have no tokens.
LONG = 2000


def is_about_part(row: Answered) -> bool:
    """Whether an answer says something of a part of a long text only."""
    return row.answer.says_something and not row.answer.complete and len(row.text.text) > LONG


def sharing(rows: Iterable[Answered]) -> Iterator[list[Answered]]:
    """Yield the answers that share a row: those of an annotator about parts of a long text.

    An annotator's answers to a text keep their order, except that "no" is apart from "yes".
    """
    for _, of_text in groupby(rows, key=lambda row: row.text):
        groups: list[list[Answered]] = []
        begun: dict[str, dict[tuple[str, bool], list[Answered]]] = {}
        for row in of_text:
            theirs = begun.setdefault(row.answer.annotator, {})
            kind = row.answer.verdict, bool(row.answer.adjudicates)
            if is_about_part(row) and kind in theirs:
                theirs[kind].append(row)
                continue
            groups.append([row])
            if is_about_part(row):
                theirs[kind] = groups[-1]
            else:
                theirs.clear()
        yield from groups


def answers_in(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return a row for each answer that shares a row.

    Raises:
        BadRowError: `_loop.answers` is not a list of answers with their spans.
    """
    own = own_fields(row)
    if "answers" not in own:
        return [dict(row)]
    every = own["answers"]
    if not isinstance(every, list) or not all(isinstance(one, dict) and "id" in one for one in every):
        raise BadRowError("its _loop.answers is not a list of answers.")
    about_text = {name: value for name, value in own.items() if name != "answers"}
    shared = {name: value for name, value in row.items() if name not in ("_timestamp", "_loop", "spans", "tokens")}
    return [shared | {"spans": _spans(row, one), "_loop": about_text | one} for one in every]


def _spans(row: Mapping[str, Any], one: Mapping[str, Any]) -> Any:
    """The spans of an answer: its own or, by default, those of the row that touch its passage."""
    try:
        if "spans" in one:
            return [{"start": start, "end": end, "label": label} for start, end, label in one["spans"]]
        first, last = one["passage"]
        return [span for span in row.get("spans") or () if span["start"] < last and first < span["end"]]
    except (TypeError, ValueError, KeyError):
        raise BadRowError("its _loop.answers have neither spans nor a passage, or invalid ones.") from None
