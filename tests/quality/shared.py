"""Made-up texts that several annotators answered, written down word by word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hypothesis import strategies as st

from loop.answer_parts import Known
from loop.quality.shared_texts import SharedText
from loop.records import Span
from loop.truth import Truth

LABELS = ("A", "B", "C")
# Word i of a text is the characters 3i and 3i + 1; a blank follows.
WORD = 3


class AnswerOf(NamedTuple):
    """Spans as (first word, last word, label), the labels asked about, and the words asked about (None: all)."""

    spans: tuple[tuple[int, int, str], ...]
    labels: frozenset[str]
    passage: tuple[int, int] | None


@dataclass(frozen=True)
class TextOf:
    """A text of so many words, and the answers by annotator; who is absent has none."""

    words: int
    answers: dict[str, AnswerOf]

    def known(self, name: str, word: int) -> frozenset[str]:
        """The labels that an annotator was asked about at a word."""
        one = self.answers.get(name)
        is_asked = one and (one.passage is None or one.passage[0] <= word <= one.passage[1])
        return one.labels if one and is_asked else frozenset()

    def label(self, name: str, word: int) -> str:
        return next((label for first, last, label in self.answers[name].spans if first <= word <= last), "")

    def is_asked(self, name: str, span: tuple[int, int, str]) -> bool:
        """Whether an annotator would have had to mark a span if it were one."""
        return any(span[2] in self.known(name, word) for word in range(span[0], span[1] + 1))

    @property
    def is_compared(self) -> bool:
        known = [[self.known(name, word) for name in self.answers] for word in range(self.words)]
        return any(sum(label in one for one in each) > 1 for each in known for label in LABELS)

    def shared(self, number: int) -> SharedText:
        tokens = [(WORD * word, WORD * word + 2) for word in range(self.words)]
        return SharedText(f"text:{number}", tokens, {name: _truth(one) for name, one in sorted(self.answers.items())})


def _truth(one: AnswerOf) -> Truth:
    spans = tuple(Span(WORD * first, WORD * last + 2, label) for first, last, label in one.spans)
    if one.passage is None:
        return Truth(one.labels, spans)
    start, end = one.passage
    return Truth(frozenset(), spans, passages=(Known(WORD * start, WORD * end + 2, one.labels),))


@st.composite
def shared_texts(draw: st.DrawFn, names: tuple[str, ...]) -> TextOf:
    """A text, perhaps an empty one, that not everybody answered, asked about some labels or in a part only."""
    words = draw(st.integers(0, 6))
    return TextOf(words, {name: draw(_answers(words)) for name in names if draw(st.integers(0, 5))})


@st.composite
def _answers(draw: st.DrawFn, words: int) -> AnswerOf:
    labels = draw(st.sampled_from([frozenset(LABELS), frozenset(LABELS), frozenset("AB"), frozenset("C")]))
    passage = None
    if words and not draw(st.integers(0, 3)):
        start = draw(st.integers(0, words - 1))
        passage = start, draw(st.integers(start, words - 1))
    spans, word = [], 0
    while word < words:
        last = min(words - 1, word + draw(st.integers(0, 1)))
        is_inside = passage is None or (word <= passage[1] and passage[0] <= last)
        if is_inside and draw(st.booleans()):
            spans.append((word, last, draw(st.sampled_from(sorted(labels)))))
        word = last + 1
    return AnswerOf(tuple(spans), labels, passage)
