"""What the base says of a text, as far as nobody teaches it otherwise."""

from __future__ import annotations

from typing import Any

from spacy.language import Language

from loop.ner.adoption import eraser_of, hidden, is_hidden
from loop.ner.pipeline import COMPONENT, own_component, recognizers_of_base
from loop.records import Span


class BaseReader:
    """Reads texts with the base's own recognizers, each text once.

    They stand in every checkpoint and never change, so that what they say depends on the text alone.

    Attributes:
        labels: that they find. relevant: the names of the components that bear on the pipeline's entities.
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

    def __call__(self, text: str) -> tuple[Span, ...]:
        """The base's entities of labels that are not taught, under their hidden labels; none without a recognizer."""
        if not self._names:
            return ()
        if text not in self._read:
            with self._nlp.select_pipes(enable=[*self._shared, *self._names]):
                doc = self._nlp(text)
            self._read[text] = tuple(
                Span(ent.start_char, ent.end_char, hidden(ent.label_)) for ent in doc.ents if not is_hidden(ent.label_)
            )
        return self._read[text]

    def rivals(self, text: str) -> list[Span]:
        """Those of them that our component tells its own from: of the recognizer that it started from."""
        known = own_component(self._nlp).labels
        return [span for span in self(text) if span.label in known]
