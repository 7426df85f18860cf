"""The records that the packages exchange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NamedTuple

from loop.former_names import attribute

Mode = Literal["correct", "teach", "manual", "import"]
Stream = Literal[
    "uncertain", "random", "focused", "pattern", "short", "typical", "held_out", "chosen", "revisit", "repeat", "review"
]
# Why a text is asked, where nothing more can be said of it than the stream of questions that it is in.
REASONS: dict[Stream, str] = {
    "uncertain": "the model is uncertain",
    "random": "drawn at random",
    "focused": "drawn at random from those that you asked for",
    "pattern": "a pattern matches here",
    "short": "short, to begin with",
    "typical": "typical of your texts",
    "chosen": "you chose it",
    "held_out": "held out: used to evaluate the model, never to train it",
    "revisit": "answered before a label was added",
    "repeat": "a repeat, to measure how consistent the answers are",
    "review": "a review of what several annotators answered",
}
Verdict = Literal["accept", "reject", "skip", "unusable", "retract"]
# A text with one of these is left out: it is asked no more, and not counted as answered.
LEFT_OUT: tuple[Verdict, ...] = ("skip", "unusable")
Source = Literal["model", "pattern", "file", "pipeline", "answer"]
Split = Literal["sentence", "line", "none"]
TermVerdict = Literal["yes", "no", "depends"]
Passage = tuple[int, int]
"""A part of a text, as character offsets: start inclusive, end exclusive."""
PatternSource = Literal["terms", "example"]


def overlapping(one: tuple[int, int] | None, other: tuple[int, int] | None) -> bool:
    """Whether two passages, or ranges of tokens, of the same text share something; None is all of it."""
    return one is None or other is None or (one[0] < other[1] and other[0] < one[1])


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """One entity as character offsets into its text: `start` inclusive, `end` exclusive."""

    start: int
    end: int
    label: str

    def overlaps(self, other: Span) -> bool:
        """Whether the two share a character, regardless of labels."""
        return self.start < other.end and other.start < self.end

    def touches(self, passage: Passage) -> bool:
        """Whether it shares a character with a passage: such a span belongs to it."""
        return self.start < passage[1] and passage[0] < self.end

    def contains(self, other: Span) -> bool:
        """Whether `other` lies within this span, regardless of labels."""
        return self.start <= other.start and other.end <= self.end


class TokenSpan(NamedTuple):
    """One entity as token indices: `start` inclusive, `end` exclusive."""

    start: int
    end: int
    label: str

    def overlaps(self, other: TokenSpan) -> bool:
        """Whether the two share a token, regardless of labels."""
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span that may be an entity.

    Attributes:
        span: the span.
        p: its probability, 0 to 1; None if no model has scored it.
        source: who suggests it; another source takes precedence over the model, even if the model gives a `p`.
    """

    span: Span
    p: float | None
    source: Source = "model"


@dataclass(frozen=True, slots=True)
class Text:
    """One text of the corpus.

    Attributes:
        group: name of a group of texts that must never be split (a patient, a document).
        meta: the user's own fields.
        suggested: spans suggested by its file, sorted.
        source, line: the file, and the line or row in it.
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
    """A text to ask about, with everything the screen needs: asking requires no model.

    Attributes:
        id: globally unique; kept forever once answered.
        text: the text.
        tokens: character offsets (start, end) of every token; spans begin and end at token boundaries.
        prediction: the spans suggested, sorted, never overlapping; of a passage those are shown that touch it.
        candidates: all spans above a small probability, including those of the prediction.
        lattice: the serialised lattice (see `loop.lattice`); empty if no model has scored the text.
        stream: the stream of the queue that it comes from.
        reason: the reason for asking, shown to the annotator.
        round: the round whose checkpoint scored the text; 0 before the first.
        entropy: of the model's distribution over analyses, in nats; None if no model has scored the text.
        passage: the part that is asked about; None for the whole text. `tokens` may be those of its surroundings only.
    """

    id: str
    text: Text
    tokens: tuple[tuple[int, int], ...]
    prediction: tuple[Span, ...]
    candidates: tuple[Candidate, ...] = ()
    lattice: bytes = b""
    stream: Stream = "random"
    reason: str = ""
    round: int = 0
    entropy: float | None = None
    passage: Passage | None = None

    reading = attribute("Question", "reading", "prediction")
    share = attribute("Question", "share", "stream")

    def overlaps(self, other: Question) -> bool:
        """Whether both ask about some of the same words of a text."""
        return self.text.id == other.text.id and overlapping(self.passage, other.passage)


@dataclass(frozen=True, slots=True)
class Focus:
    """Restricts a session to some texts; by default to none in particular.

    Attributes:
        label: ask only about texts in which this label is likely, as long as there are any.
        where: (key, value) pairs that the meta of a text must all match; values as strings (also "true" and "false").
        measure: ask only this number of held-out texts; 0 for the usual mixture.
        batch: ask only about the texts of this batch; 0 for all.
    """

    label: str = ""
    where: tuple[tuple[str, str], ...] = ()
    measure: int = 0
    batch: int = 0

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves out some texts; then the questions are not a random sample of the corpus."""
        return bool(self.label or self.where or self.batch)

    def covers(self, text: Text) -> bool:
        """Whether a text matches `where` and `batch`."""
        matches = all(key in text.meta and plain_value(text.meta[key]) == value for key, value in self.where)
        return matches and self.batch in (0, text.batch)

    def asks(self, question: Question) -> bool:
        """Whether a session with this focus asks a question."""
        return self.covers(question.text) and (not self.measure or question.stream == "held_out")


NO_FOCUS = Focus()


def plain_value(value: Any) -> str:
    """A value of a text's metadata as conditions have it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an annotator said about a text; immutable once written.

    Attributes:
        id: globally unique.
        seq: its position in the event log; 0 before it is stored.
        rank: its position among the answers: that of the answer it replaces, otherwise `seq`.
        shown: the spans suggested.
        spans: the spans answered.
        complete: whether `spans` are all spans of the labels of its scheme; otherwise the rest of the text is unknown.
        passage: of a partial answer, the part of the text in which `spans` are all there are: no other span touches it.
        unclear: of an imported answer, spans of whose place it says nothing: an answer that it does not know was later.
        repeat: whether it answers a blind repeat, which measures consistency; it is not trained on and overrides no
            other answer.
        adjudicates: ids of the answers of several annotators that it decides between; it beats every other answer.
        needs: how many annotators have to answer the text, blind to each other, before any answer to it counts.
        retracts: id of the answer that it replaces or, if the verdict is "retract", takes back.
        waits: whether its text still needs answers of others, so that it neither teaches nor evaluates.
        revision: version of the last scheme whose merged or removed labels changed its meaning; 0 if none did.
        reason: why the text was skipped.
        seconds: time on screen.
        keys: number of key presses.
    """

    id: str
    text_id: int
    annotator: str
    verdict: Verdict
    spans: tuple[Span, ...] = ()
    shown: tuple[Span, ...] = ()
    complete: bool = True
    passage: Passage | None = None
    unclear: tuple[Span, ...] = ()
    mode: Mode = "correct"
    scheme: int = 0
    round: int = 0
    question_id: str | None = None
    held_out: bool = False
    repeat: bool = False
    flag: bool = False
    memo: str = ""
    reason: str = ""
    guideline_hash: str = ""
    seconds: float = 0.0
    keys: int = 0
    at: datetime | None = None
    adjudicates: tuple[str, ...] = ()
    needs: int = 1
    retracts: str | None = None
    seq: int = 0
    rank: int = 0
    revision: int = 0
    waits: bool = False

    again = attribute("Answer", "again", "repeat")

    @property
    def key(self) -> str:
        """Identifies the answer, in its present meaning, in the list of answers that a round was trained on."""
        return f"{self.id}@{self.revision}" if self.revision else self.id

    @property
    def says_something(self) -> bool:
        """Whether it says which spans are correct or, if it is partial, which are wrong."""
        return self.verdict == "accept" or (self.verdict == "reject" and not self.complete)

    @property
    def is_left_out(self) -> bool:
        """Whether it leaves the text out instead of answering."""
        return self.verdict in LEFT_OUT

    @property
    def trains(self) -> bool:
        """Whether a round may be trained on it."""
        return self.says_something and not (self.held_out or self.repeat or self.waits)


@dataclass(frozen=True, slots=True)
class TrainerStatus:
    """The trainer's last report: its `state` in words, the last published round, and the time of the report."""

    state: str
    round: int
    at: datetime


@dataclass(frozen=True, slots=True)
class TermDecision:
    """What somebody said about a term of the pool.

    Attributes:
        string: the term, as it is written most often.
        verdict: "yes" if it is always an entity of `label`; "no" if it is never one of `labels`; "depends" if the
            place decides.
        label: of a "yes".
        labels: the labels that there were to choose from.
        source: whether it was proposed or typed as an example.
        instead_of: the proposed string, if its edges were corrected.
    """

    string: str
    verdict: TermVerdict
    label: str | None = None
    labels: tuple[str, ...] = ()
    source: PatternSource = "terms"
    instead_of: str = ""
