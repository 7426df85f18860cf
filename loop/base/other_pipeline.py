"""First suggestions by any other pipeline that sets entities: rules, a large language model, a model for all labels."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence

from spacy.language import Language

from loop.base.adoption import visible_spans
from loop.base.batching import piped
from loop.base.pipeline import load_base
from loop.held_out import Teaching
from loop.records import Span, Text

# A pipeline may ask a service that is paid for by the text: no text twice.
REMEMBERED = 5000


class OtherPipeline:
    """A pipeline that is only asked what it finds; it is loaded when it is first needed, and never saved.

    It is asked about texts that may teach alone: what it finds is the beginning of an answer, and it may itself learn.

    Made from its name, see `loop.base.pipeline.load_base`, and the labels whose spans are wanted.
    """

    def __init__(self, name: str, labels: Collection[str]) -> None:
        self._name, self._labels = name, labels
        self._nlp: Language | None = None
        self._known: dict[int, tuple[Span, ...]] = {}

    def __call__(self, texts: Sequence[Teaching]) -> Mapping[int, tuple[Span, ...]]:
        """What it finds in each text, by the text's id; nothing where it fails, as without its service.

        Raises:
            PipelineError: there is no such pipeline, or it does not load.
        """
        new = [text for text in texts if text.id not in self._known]
        if new:
            nlp = self._nlp = self._nlp or load_base(self._name)
            self._remember(new, self._found(nlp, [text.text for text in new]))
        return {text.id: self._known.get(text.id, ()) for text in texts}

    def _found(self, nlp: Language, texts: Sequence[str]) -> list[tuple[Span, ...]]:
        try:
            docs = list(piped(nlp, texts))
        except Exception as error:  # other people's code, or their service: the questions can do without
            print(f"[suggest] {self._name} failed: {type(error).__name__}", file=sys.stderr)
            return []
        return [tuple(span for span in visible_spans(doc) if span.label in self._labels) for doc in docs]

    def _remember(self, texts: Sequence[Text], found: Sequence[tuple[Span, ...]]) -> None:
        if len(self._known) > REMEMBERED:
            self._known.clear()
        self._known |= {text.id: spans for text, spans in zip(texts, found, strict=False)}
