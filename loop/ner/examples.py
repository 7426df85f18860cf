"""Answers as spaCy trains on them."""

from __future__ import annotations

from collections.abc import Collection

from spacy.language import Language
from spacy.tokens import Doc
from spacy.tokens import Span as TokenSpan
from spacy.training import Example
from spacy.util import filter_spans

from loop.records import Answer, Span


def example(nlp: Language, text: str, answer: Answer, *, known: Collection[str], labels: Collection[str]) -> Example:
    """One answered text as an example for our component.

    What the answer says nothing about is *missing*, not "outside": everything around the spans of a partial answer,
    and of a complete one whose scheme (`known`) lacks some of the `labels` now in force.
    """
    reference = nlp.make_doc(text)
    says_all = answer.complete and set(labels) <= set(known)
    spans = (_on_tokens(reference, span) for span in answer.spans if span.label in labels)
    reference.set_ents(filter_spans(span for span in spans if span), default="outside" if says_all else "missing")
    return Example(nlp.make_doc(text), reference)


def _on_tokens(doc: Doc, span: Span) -> TokenSpan | None:
    """The whole tokens that `span` touches, without white space at its edges, which spaCy's ner refuses."""
    found = doc.char_span(span.start, span.end, label=span.label, alignment_mode="expand")
    words = [token.i for token in found or () if not token.is_space]
    return TokenSpan(doc, words[0], words[-1] + 1, label=span.label) if words else None
