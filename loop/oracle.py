"""An annotator that reads gold spans: what a careful person would answer, or one who errs now and then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from loop.alignment import longest, widened
from loop.errors import LoopError
from loop.records import Question, Span

Words = Sequence[tuple[int, int]]


class Oracle:
    """Answers from `gold`: the right spans of every text it may be asked about, each spoilt with probability `noise`.

    A spoilt span is missed, or has an edge that is off by one word, or, where there are several labels, a wrong
    one. What becomes of a text depends on the seed and the text alone: not on when, or how often, it is asked.
    """

    def __init__(
        self, gold: Mapping[str, Sequence[Span]], *, labels: Sequence[str] = (), noise: float = 0.0, seed: int = 0
    ) -> None:
        self._gold, self._labels, self._noise, self._seed = gold, labels, noise, seed

    def spans(self, question: Question) -> tuple[Span, ...]:
        """The spans of the text asked about, on whole words, without overlaps.

        Raises:
            LoopError: the text is not among the gold texts.
        """
        if question.text.text not in self._gold:
            raise LoopError("The oracle was asked about a text that is not in its gold file.")
        text = question.text.text
        words = [(start, end) for start, end in question.tokens if text[start:end].strip()]
        right = longest({span for span in widened(self._gold[text], words) if span})
        return longest(set(self._spoilt(right, words, Random(f"{self._seed}:{text}")))) if self._noise else right

    def _spoilt(self, spans: Sequence[Span], words: Words, rng: Random) -> Iterator[Span]:
        for span in spans:
            if rng.random() >= self._noise:
                yield span
                continue
            others = [label for label in self._labels if label != span.label]
            mistake = rng.choice(["missed", "edge", "label"] if others else ["missed", "edge"])
            if mistake == "label":
                yield Span(span.start, span.end, rng.choice(others))
            elif mistake == "edge":
                yield rng.choice(_off_by_one(span, words) or [span])


def _off_by_one(span: Span, words: Words) -> list[Span]:
    """The span with one edge moved by one word, every way that leaves a word in it."""
    first = next(i for i, (start, _) in enumerate(words) if start == span.start)
    last = next(i for i, (_, end) in enumerate(words) if end == span.end)
    moved = [(first - 1, last), (first + 1, last), (first, last - 1), (first, last + 1)]
    return [Span(words[a][0], words[b][1], span.label) for a, b in moved if 0 <= a <= b < len(words)]
