"""Texts and answers as read from files, before tokenization."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from loop.formats.tasks import Task
from loop.records import Answer, Question, Span, Text


class Note(NamedTuple):
    """A remark on how a line was read, in words that do not quote its text."""

    words: str
    line: int


@dataclass(frozen=True, slots=True)
class RawText:
    """One text as read from a file; it may be empty or blank.

    Attributes:
        source: the file, or "stdin". line: the line from 1, or the row in a file without lines.
        meta: the user's own fields, both beside the text and under "meta".
        spans: the annotated spans, sorted; None if the row says nothing about spans.
        answer: the row's answer, with text_id 0, and annotator "" if the file names nobody.
        group: from an export of `loop`, or the document in a CoNLL file.
        key: id of a row with spans or an answer; the same row always has the same key.
        suggested: spans predicted by a model or rule, sorted.
        question: from an export of `loop`: why and by which round the text was chosen, without tokens.
        origin: from an export of `loop`: the file and line the text first came from.
        task: what the row is about. notes: remarks on how it was read.
        asked: the labels that an answer is complete for, in the text or its passage; None for all.
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
    """An answer to export.

    Attributes:
        tokens: character offsets of the text's tokens. question: the question answered, if known.
        labels: the labels that an answer is complete for, in the text or its passage; None for all of the project's.
        of_project: the project's labels.
    """

    text: Text
    answer: Answer
    tokens: Sequence[tuple[int, int]]
    question: Question | None = None
    labels: tuple[str, ...] | None = None
    of_project: tuple[str, ...] = ()

    @property
    def complete_for(self) -> tuple[str, ...]:
        """The labels that the answer is complete for, in the text or its passage; empty if none are known."""
        if self.labels is not None:
            return self.labels
        is_whole = self.answer.verdict == "accept" and (self.answer.complete or self.answer.passage is not None)
        return self.of_project if is_whole else ()

    @property
    def says_all(self) -> bool:
        """Whether the answer gives all spans of all labels of the project."""
        return self.answer.complete and self.labels is None and not self.answer.unclear


class BadRowError(Exception):
    """A row is invalid. The message does not quote it; the caller adds file and line and raises `InputError`."""

    def __init__(self, problem: str, hint: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint
