"""Marks (spans in tokens) and the page: the text being edited with its suggestions."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

from loop.editing.teach import most_uncertain, possible_entities
from loop.former_names import attribute
from loop.records import Candidate, Mode, Passage, Question, Span, TokenSpan

if TYPE_CHECKING:
    from loop.editing.versions import Difference, Version


class Likely(NamedTuple):
    """A mark that may be right, with its probability in [0, 1] (None where no model says)."""

    mark: TokenSpan
    p: float | None


Range = tuple[int, int]


class Suggester(Protocol):
    """A model's predictions for one text, given the annotator's decisions.

    `fixed` are confirmed marks; the token ranges `blank` contain no others. Both methods return an empty sequence if
    no prediction of the model fits the decisions.
    """

    def analyses(self, fixed: Sequence[TokenSpan], blank: Sequence[Range], k: int) -> Sequence[tuple[TokenSpan, ...]]:
        """Return up to `k` predictions for the whole text, best first."""

    def likely(
        self, fixed: Sequence[TokenSpan], blank: Sequence[Range], least: float, over: Range | None
    ) -> Sequence[Likely]:
        """Return the marks with a probability of at least `least` (and worth showing), most probable first.

        With `over`, only those that share a token with it.
        """


@dataclass(frozen=True, slots=True)
class Aids:
    """Which aids the model gives during editing: other predictions, candidates, re-deciding the rest."""

    analyses: bool = True
    candidates: bool = True
    redeciding: bool = True

    readings = attribute("Aids", "readings", "analyses")


@dataclass(frozen=True, eq=False)
class Page:
    """The constant part of a text being edited; pages compare by identity.

    Attributes:
        text: of a long document only the part around the passage that is asked about, from its character `offset` on.
        tokens: offsets (start, end) in `text` of every token. labels: in the project's order.
        passage: the tokens that are asked about, together with every mark that touches them; None for the whole text.
        is_excerpt: whether `text` is not the whole text.
        shown: the suggested marks, also those outside of the passage. elsewhere: those of them from a file, a pattern
            or another pipeline, which re-deciding never removes.
        likely: candidate marks, most probable first.
        suggester: re-decides and offers other predictions; None if no model has analysed the text.
        versions, differences: in a review, what several annotators marked, and where they differ.
    """

    text: str
    tokens: tuple[Range, ...]
    labels: tuple[str, ...]
    shown: tuple[TokenSpan, ...] = ()
    elsewhere: tuple[TokenSpan, ...] = ()
    likely: tuple[Likely, ...] = ()
    mode: Mode = "correct"
    aids: Aids = Aids()
    suggester: Suggester | None = field(default=None, compare=False)
    passage: Range | None = None
    offset: int = 0
    is_excerpt: bool = False
    versions: tuple[Version, ...] = ()
    differences: tuple[Difference, ...] = ()

    @cached_property
    def words(self) -> tuple[int, ...]:
        """The tokens that can start or end a span: all but white space."""
        return tuple(i for i, (start, end) in enumerate(self.tokens) if self.text[start:end].strip())

    @cached_property
    def places(self) -> tuple[int, ...]:
        """The words that the cursor may stand on: those of the passage."""
        return self.words if self.passage is None else self.words_within(*self.passage)

    def nearest_place(self, token: int) -> int:
        """Return the word of the passage that is nearest to a token."""
        return max(self.places[0], min(self.places[-1], token)) if self.places else token

    def asks_about(self, mark: TokenSpan) -> bool:
        """Whether a mark belongs to the passage: it touches it."""
        return self.passage is None or overlap(mark, self.passage)

    @property
    def suggested(self) -> tuple[TokenSpan, ...]:
        """The suggested marks that belong to the passage."""
        return self.shown if self.passage is None else tuple(filter(self.asks_about, self.shown))

    def about(self, passage: Range | None) -> Page:
        """Return the same page about another passage."""
        return self if passage == self.passage else _about(self, passage)

    @property
    def asked(self) -> Range | None:
        """The passage in characters of the whole text; None if that is asked about."""
        if self.passage is None:
            return None
        start, end = self.passage
        return self.offset + self.tokens[start][0], self.offset + self.tokens[end - 1][1]

    def words_within(self, start: int, end: int) -> tuple[int, ...]:
        """Return the words of the token range [start, end)."""
        return self.words[bisect_right(self.words, start - 1) : bisect_right(self.words, end - 1)]

    def step(self, token: int, by: int) -> int:
        """Return the word `by` words to the right of `token` (left when negative), stopping at both ends."""
        if not self.words:
            return 0
        here = bisect_right(self.words, token) - 1
        return self.words[max(0, min(len(self.words) - 1, here + by))]

    def trim(self, mark: TokenSpan) -> TokenSpan | None:
        """Return the mark without white space at its edges; None if nothing is left or the label is unknown."""
        words = self.words_within(mark.start, mark.end)
        if not words or mark.label not in self.labels:
            return None
        return TokenSpan(words[0], words[-1] + 1, mark.label)

    def fitted(self, marks: Iterable[TokenSpan]) -> tuple[TokenSpan, ...]:
        """Return those of these marks that belong to the passage, trimmed; see `trim`."""
        return tuple(fit for mark in marks if (fit := self.trim(mark)) and self.asks_about(fit))

    def string(self, start: int, end: int) -> str:
        """Return the text of the token range [start, end)."""
        return self.text[self.tokens[start][0] : self.tokens[end - 1][1]]

    def cover(self, start: int, end: int) -> Range | None:
        """Return the smallest token range that covers the characters [start, end) of `text`; None without a word."""
        touching = self._touching(start, end)
        inside = self.words_within(touching.start, touching.stop)
        return (inside[0], inside[-1] + 1) if inside else None

    def _touching(self, start: int, end: int) -> range:
        first = bisect_right(self._ends, start)
        return range(first, max(first, bisect_right(self._starts, end - 1)))

    @cached_property
    def _starts(self) -> list[int]:
        return [start for start, _ in self.tokens]

    @cached_property
    def _ends(self) -> list[int]:
        return [end for _, end in self.tokens]

    def mark(self, span: Span) -> TokenSpan | None:
        """Return a span of the whole text as a mark on whole tokens; None if it has no word or an unknown label."""
        known = span.label in self.labels
        tokens = self.cover(span.start - self.offset, span.end - self.offset) if known else None
        return TokenSpan(*tokens, span.label) if tokens else None

    def snap(self, spans: Iterable[Span]) -> tuple[TokenSpan, ...]:
        """Return the spans as marks, as `mark` does; of two that overlap, the first is kept."""
        return lay((), (mark for span in sorted(spans) if (mark := self.mark(span))))

    def spans(self, marks: Iterable[TokenSpan]) -> tuple[Span, ...]:
        """Return the marks as spans of characters of the whole text."""
        offsets = ((self.tokens[m.start][0], self.tokens[m.end - 1][1], m.label) for m in marks)
        return tuple(Span(self.offset + start, self.offset + end, label) for start, end, label in offsets)

    def occurrences(self, string: str) -> list[Range]:
        """Return the token ranges in the passage that contain `string`, ignoring case, each widened to whole tokens."""
        if not string.strip():
            return []
        found = (match.span() for match in re.finditer(re.escape(string.strip()), self.text, re.IGNORECASE))
        ranges = (tokens for tokens in (self.cover(*offsets) for offsets in found) if tokens)
        return [tokens for tokens in ranges if self.passage is None or overlap(tokens, self.passage)]


@lru_cache(16)  # undo returns to pages that have been laid out
def _about(page: Page, passage: Range | None) -> Page:
    return replace(page, passage=passage)


def page_of(
    question: Question,
    labels: Sequence[str],
    *,
    mode: Mode = "correct",
    suggester: Suggester | None = None,
    label: str = "",
    asked_before: Collection[Span] = (),
) -> Page:
    """Return the page for a question: manual mode suggests nothing, teach mode only the most uncertain span.

    If no span may be an entity, as before a model has analysed the text, teach mode asks about the whole text, and the
    page's mode is "correct". Teach mode asks about the span that it asked about before, if any, else about one with
    this label, if any; of a passage it asks nothing but that.
    """
    wide = _bare(question, tuple(labels))
    bare = replace(wide, passage=_passage_in(wide, question.passage))
    if mode == "manual":
        return replace(bare, mode="manual")
    fitting = [(mark, c) for c in question.candidates if (mark := bare.mark(c.span))]
    likely = (Likely(mark, c.p) for mark, c in fitting)
    ranked = tuple(sorted(likely, key=lambda item: (-(1.0 if item.p is None else item.p), item.mark)))
    asked = _asked_about(question, [c for _, c in fitting], label, asked_before) if mode == "teach" else None
    if asked is not None:
        only = Aids(candidates=False, redeciding=False)
        return replace(wide, shown=bare.snap([asked.span]), likely=ranked, mode="teach", aids=only, suggester=suggester)
    shown = bare.snap(question.prediction)
    named = {mark for mark, c in fitting if c.source != "model"}
    elsewhere = tuple(mark for mark in shown if mark in named)
    return replace(bare, shown=shown, elsewhere=elsewhere, likely=ranked, suggester=suggester)


def _passage_in(page: Page, passage: Passage | None) -> Range | None:
    """The tokens of a passage; all of the page if it has no word, as a passage is never the whole text."""
    if passage is None or not page.tokens:
        return None
    return page.cover(passage[0] - page.offset, passage[1] - page.offset) or (0, len(page.tokens))


def _bare(question: Question, labels: tuple[str, ...]) -> Page:
    text, tokens = question.text.text, question.tokens
    if question.passage is None or not tokens:
        return Page(text, tokens, labels)
    start, end = tokens[0][0], tokens[-1][1]
    shifted = tuple((a - start, b - start) for a, b in tokens)
    is_excerpt = bool(text[:start].strip() or text[end:].strip())
    if not is_excerpt:
        return Page(text, tokens, labels)
    return Page(text[start:end], shifted, labels, offset=start, is_excerpt=True)


def _asked_about(
    question: Question, fitting: Sequence[Candidate], label: str, asked_before: Collection[Span]
) -> Candidate | None:
    known = frozenset(fitting)
    before = [c for c in fitting if c.span in asked_before]
    possible = [c for c in possible_entities(question) if c in known]
    return most_uncertain(before or [c for c in possible if c.span.label == label] or possible)


def overlap(one: TokenSpan | Range, other: TokenSpan | Range) -> bool:
    """Tell whether two marks or token ranges share a token."""
    return one[0] < other[1] and other[0] < one[1]


def lay(first: Iterable[TokenSpan], then: Iterable[TokenSpan]) -> tuple[TokenSpan, ...]:
    """Return `first` plus each mark of `then` that overlaps none before it; sorted."""
    laid = list(first)
    taken = tokens_of(laid)
    for mark in then:
        if taken.isdisjoint(range(mark.start, mark.end)):
            laid.append(mark)
            taken.update(range(mark.start, mark.end))
    return tuple(sorted(laid))


def tokens_of(ranges: Iterable[TokenSpan | Range]) -> set[int]:
    """Return the tokens covered by marks or token ranges, as a set for fast comparison in long texts."""
    return {token for one in ranges for token in range(one[0], one[1])}


def at(marks: Iterable[TokenSpan], token: int) -> TokenSpan | None:
    """Return the mark that covers `token`."""
    return next((mark for mark in marks if mark.start <= token < mark.end), None)
