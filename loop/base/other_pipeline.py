"""Initial suggestions from any other pipeline that sets entities: rules, a large language model, a zero-shot model."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from spacy.language import Language

from loop.base.adoption import visible_spans
from loop.base.batching import piped
from loop.base.pipeline import load_base
from loop.held_out import Teaching
from loop.records import Span, Text

# Texts whose predictions are cached: a pipeline may call a service that charges per text.
REMEMBERED = 5000
NO_NAMES: Mapping[str, str] = MappingProxyType({})


class OtherPipeline:
    """A pipeline used for predictions only: loaded on first use, never saved.

    It sees no held-out texts: its predictions become initial answers, and it may itself be trained.

    Args:
        name: see `loop.base.pipeline.load_base`.
        labels: those whose spans are wanted.
        names: what labels of the pipeline are called in the project.

    Attributes:
        failed: whether it failed when it was last asked.
    """

    def __init__(self, name: str, labels: Collection[str], *, names: Mapping[str, str] = NO_NAMES) -> None:
        self._name, self._labels, self._names = name, labels, names
        self.failed = False
        self._nlp: Language | None = None
        self._known: dict[int, tuple[Span, ...]] = {}

    def __call__(self, texts: Sequence[Teaching]) -> Mapping[int, tuple[Span, ...]]:
        """Predict the spans of each text, by text id; empty if the pipeline fails, as when its service is down.

        Raises:
            PipelineError: there is no such pipeline, or it does not load.
        """
        new = [text for text in texts if text.id not in self._known]
        if new:
            nlp = self._nlp = self._nlp or load_base(self._name)
            self._remember(new, self._found(nlp, [text.text for text in new]))
        return {text.id: self._known.get(text.id, ()) for text in texts}

    def tried_on(self, texts: Sequence[str]) -> list[tuple[Span, ...]]:
        """Predict the spans of answered held-out texts, to score the pipeline; nothing of it is kept.

        Raises:
            PipelineError: there is no such pipeline, or it does not load.
        """
        nlp = self._nlp = self._nlp or load_base(self._name)
        return self._found(nlp, texts)

    def _found(self, nlp: Language, texts: Sequence[str]) -> list[tuple[Span, ...]]:
        try:
            docs = list(piped(nlp, texts))
        except Exception as error:  # third-party code or service: suggestions are optional
            print(f"[suggest] {self._name} failed: {type(error).__name__}", file=sys.stderr)
            self.failed = True
            return []
        self.failed = False
        return [tuple(self._named(visible_spans(doc))) for doc in docs]

    def _named(self, spans: Iterable[Span]) -> Iterator[Span]:
        """The spans of wanted labels, under the project's names."""
        for span in spans:
            label = self._names.get(span.label, span.label)
            if label in self._labels:
                yield replace(span, label=label)

    def _remember(self, texts: Sequence[Text], found: Sequence[tuple[Span, ...]]) -> None:
        if len(self._known) > REMEMBERED:
            self._known.clear()
        self._known |= {text.id: spans for text, spans in zip(texts, found, strict=False)}
