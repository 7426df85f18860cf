"""Answers to look at, written as marked text: "the [chain]PART is [worn]FAULT"."""

from __future__ import annotations

import re
from typing import Any

from loop.quality import Given
from loop.records import Answer, Candidate, Question, Span, Text

MARK = re.compile(r"\[([^\]]+)\]([A-Z]+)")


def marked(written: str) -> tuple[str, tuple[Span, ...]]:
    """The text and its spans."""
    text, spans, done = "", [], 0
    for mark in MARK.finditer(written):
        text += written[done : mark.start()]
        spans.append(Span(len(text), len(text) + len(mark[1]), mark[2]))
        text, done = text + mark[1], mark.end()
    return text + written[done:], tuple(spans)


def answered(number: int, written: str, *, sure: str = "", shown: str = "", **more: Any) -> Given:
    """The answer `written`, number `number`; `sure` is what the model thought, as "chain=PART 97, worn=FAULT 80"."""
    text, spans = marked(written)
    candidates = tuple(_candidate(text, item) for item in sure.split(", ") if item)
    tokens = tuple(match.span() for match in re.finditer(r"\w+|[^\w\s]|\n", text))
    stream = more.pop("stream", "uncertain")
    question = Question(f"q{number}", Text(number, text), tokens, (), candidates, b"read", stream=stream)
    suggested = marked(shown)[1] if shown else spans
    return Given(
        question, Answer(f"a{number}", number, "ann", "accept", spans, suggested, seq=number, rank=number, **more)
    )


def _candidate(text: str, item: str) -> Candidate:
    string, rest = item.split("=")
    label, percent = rest.split()
    start = text.index(string)
    return Candidate(Span(start, start + len(string), label), int(percent) / 100)
