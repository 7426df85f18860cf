"""A project with questions laid out, and `python terminal_project.py DIR` to work on it in a terminal."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from loop.records import Answer, Candidate, Question, Span, Stream, Text
from loop.session import Session
from loop.settings import ProjectPaths, ProjectSettings, Settings
from loop.store import NewText, Store

LABELS = ("BRAND", "PART")
SETTINGS = Settings(project=ProjectSettings(labels=LABELS))


def question(
    text: str, *marked: str, uncertain: Sequence[str] = (), reason: str = "", stream: Stream = "uncertain"
) -> Question:
    """Ask about a text with spans given as "SRAM=BRAND 93" (its first occurrence, with its probability in percent)."""
    analysis = [_candidate(text, item) for item in marked]
    others = [_candidate(text, item) for item in uncertain]
    tokens = tuple(match.span() for match in re.finditer(r"\w+|[^\w\s]|\s{2,}|[\t\n]", text))
    spans = tuple(sorted(c.span for c in analysis))
    return Question("", Text(0, text), tokens, spans, (*analysis, *others), stream=stream, reason=reason, round=3)


def _candidate(text: str, item: str) -> Candidate:
    string, rest = item.rsplit("=", 1)
    label, percent = rest.split()
    start = text.index(string)
    return Candidate(Span(start, start + len(string), label), int(percent) / 100)


def lay_out(folder: Path, questions: Sequence[Question], guidelines: str = "") -> ProjectPaths:
    """Make a project in `folder` whose queue is `questions`."""
    paths = ProjectPaths(folder)
    with Store(paths.db) if paths.db.exists() else Store.create(paths.db) as store:
        new = [NewText(q.text.text, group=q.text.group, meta=q.text.meta) for q in questions]
        store.corpus.add_batch(new, source="test")
        ids = store.corpus.find([q.text.text for q in questions])
        asked = [replace(q, id=f"q{i}", text=Text(ids[q.text.text], q.text.text)) for i, q in enumerate(questions)]
        store.questions.publish(asked, round=3)
    if guidelines:
        paths.guidelines.write_text(guidelines, encoding="utf-8")
    return paths


class Broken(Session):
    """A session with a mistake in it."""

    def answer(self, *_: object, **__: object) -> Answer:
        raise RuntimeError("broken on purpose")


def work_on(folder: Path, *, plain: bool = False) -> None:
    """Open the project's session on this terminal."""
    from loop.terminal.run import run

    paths = ProjectPaths(folder)
    labels = tuple(json.loads(os.environ.get("LABELS", json.dumps(LABELS))))
    settings = replace(SETTINGS, project=replace(SETTINGS.project, labels=labels))
    with Store(paths.db) as store:
        session = (Broken if "BREAK" in os.environ else Session)(paths, settings, store, annotator="ann")
        try:
            run(session, plain=plain)
        finally:
            session.close()
    print("the terminal is back")


if __name__ == "__main__":
    work_on(Path(sys.argv[1]), plain="--plain" in sys.argv)
