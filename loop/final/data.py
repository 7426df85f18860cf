"""Training data: the answers as spaCy's train and dev files, split by group."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.tokens import Span as DocSpan
from spacy.util import filter_spans

from loop.base.adoption import visible_label
from loop.base.base_reader import BaseReader
from loop.base.batching import by_length
from loop.base.pipeline import ready
from loop.errors import LoopError
from loop.formats import Part, part_of
from loop.held_out import Teaching
from loop.lattice import Lattice
from loop.learning.examples import example
from loop.records import Span, Text, TokenSpan
from loop.scoring.reader import own_lattices
from loop.truth import Truth

Answered = tuple[Text, Truth]

# A fifth (dev) selects the best model and is not trained on.
SHARES: Mapping[Part, float] = {"train": 0.8, "dev": 0.2, "test": 0.0}
# In unanswered texts our component's spans count as correct from SURE on; those between UNLIKELY and SURE are marked
# as missing.
SURE, UNLIKELY = 0.9, 0.05

_ATTRIBUTES = ("ORTH", "SPACY", "ENT_IOB", "ENT_TYPE")


def parted(answered: Iterable[Answered]) -> tuple[list[Answered], list[Answered]]:
    """Split answers into train and dev; no group of texts is in both.

    Raises:
        LoopError: train or dev would be empty.
    """
    parts: dict[Part, list[Answered]] = {"train": [], "dev": []}
    for text, truth in answered:
        parts[part_of(text, SHARES)].append((text, truth))
    if not any(truth.spans for _, truth in parts["train"]) or not parts["dev"]:
        raise LoopError(
            "There are too few answers for a final training, which also needs some to select the best model.",
            hint="Give some dozens of answers first: `loop annotate`.",
        )
    return parts["train"], parts["dev"]


class References:
    """Makes reference docs with the entities that a component should find.

    Args:
        nlp: with the tokenizer. labels: of the project.
        base: its predictions are added to the answers' entities; None for none.
        hidden: whether these get the labels by which our component tells them from its own, or their own names.
    """

    def __init__(
        self,
        nlp: Language,
        labels: Collection[str],
        *,
        base: BaseReader | None = None,
        hidden: bool = True,
    ) -> None:
        self._nlp, self._labels = nlp, labels
        self._base, self._hidden = base, hidden

    def answered(self, answered: Iterable[Answered]) -> list[Doc]:
        """A doc for each text; tokens not covered by answers are marked as missing."""
        return [self._answered(text.text, truth) for text, truth in answered]

    def _answered(self, text: str, truth: Truth) -> Doc:
        return example(self._nlp, text, truth, labels=self._labels, base_spans=self._base_spans(text)).reference

    def _base_spans(self, text: str) -> Sequence[Span]:
        if self._base is None:
            return ()
        if self._hidden:
            return self._base.rivals(text)
        return [Span(one.start, one.end, visible_label(one.label)) for one in self._base(text)]

    def read(self, texts: Iterable[Teaching], *, temperature: float) -> list[Doc]:
        """A doc for each unanswered text predicted by our component and the base; uncertain spans are missing."""
        found: list[Doc] = []
        for batch in by_length(text.text for text in texts):
            docs = ready(self._nlp, [self._nlp.make_doc(text) for text in batch])
            lattices = own_lattices(self._nlp, docs, temperature=temperature)
            found += map(self._read, docs, lattices)
        return found

    def _read(self, doc: Doc, lattice: Lattice) -> Doc:
        # A label that was removed since the round is nobody's any more.
        likely = [(span, p) for span, p in lattice.spans(UNLIKELY) if span.label in self._labels]
        ours = [_span(doc, span) for span, p in likely if p >= SURE]
        uncertain = {i for span, p in likely if p < SURE for i in range(span.start, span.end)}
        taken = uncertain | {token.i for span in ours for token in span}
        theirs = (doc.char_span(one.start, one.end, label=one.label) for one in self._base_spans(doc.text))
        apart = [span for span in theirs if span and not taken.intersection(range(span.start, span.end))]
        reference = doc.copy()
        missing = [reference[i : i + 1] for i in sorted(uncertain - {token.i for span in ours for token in span})]
        reference.set_ents([*ours, *filter_spans(apart)], missing=missing, default="outside")
        return reference


def _span(doc: Doc, span: TokenSpan) -> DocSpan:
    return DocSpan(doc, span.start, span.end, label=span.label)


def write_docs(docs: Iterable[Doc], path: Path) -> None:
    """Write docs in the form that spaCy's training reads."""
    DocBin(attrs=_ATTRIBUTES, docs=docs).to_disk(path)
