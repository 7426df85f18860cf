"""What a file holds, before the project's own tokenizer and store have seen it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from loop.formats.tasks import Task
from loop.records import Answer, Question, Span, Text


class Note(NamedTuple):
    """What had to be done to read a line, in words without its text."""

    words: str
    line: int


@dataclass(frozen=True, slots=True)
class RawText:
    """One text as a file holds it; it may be empty or blank.

    Attributes:
        source: the file (or "stdin") it stands in. line: where, counted from 1; the row, in a file without lines.
        meta: the user's own fields, those beside the text and those under "meta".
        spans: what is annotated, sorted; None when the row says nothing about spans.
        answer: what the row says was answered, with text_id 0 and, if the file names nobody, annotator "".
        group: of a text that `loop` exported, and of one in a document of a CoNLL file.
        key: of a row with spans or an answer: the same row always has the same.
        suggested: spans that the file holds as a guess of some model or rule, sorted.
        question: of an answer that `loop` exported: why and by which round the text was chosen, without its tokens.
        origin: of a text that `loop` exported: the file and line it first came from.
        task: what the row is about. notes: what had to be done to read it.
        asked: the labels that a complete answer is complete for; None for all.
    """

    text: str
    source: str
    line: int
    meta: Mapping[str, Any] = field(default_factory=dict)
    spans: tuple[Span, ...] | None = None
    answer: Answer | None = None
    group: str | None = None
    key: str = ""
    suggested: tuple[Span, ...] = ()
    question: Question | None = None
    origin: tuple[str, int | None] | None = None
    task: Task = "unclear"
    notes: Sequence[Note] = ()
    asked: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer on its way out.

    Attributes:
        tokens: character offsets of the text's tokens. question: the one that was answered, if it is known.
        labels: that a complete answer is complete for, where these are not all of the project's; None for all.
    """

    text: Text
    answer: Answer
    tokens: Sequence[tuple[int, int]]
    question: Question | None = None
    labels: tuple[str, ...] | None = None

    @property
    def says_all(self) -> bool:
        """Whether all spans of all labels of the project are known."""
        return self.answer.complete and self.labels is None


class BadRowError(Exception):
    """What is wrong with a row, in words without the row's own text; whoever knows its file and line raises again."""

    def __init__(self, problem: str, hint: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint
