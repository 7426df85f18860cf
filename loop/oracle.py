"""A simulated annotator that answers from gold spans, optionally with errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from loop.alignment import filter_spans, widened
from loop.errors import LoopError
from loop.records import Question, Span

Words = Sequence[tuple[int, int]]
Gold = Mapping[str, Sequence[Span]]
"""Texts with their correct spans."""


class Oracle:
    """Answers with the gold spans of a text, each corrupted with probability `noise`.

    A corrupted span is missed, has a boundary that is off by one word or, if there are several labels, a wrong label.
    The answer to a text depends only on the seed and the text, not on when or how often it is asked.

    Args:
        gold: the gold spans of every text that may be asked about.
        labels: the labels to choose wrong ones from.
        noise: probability of an error per span.
        seed: seed of the errors.
    """

    def __init__(self, gold: Gold, *, labels: Sequence[str] = (), noise: float = 0.0, seed: int = 0) -> None:
        self._gold, self._labels, self._noise, self._seed = gold, labels, noise, seed

    def spans(self, question: Question) -> tuple[Span, ...]:
        """Answer a question with spans on whole words, without overlaps; one about a passage with those that touch it.

        Raises:
            LoopError: the text is not among the gold texts.
        """
        if question.text.text not in self._gold:
            raise LoopError("The oracle was asked about a text that is not in its gold file.")
        text = question.text.text
        words = [(start, end) for start, end in question.tokens if text[start:end].strip()]
        first, last = (words[0][0], words[-1][1]) if words else (0, 0)
        gold = [span for span in self._gold[text] if span.touches((first, last))]
        right = filter_spans({span for span in widened(gold, words) if span})
        if self._noise:
            right = filter_spans(set(self._spoilt(right, words, Random(f"{self._seed}:{text}"))))
        asked = question.passage
        return right if asked is None else tuple(span for span in right if span.touches(asked))

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
    """All spans with one boundary moved by one word that still contain a word."""
    first = next(i for i, (start, _) in enumerate(words) if start == span.start)
    last = next(i for i, (_, end) in enumerate(words) if end == span.end)
    moved = [(first - 1, last), (first + 1, last), (first, last - 1), (first, last + 1)]
    return [Span(words[a][0], words[b][1], span.label) for a, b in moved if 0 <= a <= b < len(words)]
