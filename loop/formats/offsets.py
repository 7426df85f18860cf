"""Answers without a word of the texts: to count, to compare annotators, for those who have the texts themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

from loop.formats.jsonl import write_lines
from loop.formats.raw import Answered
from loop.formats.registry import writer


@writer("offsets")
def write_offsets(rows: Iterable[Answered], out: BinaryIO) -> int:
    """Write a row for each answer, one a line: numbers, offsets in characters, and labels.

    What people typed (memos, reasons), meta, groups and the names of files are left out, for they may quote a text or
    name somebody; so is every hash of a text, which gives a short one away.
    """
    return write_lines(rows, out, _row)


def _row(row: Answered) -> Mapping[str, Any]:
    answer = row.answer
    return {
        "text": row.text.id,
        "characters": len(row.text.text),
        "id": answer.id,
        "annotator": answer.annotator,
        "verdict": answer.verdict,
        "complete": answer.complete,
        "held_out": answer.held_out,
        "spans": [[span.start, span.end, span.label] for span in answer.spans],
        "shown": [[span.start, span.end, span.label] for span in answer.shown],
        "mode": answer.mode,
        "round": answer.round,
        "seconds": answer.seconds,
        "keys": answer.keys,
        "at": None if answer.at is None else answer.at.isoformat(),
    }
