"""What is looked at, and what is found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from loop.records import Answer, Question, Span

Kind = Literal["disagreement", "inconsistent", "improbable", "fast", "repeat"]


class Given(NamedTuple):
    """A complete answer with its question."""

    question: Question
    answer: Answer

    @property
    def words(self) -> list[tuple[int, int]]:
        """The tokens that are not white space, as character offsets."""
        text = self.question.text.text
        return [token for token in self.question.tokens if text[token[0] : token[1]].strip()]


@dataclass(frozen=True, slots=True)
class Finding:
    """An answer that may be wrong.

    Attributes:
        kind: what makes it suspicious: somebody else answered the text otherwise; the same string is elsewhere answered
            otherwise; the model found it improbable before it learned it; it came faster than the text can be read;
            repeated, it was answered otherwise.
        span: the one it is about; None when it is the whole text. words: why, in a phrase; may quote the text.
        surprise: in nats, minus the log of how probable the answer is if it is right; findings of a kind compare by it.
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
    """The spans with their labels on one line, "nothing" without any."""
    return ", ".join(f"{quoted(text, span)} {span.label}" for span in spans) or "nothing"


def given(pairs: Iterable[tuple[Question, Answer]]) -> list[Given]:
    """Of the answers those that say all of a text: accepted and complete."""
    return [Given(question, answer) for question, answer in pairs if answer.verdict == "accept" and answer.complete]
