"""The shapes of the data that the rooms hand to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

Mode = Literal["correct", "teach", "manual", "import"]
Share = Literal["doubtful", "random", "pattern", "typical", "held_out", "chosen", "revisit", "again"]
Verdict = Literal["accept", "reject", "skip", "unusable", "retract"]
Source = Literal["model", "pattern", "file", "pipeline", "answer"]
Split = Literal["sentence", "line", "none"]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """One entity as character offsets into its text: `start` inclusive, `end` exclusive."""

    start: int
    end: int
    label: str

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a character, whatever their labels."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """Whether the other one lies within this one, whatever their labels."""
        return self.start <= other.start and other.end <= self.end


class TokenSpan(NamedTuple):
    """One entity as token indices: `start` inclusive, `end` exclusive."""

    start: int
    end: int
    label: str

    def overlaps(self, other: TokenSpan) -> bool:
        """Whether the two share a token, whatever their labels."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span that may be an entity, with the probability `p` in [0, 1] that it is one (None where no model says).

    `source` is who suggests it: another one than the model goes before it, also where the model gives a `p`.
    """

    span: Span
    p: float | None
    source: Source = "model"


@dataclass(frozen=True, slots=True)
class Text:
    """One text of the corpus.

    Attributes:
        group: holds texts together that must never be separated (a patient, a document). meta: the user's own.
        suggested: spans that its file suggested, sorted. source, line: the file, and the line or row in it.
    """

    id: int
    text: str
    batch: int = 0
    group: str | None = None
    meta: Mapping[str, Any] = field(default_factory=dict)
    suggested: tuple[Span, ...] = ()
    source: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A text to ask about, with everything the screen needs, so that asking needs no model.

    Attributes:
        id: globally unique, kept for ever once answered.
        tokens: character offsets (start, end) of every token; a span begins and ends with a token.
        reading: the spans shown, sorted, never overlapping.
        candidates: every span above a small probability, those of the reading among them.
        lattice: the pruned lattice as `loop.lattice` serialises it; empty when no model has read the text.
        share: which part of the queue it comes from. reason: the same in words for the annotator.
        round: the round whose checkpoint read it; 0 before the first.
        entropy: of the model's reading, in nats; None when no model has read the text.
    """

    id: str
    text: Text
    tokens: tuple[tuple[int, int], ...]
    reading: tuple[Span, ...]
    candidates: tuple[Candidate, ...] = ()
    lattice: bytes = b""
    share: Share = "random"
    reason: str = ""
    round: int = 0
    entropy: float | None = None


@dataclass(frozen=True, slots=True)
class Focus:
    """What a session is narrowed to; by default to nothing.

    Attributes:
        label: only texts in which it is likely, as long as there are any.
        where: (key, value) that the meta of a text must have, all of them; values as text ("true" and "false" too).
        measure: so many held-out texts and no others; 0 for the usual mixture.
    """

    label: str = ""
    where: tuple[tuple[str, str], ...] = ()
    measure: int = 0

    def covers(self, meta: Mapping[str, Any]) -> bool:
        """Whether a text with this meta is meant."""
        return all(key in meta and _plain(meta[key]) == value for key, value in self.where)


NO_FOCUS = Focus()


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an annotator said about a text; never changed once written.

    Attributes:
        id: globally unique. seq: its place in the event log, 0 before it is stored.
        rank: its place among the answers: that of the answer it replaces, otherwise its own in the event log.
        shown: the spans suggested. spans: the spans answered.
        complete: `spans` are all the spans of the labels of its scheme; otherwise the rest of the text is unknown.
        again: the text was asked again, blind, to measure consistency; the answer neither trains nor counts beside
            others.
        retracts: the id of the answer that this one replaces, or takes back when the verdict is "retract".
        revision: the scheme since which it says something else, as labels were merged or removed; 0 for none.
        reason: why it was skipped. seconds: time on screen. keys: key presses.
    """

    id: str
    text_id: int
    annotator: str
    verdict: Verdict
    spans: tuple[Span, ...] = ()
    shown: tuple[Span, ...] = ()
    complete: bool = True
    mode: Mode = "correct"
    scheme: int = 0
    round: int = 0
    question_id: str | None = None
    held_out: bool = False
    again: bool = False
    flag: bool = False
    memo: str = ""
    reason: str = ""
    guideline_hash: str = ""
    seconds: float = 0.0
    keys: int = 0
    at: datetime | None = None
    retracts: str | None = None
    seq: int = 0
    rank: int = 0
    revision: int = 0

    @property
    def key(self) -> str:
        """What a round learned from: the answer, as it was read then."""
        return f"{self.id}@{self.revision}" if self.revision else self.id

    @property
    def says_something(self) -> bool:
        """Whether it says which spans are right or, if it is partial, which are wrong."""
        return self.verdict == "accept" or (self.verdict == "reject" and not self.complete)

    @property
    def trains(self) -> bool:
        """Whether a round may learn from it."""
        return self.says_something and not self.held_out and not self.again


@dataclass(frozen=True, slots=True)
class TrainerStatus:
    """What the trainer last wrote about itself: `state` in words, the round it published last, and when."""

    state: str
    round: int
    at: datetime
