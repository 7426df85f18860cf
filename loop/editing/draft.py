"""Drafts: an unfinished text as JSON with its whole edit history, restored exactly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from loop.editing.marks import Page
from loop.editing.state import Snapshot, State, begin
from loop.records import Mode, TokenSpan

VERSION = 1


def to_draft(state: State) -> str:
    """Return the state as one line of JSON; the memo is its only text."""
    book: dict[TokenSpan, int] = {}
    history = {
        name: [_snapshot(now, book) | {"cursor": cursor} for now, cursor in entries]
        for name, entries in (("past", state.past), ("now", ((state.now, state.cursor),)), ("future", state.future))
    }
    asked = state.page.shown if state.page.mode == "teach" else ()
    shown = {"shown": [book.setdefault(mark, len(book)) for mark in asked]}
    where = {"active": state.active, "keys": state.keys, "seconds": round(state.seconds, 1), "rest": state.rest}
    head = {"version": VERSION, "mode": state.page.mode, "tokens": len(state.page.tokens), "marks": list(book)}
    return json.dumps(head | history | shown | where, separators=(",", ":"))


def _snapshot(now: Snapshot, book: dict[TokenSpan, int]) -> dict[str, Any]:
    def numbers(marks: tuple[TokenSpan, ...]) -> list[int]:
        return [book.setdefault(mark, len(book)) for mark in marks]

    kinds = {"marks": now.marks, "touched": now.touched, "moved": now.moved, "gone": now.gone}
    marks = {name: numbers(own) for name, own in kinds.items()}
    return marks | {"blank": now.blank, "flag": now.flag, "memo": now.memo, "passage": now.passage}


def relabeled(draft: str, names: Mapping[str, str | None]) -> str:
    """Return a draft with its labels renamed; `from_draft` rejects it if a label was removed (None)."""
    try:
        data = json.loads(draft)
        marks = [[start, end, names.get(label, label)] for start, end, label in data["marks"]]
        active = names.get(data["active"], data["active"])
    except (ValueError, KeyError, TypeError):
        return draft
    return json.dumps(data | {"marks": marks, "active": active}, separators=(",", ":"))


def mode_of(draft: str) -> Mode:
    """Return the mode a draft was started in."""
    try:
        mode = json.loads(draft)["mode"]
    except (ValueError, KeyError, TypeError):
        return "correct"
    return mode if mode in ("teach", "manual") else "correct"


def from_draft(page: Page, draft: str) -> State | None:
    """Return the state that `to_draft` wrote, or None if its text, mode, version or labels differ."""
    if mode_of(draft) != page.mode:
        return None
    try:
        data = json.loads(draft)
        book = [TokenSpan(*mark) for mark in data["marks"]]
        if data["version"] != VERSION or data["tokens"] != len(page.tokens) or any(page.trim(m) != m for m in book):
            return None
        if page.mode == "teach":
            page = replace(page, shown=tuple(book[i] for i in data["shown"]))
        past, (now,), future = (_history(data[name], book) for name in ("past", "now", "future"))
        page = page.about(now[0].passage)
        cursor = page.nearest_place(page.step(now[1], 0))
        state = replace(begin(page), past=past, now=now[0], cursor=cursor, future=future)
        active = data["active"] if data["active"] in page.labels else state.active
        return replace(state, active=active, **{name: data[name] for name in ("keys", "seconds", "rest")})
    except (ValueError, KeyError, TypeError, IndexError):
        return None


def _history(entries: list[dict[str, Any]], book: list[TokenSpan]) -> tuple[tuple[Snapshot, int], ...]:
    return tuple((_restored(entry, book), int(entry["cursor"])) for entry in entries)


def _restored(entry: dict[str, Any], book: list[TokenSpan]) -> Snapshot:
    kinds = ("marks", "touched", "moved", "gone")
    # Drafts of earlier releases have no "gone" and no "passage".
    marks = {name: tuple(book[i] for i in entry.get(name, ())) for name in kinds}
    blank = tuple((start, end) for start, end in entry["blank"])
    passage = tuple(entry["passage"]) if entry.get("passage") else None
    return Snapshot(**marks, blank=blank, flag=entry["flag"], memo=entry["memo"], passage=passage)
