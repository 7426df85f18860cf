"""Gold texts as spaCy's docs, and what plain pipelines score on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from loop.intervals import counts, measures
from loop.records import Span
from loop.simulate import Gold


def gold_doc(nlp: Language, text: str, spans: Iterable[Span]) -> Doc:
    """A doc with the spans as entities, but for those that do not fit its tokens, and nothing elsewhere."""
    doc = nlp.make_doc(text)
    found = (doc.char_span(span.start, span.end, label=span.label) for span in spans)
    doc.set_ents([span for span in found if span is not None], default="outside")
    return doc


def gold_example(nlp: Language, text: str, spans: Iterable[Span]) -> Example:
    """What `nlp.update` learns all of a text from."""
    return Example(nlp.make_doc(text), gold_doc(nlp, text, spans))


def entities(doc: Doc) -> set[Span]:
    """The entities of a doc by their characters."""
    return {Span(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents}


def scores(nlp: Language, test: Gold, labels: Sequence[str]) -> list[float]:
    """Precision, recall and F in percent of what the pipeline finds."""
    found = [entities(doc) for doc in nlp.pipe(test, batch_size=64)]
    one = measures(counts(found, list(test.values()), labels).sum(axis=1, keepdims=True))[0]
    return [one.p, one.r, one.f1]
