"""The base's own predictions for labels that the project does not teach."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.tokens import Span as DocSpan
from spacy.training import Example

from loop.base.adoption import eraser_of, hidden, is_hidden, visible_spans
from loop.base.pipeline import COMPONENT, known_labels, own_component, ready, recognizers_of_base
from loop.base.rehearsal import MadeUpTexts
from loop.records import Span


class BaseReader:
    """Runs the base's own recognizers and caches their predictions per text.

    Every checkpoint contains them unchanged, so their predictions depend on the text alone.

    Attributes:
        labels: those that the recognizers predict.
        relevant: names of the components that affect the pipeline's entities.
    """

    def __init__(self, nlp: Language) -> None:
        self._nlp = nlp
        self._names = recognizers_of_base(nlp)
        self._shared = [name for name, pipe in nlp.pipeline if hasattr(pipe, "listening_components")]
        recognizers: list[Any] = [nlp.get_pipe(name) for name in self._names]
        self.labels = tuple(label for recognizer in recognizers for label in recognizer.labels)
        finding = [COMPONENT, *self._names]
        self.relevant = (*self._shared, *finding, *map(eraser_of, finding))
        self._read: dict[str, tuple[Span, ...]] = {}
        self._made_up = MadeUpTexts(nlp.path if self._names else None)

    def __call__(self, text: str) -> tuple[Span, ...]:
        """The base's entities with labels that are not taught, under hidden labels; none without a recognizer."""
        if not self._names:
            return ()
        if text not in self._read:
            found = visible_spans(self._by_base(text))
            self._read[text] = tuple(Span(span.start, span.end, hidden(span.label)) for span in found)
        return self._read[text]

    def rivals(self, text: str) -> list[Span]:
        """Those of the base's entities whose hidden labels our component knows, to tell its own entities from them."""
        known = [label for label in own_component(self._nlp).labels if is_hidden(label)]
        return [span for span in self(text) if span.label in known] if known else []

    def rehearsed(self, batch: Sequence[Example], n: int, rng: Random) -> list[Example]:
        """Make up `n` training texts that hold no entity of a new label, to train on beside a batch.

        Returns none while all taught labels come from the base. The texts leave those labels unannotated: answers are
        more reliable than the base.
        """
        if not self._made_up or not self._has_new_label():
            return []
        tokens = [token for example in batch for token in example.reference]
        marked = {token.text for token in tokens if token.ent_type}
        batch_words = [token.text for token in tokens if token.ent_iob_ == "O" and token.text not in marked]
        texts = [Doc(self._nlp.vocab, words=self._made_up.draw(batch_words, rng)) for _ in range(n)]
        docs = ready(self._nlp, [text.copy() for text in texts])
        return [Example(doc, self._with_entities(text)) for doc, text in zip(docs, texts, strict=True)]

    def _has_new_label(self) -> bool:
        return any({label, hidden(label)}.isdisjoint(self.labels) for label in known_labels(self._nlp))

    def _with_entities(self, text: Doc) -> Doc:
        known, found = own_component(self._nlp).labels, text.copy()
        bears_on_it = any(map(is_hidden, (*known, *self.labels)))
        ents = self._by_base(text.copy()).ents if bears_on_it else ()
        rivals = [ent for ent in ents if hidden(ent.label_) in known]
        spans = [DocSpan(found, ent.start, ent.end, label=hidden(ent.label_)) for ent in rivals]
        taught = [found[ent.start : ent.end] for ent in ents if is_hidden(ent.label_)]
        found.set_ents(spans, missing=taught)
        return found

    def _by_base(self, text: str | Doc) -> Doc:
        with self._nlp.select_pipes(enable=[*self._shared, *self._names]):
            return self._nlp(text)
