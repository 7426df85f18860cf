"""A project with two rounds that were evaluated, made without training one."""

from __future__ import annotations

import re
from pathlib import Path

from loop.records import Answer, Candidate, Question, Span, Text
from loop.store import NewText, RoundInfo, Store

HOSTILE = '<script>alert(1)</script> </style> & "quoted" \x1b[31m \u202edeunrut hub'
MEMO = "<img src=x onerror=alert(2)>"


def evaluate(project: Path) -> None:
    """Put hostile texts, answers of every kind that a report shows, and what two rounds found into a project."""
    with Store(project / "data" / "loop.db") as store:
        texts = [HOSTILE, *(f"number {n} has a hub and a rim" for n in range(30))]
        store.corpus.add_batch([NewText(text) for text in texts], source="test")
        scheme = store.journal.scheme(("A", "B"))
        for text in store.corpus.texts(range(1, len(texts) + 1)):
            give(store, text, scheme)
        for number in (1, 2):
            store.journal.add_round(RoundInfo(number, 10 * number, 12, 1.5 / number, 1.0, 0, "versions", "", ""))
            store.predictions.put(number, {one: found(one, number) for one in texts})


def give(store: Store, text: Text, scheme: int) -> None:
    start = text.text.index("hub")
    span = Span(start, start + 3, "A")
    held = text.id % 3 == 1
    question = Question(
        f"q{text.id}", text, tuple(m.span() for m in re.finditer(r"\S+", text.text)), (),
        () if held else (Candidate(span, 0.9), Candidate(Span(0, 2, "B"), 0.3)), b"" if held else b"read",
        stream="held_out" if held else "random", round=1,
    )  # fmt: skip
    answer = Answer(
        f"a{text.id}", text.id, "ann", "accept", (span,), scheme=scheme, question_id=question.id, held_out=held,
        seconds=2.0 + text.id, flag=text.id < 3, memo=MEMO if text.id < 3 else "",
    )  # fmt: skip
    store.answers.add(answer, question)


def found(text: str, round: int) -> list[Span]:
    start = text.index("hub")
    return [Span(start, start + 3, "A" if round == 2 and "1" in text else "B"), Span(0, 3, "A")]
