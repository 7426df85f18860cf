"""Converts answers to spaCy training examples."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cached_property
from typing import overload

from spacy.language import Language
from spacy.tokens import Doc
from spacy.tokens import Span as DocSpan
from spacy.training import Example
from spacy.util import filter_spans

from loop.base.adoption import is_hidden
from loop.base.pipeline import ready
from loop.learning.excerpts import excerpt, receptive_field
from loop.records import Span, TokenSpan
from loop.truth import Truth


class Examples(Sequence[Example]):
    """Answered texts as a sequence of examples, each built on first access: a round draws only some of them.

    Args:
        nlp: the pipeline.
        answered: the texts, each with what its answers say.
        labels: the labels in force; spans of others are left out.
        base_spans: returns spans that the base finds in a text (see `example`).
    """

    def __init__(
        self,
        nlp: Language,
        answered: Sequence[tuple[str, Truth]],
        *,
        labels: Collection[str],
        base_spans: Callable[[str], Sequence[Span]] = lambda _: (),
    ) -> None:
        self._nlp, self._answered, self._labels = nlp, answered, labels
        self._base_spans = base_spans
        self._made: dict[int, Example] = {}

    @cached_property
    def _margin(self) -> int:
        return receptive_field(self._nlp)

    def __len__(self) -> int:
        return len(self._answered)

    @overload
    def __getitem__(self, index: int) -> Example: ...

    @overload
    def __getitem__(self, index: slice) -> list[Example]: ...

    def __getitem__(self, index: int | slice) -> Example | list[Example]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if index not in self._made:
            text, truth = self._answered[index]
            if truth.passages and not truth.labels:
                text, truth = excerpt(text, truth, self._margin)
            self._made[index] = example(self._nlp, text, truth, labels=self._labels, base_spans=self._base_spans(text))
        return self._made[index]


def example(
    nlp: Language, text: str, truth: Truth, *, labels: Collection[str], base_spans: Sequence[Span] = ()
) -> Example:
    """Convert an answered text to an example for our component.

    Unknown tokens are *missing*, not "outside": unclear spans and, unless the answers are complete for all `labels`
    in the text or in a passage, every token around the spans. Tokens of a refused span are outside: spaCy's negative
    spans would exclude only this exact span, and mostly teach the model to shift one of its edges.

    Args:
        nlp: the pipeline.
        text: the text.
        truth: what its answers say.
        labels: the labels in force.
        base_spans: spans that the base finds; used where they do not overlap an answered span.
    """
    doc = nlp.make_doc(text)
    reference = doc.copy()
    says_all = truth.labels.issuperset(labels)
    inside = [] if says_all else _known_tokens(reference, truth, labels)
    right = filter_spans(_all_on_tokens(reference, truth.spans, labels))
    wrong = _all_on_tokens(reference, truth.refused, labels)
    unclear = _all_on_tokens(reference, truth.unclear, {span.label for span in truth.unclear})
    missing = _tokens_apart(unclear, right)
    outside = [] if says_all else _tokens_apart([*wrong, *inside], [*right, *unclear])
    others = [span for span in (_on_tokens(reference, one) for one in base_spans) if span]
    answered = _all_on_tokens(reference, truth.spans, {span.label for span in truth.spans})
    said = {token.i for span in (*answered, *wrong, *unclear) for token in span}
    right += [span for span in filter_spans(others) if not said & {token.i for token in span}]
    outside = _tokens_apart(outside, right)
    reference.set_ents(right, missing=missing, outside=outside, default="outside" if says_all else "missing")
    return Example(ready(nlp, [doc])[0], reference)


def _known_tokens(doc: Doc, truth: Truth, labels: Collection[str]) -> list[DocSpan]:
    """The tokens, each as a span, of passages in which all spans of the labels are known."""
    known = dict.fromkeys(range(len(doc)), truth.labels) if truth.passages else {}
    for one in truth.passages:
        for token in doc.char_span(one.start, one.end, alignment_mode="expand") or ():
            known[token.i] |= one.labels
    return [doc[i : i + 1] for i, covered in known.items() if covered.issuperset(labels)]


def token_spans(example: Example) -> list[TokenSpan]:
    """The gold entities of an example as token spans."""
    ents = example.reference.ents
    return [TokenSpan(ent.start, ent.end, ent.label_) for ent in ents if not is_hidden(ent.label_)]


def known_ranges(example: Example) -> list[tuple[int, int]]:
    """The token ranges of an example that are not missing."""
    found: list[tuple[int, int]] = []
    for token in example.reference:
        if token.ent_iob and found and found[-1][1] == token.i:
            found[-1] = found[-1][0], token.i + 1
        elif token.ent_iob:
            found.append((token.i, token.i + 1))
    return found


def _all_on_tokens(doc: Doc, spans: Iterable[Span], labels: Collection[str]) -> list[DocSpan]:
    found = (_on_tokens(doc, span) for span in spans if span.label in labels)
    return [span for span in found if span]


def _tokens_apart(wrong: Sequence[DocSpan], right: Sequence[DocSpan]) -> list[DocSpan]:
    """The tokens of the wrong spans, each once; spans that overlap a right one are ruled out by it and left out."""
    taken = {token.i for span in right for token in span}
    apart = (span for span in wrong if not taken.intersection(range(span.start, span.end)))
    return [span.doc[i : i + 1] for i, span in {i: span for span in apart for i in range(span.start, span.end)}.items()]


def _on_tokens(doc: Doc, span: Span) -> DocSpan | None:
    """The tokens that `span` touches, without whitespace at the edges, which spaCy's ner does not accept."""
    found = doc.char_span(span.start, span.end, label=span.label, alignment_mode="expand")
    words = [token.i for token in found or () if not token.is_space]
    return DocSpan(doc, words[0], words[-1] + 1, label=span.label) if words else None
