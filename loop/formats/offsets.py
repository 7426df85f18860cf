"""Answers without any text, for counting, for comparing annotators, or for those who have the texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

from loop.formats.jsonl import write_lines
from loop.formats.raw import Answered
from loop.formats.registry import writer


@writer("offsets")
def write_offsets(rows: Iterable[Answered], out: BinaryIO) -> int:
    """Write one row per answer and line: numbers, offsets in characters, and labels; return how many.

    Memos, reasons, meta, groups and file names are left out because they may quote a text or name somebody; so are
    hashes, which reveal short texts.
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
        "passage": answer.passage,
        "unclear": [[span.start, span.end, span.label] for span in answer.unclear],
        "held_out": answer.held_out,
        "spans": [[span.start, span.end, span.label] for span in answer.spans],
        "shown": [[span.start, span.end, span.label] for span in answer.shown],
        "mode": answer.mode,
        "round": answer.round,
        "seconds": answer.seconds,
        "keys": answer.keys,
        "at": None if answer.at is None else answer.at.isoformat(),
    }
