"""Answers to check, and findings about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from loop.records import Answer, Candidate, Passage, Question, Span

Kind = Literal["disagreement", "inconsistent", "improbable", "fast", "repeat", "reviewed"]


class Given(NamedTuple):
    """A complete answer, or one about a passage, with its question."""

    question: Question
    answer: Answer

    @property
    def words(self) -> list[tuple[int, int]]:
        """The tokens asked about that are not white space, as character offsets."""
        text, (first, last) = self.question.text.text, self.asked
        inside = (token for token in self.question.tokens if token[0] < last and first < token[1])
        return [token for token in inside if text[token[0] : token[1]].strip()]

    @property
    def asked(self) -> Passage:
        """The characters that the answer is about."""
        return self.answer.passage or (0, len(self.question.text.text))

    @property
    def candidates(self) -> list[Candidate]:
        """The candidates that the answer says something of."""
        return [one for one in self.question.candidates if one.span.touches(self.asked)]


@dataclass(frozen=True, slots=True)
class Finding:
    """An answer that may be wrong.

    Attributes:
        kind: why it is suspicious: another annotator disagrees; the same string is labelled differently elsewhere; the
            model found it improbable before learning it; it was given faster than the text can be read; the annotator
            answered differently when repeated; a reviewer decided otherwise.
        span: the span concerned; None for the whole text. words: the reason, in a phrase that may quote the text.
        surprise: in nats, minus the log probability of the answer if it is right; orders findings of a kind.
    """

    kind: Kind
    answer: Answer
    words: str
    surprise: float
    span: Span | None = None


def quoted(text: str, span: Span) -> str:
    """The string of a span in quotation marks, on one line."""
    return f"“{' '.join(text[span.start : span.end].split())}”"


def listed(text: str, spans: Iterable[Span]) -> str:
    """The spans with their labels on one line; "nothing" without any."""
    return ", ".join(f"{quoted(text, span)} {span.label}" for span in spans) or "nothing"


def given(pairs: Iterable[tuple[Question, Answer]]) -> list[Given]:
    """The accepted ones of the answers that are complete, in the text or in a passage."""
    accepted = (pair for pair in pairs if pair[1].verdict == "accept")
    return [Given(question, answer) for question, answer in accepted if answer.complete or answer.passage]
