"""What weak labels say about a text: spans, and how much of the rest may be taken for outside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc, Token
from spacy.tokens import Span as DocSpan

from loop.alignment import filter_spans
from loop.records import Span
from loop.truth import Truth

# A token nearer to the known terms than this share of all tokens may be in an unknown one: missing, not outside.
FAR = 0.85
# How many of the nearest terms a token is compared with.
NEAREST = 5
# Tokens of a text that are learned from, around its first span, so that long documents cost no more than others.
WINDOW = 100
BEFORE = 30
# With fewer labels, what has a capital letter is mostly a name of another kind (docs/decisions/0103).
KINDS = 3
SENTENCE_ENDS = (".", "!", "?", ":", "…")


@dataclass(frozen=True, slots=True)
class Evidence:
    """How often answers agreed with the spans of a pattern or of a source, and how often they denied them."""

    agreed: int = 0
    denied: int = 0

    @classmethod
    def of(cls, span: Span, truth: Truth) -> Evidence:
        """What the answers to a text say about one span in it."""
        agrees = span in truth.spans
        return cls(agrees, not agrees and truth.denies(span))

    @property
    def judged(self) -> int:
        """How many spans the answers say to be right or wrong."""
        return self.agreed + self.denied

    @property
    def is_believed(self) -> bool:
        """Whether what the pattern or source finds is still learned from."""
        return self.denied <= self.agreed

    def plus(self, other: Evidence) -> Evidence:
        """Both together."""
        return Evidence(self.agreed + other.agreed, self.denied + other.denied)


@dataclass(frozen=True, slots=True)
class WeakText:
    """A text with spans of one or several sources.

    Attributes:
        unclear: spans that may be entities.
        is_read_whole: whether a source read the whole text, so that what it did not find is outside.
    """

    text: str
    spans: tuple[Span, ...]
    unclear: tuple[Span, ...] = ()
    is_read_whole: bool = False


def weakly_known(nlp: Language, texts: Sequence[WeakText], labels: Iterable[str]) -> list[tuple[str, Truth]]:
    """What is learned from weak texts, of each a window of at most `WINDOW` tokens.

    The spans that sources found are entities. In a text in which only patterns were matched, the tokens that may be in
    entities that no pattern knows are missing: those without a word vector, those whose vectors lie nearer to the
    terms that match (the mean of the nearest `NEAREST`) than `FAR` of all tokens, and, if the terms are of at least
    `KINDS` labels and most have a capital letter, words with one that do not begin a sentence. All others are outside.

    Args:
        nlp: the pipeline; call this within its memory zone.
        texts: the texts.
        labels: the labels in force.
    """
    docs, known = [_window(nlp.make_doc(one.text), one) for one in texts], frozenset(labels)
    found = []
    for one, (doc, spans, unclear), near in zip(texts, docs, _Nearness(nlp, docs).unclear_tokens(), strict=True):
        said = Truth(known, spans, unclear=unclear if one.is_read_whole else (*unclear, *near))
        found.append((doc.text, said))
    return found


Windowed = tuple[Doc, tuple[Span, ...], tuple[Span, ...]]
"""A doc, the spans that count in it, and the unclear ones: also those that overlap one with another label."""


def _window(doc: Doc, weak: WeakText) -> Windowed:
    spans, unclear = weak.spans, weak.unclear
    if len(doc) > WINDOW:
        begin = max(0, _first_token(doc, spans) - BEFORE)
        part = doc[begin : begin + WINDOW]
        doc, spans, unclear = part.as_doc(), _inside(part, spans), _inside(part, unclear)
    ambiguous = {span for span in spans if any(span.overlaps(other) and span.label != other.label for other in spans)}
    return doc, filter_spans({*spans} - ambiguous), (*sorted(ambiguous), *unclear)


def _inside(part: DocSpan, spans: Sequence[Span]) -> tuple[Span, ...]:
    """Those of the spans that lie in a part of a doc, as places in it."""
    start, end = part.start_char, part.end_char
    inside = (span for span in spans if start <= span.start and span.end <= end)
    return tuple(Span(span.start - start, span.end - start, span.label) for span in inside)


def _first_token(doc: Doc, spans: Sequence[Span]) -> int:
    start = min((span.start for span in spans), default=0)
    found = doc.char_span(start, start + 1, alignment_mode="expand")
    return found.start if found else 0


class _Nearness:
    """How near the tokens of docs lie to the terms found in them."""

    def __init__(self, nlp: Language, docs: Sequence[Windowed]) -> None:
        self._docs = docs
        self._vectors = _unit_vectors(nlp, {token.orth for doc, _, _ in docs for token in doc})

    def unclear_tokens(self) -> Iterator[tuple[Span, ...]]:
        """The tokens of each doc that may be part of an entity, as spans."""
        near = self._near()
        every = [near.get(token.orth, np.inf) for doc, _, _ in self._docs for token in doc]
        known = [value for value in every if value != np.inf]
        limit = float(np.quantile(known, FAR)) if known else np.inf
        names = _are_kinds_of_names((doc.text[s.start : s.end], s.label) for doc, spans, _ in self._docs for s in spans)
        for doc, _, _ in self._docs:
            near_ones = (token for token in doc if near.get(token.orth, np.inf) > limit and _is_word(token))
            named = (token for token in doc if names and _is_capitalised(token))
            yield tuple(_span(token) for token in dict.fromkeys((*near_ones, *named)))

    def _near(self) -> dict[int, float]:
        """By word the mean cosine to the nearest terms."""
        terms = self._terms()
        words = list(self._vectors)
        if not len(terms) or not words:
            return {}
        cosines = np.stack([self._vectors[word] for word in words]) @ terms.T
        nearest = np.sort(cosines, axis=1)[:, -NEAREST:].mean(axis=1)
        return dict(zip(words, nearest.tolist(), strict=True))

    def _terms(self) -> NDArray[np.float32]:
        found: dict[tuple[int, ...], NDArray[np.float32]] = {}
        for doc, spans, _ in self._docs:
            for span in spans:
                words = tuple(
                    token.orth for token in doc.char_span(span.start, span.end, alignment_mode="expand") or ()
                )
                vectors = [self._vectors[word] for word in words if word in self._vectors]
                if vectors and words not in found:
                    mean = np.mean(vectors, axis=0)
                    found[words] = mean / max(float(np.linalg.norm(mean)), 1e-9)
        return np.stack(list(found.values())) if found else np.zeros((0, 0), dtype=np.float32)


def _unit_vectors(nlp: Language, words: Iterable[int]) -> dict[int, NDArray[np.float32]]:
    """The vectors of words that have one, of length 1, by hash."""
    vectors: Any = nlp.vocab.vectors
    if not vectors.shape[0]:
        return {}
    order = sorted(words)
    found = vectors.get_batch(order)
    if vectors.mode != "floret":  # for a word without a vector, spaCy gives that of the last row
        found[vectors.find(keys=order) < 0] = 0
    lengths = np.linalg.norm(found, axis=1)
    return {word: row / length for word, row, length in zip(order, found, lengths, strict=True) if length > 0}


def _span(token: Token) -> Span:
    return Span(token.idx, token.idx + len(token), "")


def _is_word(token: Token) -> bool:
    return not token.is_space and not token.is_punct


def _are_kinds_of_names(terms: Iterable[tuple[str, str]]) -> bool:
    """Whether these terms, given with their labels, are of several kinds and most have a capital letter."""
    known = set(terms)
    capitalised = [any(word[0].isupper() for word in term.split()) for term, _ in known]
    return 2 * sum(capitalised) > len(known) and len({label for _, label in known}) >= KINDS


def _is_capitalised(token: Token) -> bool:
    """Whether a word has a capital letter for another reason than that it begins a sentence."""
    begins = token.i == 0 or token.nbor(-1).text in SENTENCE_ENDS
    return token.text[0].isupper() and not (begins and token.text[1:].islower())
