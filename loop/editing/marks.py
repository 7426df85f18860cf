"""Marks (spans counted in tokens) and the page of text they lie on."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple, Protocol

from loop.editing.teach import most_uncertain
from loop.records import Candidate, Mode, Question, Span, TokenSpan


class Likely(NamedTuple):
    """A mark that may be right, with its probability in [0, 1] (None where no model says)."""

    mark: TokenSpan
    p: float | None


Range = tuple[int, int]


class Suggester(Protocol):
    """What a model says about one text, given what the annotator has decided.

    `fixed` are marks that are right; in the token ranges `blank` there is nothing but those. Both methods answer with
    nothing when the model cannot follow.
    """

    def analyses(self, fixed: Sequence[TokenSpan], blank: Sequence[Range], k: int) -> Sequence[tuple[TokenSpan, ...]]:
        """Return up to `k` complete analyses, best first."""

    def likely(
        self, fixed: Sequence[TokenSpan], blank: Sequence[Range], least: float, over: Range | None
    ) -> Sequence[Likely]:
        """Return every mark with a probability worth showing and not below `least`, the most probable first.

        Only those that share a token with `over`, if that is given.
        """


@dataclass(frozen=True, slots=True)
class Aids:
    """What the model may do while a text is edited: offer other analyses, point at candidates, re-decide the rest."""

    analyses: bool = True
    candidates: bool = True
    redeciding: bool = True


@dataclass(frozen=True, eq=False)
class Page:
    """What does not change while a text is edited; a page is equal to itself alone.

    Attributes:
        tokens: character offsets (start, end) of every token. labels: those in force, in their order.
        shown: the marks suggested. elsewhere: those of them that a file, a pattern or another pipeline suggests: no
            model takes them back.
        likely: marks that may be right, the best first.
        suggester: re-decides and offers other analyses; None when no model has read the text.
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

    @cached_property
    def words(self) -> tuple[int, ...]:
        """The tokens that can begin or end a span: all but white space."""
        return tuple(i for i, (start, end) in enumerate(self.tokens) if self.text[start:end].strip())

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
        """Return the mark without white space at its edges, or None when nothing is left or the label is unknown."""
        words = self.words_within(mark.start, mark.end)
        if not words or mark.label not in self.labels:
            return None
        return TokenSpan(words[0], words[-1] + 1, mark.label)

    def fitted(self, marks: Iterable[TokenSpan]) -> tuple[TokenSpan, ...]:
        """Return the marks that are left of these, each as `trim` gives it."""
        return tuple(fit for mark in marks if (fit := self.trim(mark)))

    def string(self, start: int, end: int) -> str:
        """Return the text of the token range [start, end)."""
        return self.text[self.tokens[start][0] : self.tokens[end - 1][1]]

    def cover(self, start: int, end: int) -> Range | None:
        """Return the smallest token range that covers the characters [start, end), or None where there is no word."""
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
        """Return a span as a mark, widened to whole tokens; None where there is no word or the label is unknown."""
        tokens = self.cover(span.start, span.end) if span.label in self.labels else None
        return TokenSpan(*tokens, span.label) if tokens else None

    def snap(self, spans: Iterable[Span]) -> tuple[TokenSpan, ...]:
        """Return the spans as marks, as `mark` does; where two overlap the earlier one stays."""
        return lay((), (mark for span in sorted(spans) if (mark := self.mark(span))))

    def spans(self, marks: Iterable[TokenSpan]) -> tuple[Span, ...]:
        """Return the marks as spans of characters."""
        return tuple(Span(self.tokens[m.start][0], self.tokens[m.end - 1][1], m.label) for m in marks)

    def occurrences(self, string: str) -> list[Range]:
        """Return the token ranges that hold `string`, whatever its case, each widened to whole tokens."""
        if not string.strip():
            return []
        found = (match.span() for match in re.finditer(re.escape(string.strip()), self.text, re.IGNORECASE))
        return [tokens for tokens in (self.cover(*offsets) for offsets in found) if tokens]


def page_of(
    question: Question,
    labels: Sequence[str],
    *,
    mode: Mode = "correct",
    suggester: Suggester | None = None,
    about: Callable[[Candidate], bool] | None = None,
) -> Page:
    """Return the page for a question: in manual mode it suggests nothing, in teach mode the most uncertain span.

    Where nothing is uncertain, as before a model has read the text, teach mode asks about the whole of it: the page's
    mode is then "correct". Where candidates are as `about` says, only those are asked about.
    """
    bare = Page(question.text.text, question.tokens, tuple(labels))
    if mode == "manual":
        return replace(bare, mode="manual")
    fitting = [(mark, c) for c in question.candidates if (mark := bare.mark(c.span))]
    likely = (Likely(mark, c.p) for mark, c in fitting)
    ranked = tuple(sorted(likely, key=lambda item: (-(1.0 if item.p is None else item.p), item.mark)))
    known = [c for _, c in fitting] if mode == "teach" else []
    wanted = [c for c in known if about is None or about(c)]
    asked = most_uncertain(replace(question, candidates=tuple(wanted or known)))
    if asked is not None:
        only = Aids(candidates=False, redeciding=False)
        return replace(bare, shown=bare.snap([asked.span]), likely=ranked, mode="teach", aids=only, suggester=suggester)
    shown = bare.snap(question.prediction)
    named = {mark for mark, c in fitting if c.source != "model"}
    elsewhere = tuple(mark for mark in shown if mark in named)
    return replace(bare, shown=shown, elsewhere=elsewhere, likely=ranked, suggester=suggester)


def overlap(one: TokenSpan | Range, other: TokenSpan | Range) -> bool:
    """Tell whether two marks or token ranges share a token."""
    return one[0] < other[1] and other[0] < one[1]


def lay(first: Iterable[TokenSpan], then: Iterable[TokenSpan]) -> tuple[TokenSpan, ...]:
    """Return `first`, and of `then`, in its order, what overlaps nothing laid before; sorted."""
    laid = list(first)
    taken = tokens_of(laid)
    for mark in then:
        if taken.isdisjoint(range(mark.start, mark.end)):
            laid.append(mark)
            taken.update(range(mark.start, mark.end))
    return tuple(sorted(laid))


def tokens_of(ranges: Iterable[TokenSpan | Range]) -> set[int]:
    """Return the tokens that marks or token ranges cover: a long text has hundreds of them to compare."""
    return {token for one in ranges for token in range(one[0], one[1])}


def at(marks: Iterable[TokenSpan], token: int) -> TokenSpan | None:
    """Return the mark that covers `token`."""
    return next((mark for mark in marks if mark.start <= token < mark.end), None)
