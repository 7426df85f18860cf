"""Initial suggestions from any other pipeline that sets entities: rules, a large language model, a zero-shot model."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from spacy.language import Language

from loop.base.adoption import visible_spans
from loop.base.batching import piped
from loop.base.pipeline import base_folder, base_labels, load_base, recognizers_in
from loop.errors import PipelineError
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

    The methods raise a PipelineError if there is no such pipeline, if it does not load, or if it finds none of the
    labels.
    """

    def __init__(self, name: str, labels: Collection[str], *, names: Mapping[str, str] = NO_NAMES) -> None:
        self._name, self._labels, self._names = name, labels, names
        self.failed = False
        self._nlp: Language | None = None
        self._known: dict[int, tuple[Span, ...]] = {}

    def __call__(self, texts: Sequence[Teaching]) -> Mapping[int, tuple[Span, ...]]:
        """Predict the spans of each text, by text id; empty if the pipeline fails, as when its service is down."""
        new = [text for text in texts if text.id not in self._known]
        if new:
            self._remember(new, self._found([text.text for text in new]))
        return {text.id: self._known.get(text.id, ()) for text in texts}

    def tried_on(self, texts: Sequence[str]) -> list[tuple[Span, ...]]:
        """Predict the spans of answered held-out texts, to score the pipeline; nothing of it is kept."""
        return self._found(texts)

    def _found(self, texts: Sequence[str]) -> list[tuple[Span, ...]]:
        nlp = self._nlp = self._nlp or self._loaded()
        try:
            docs = list(piped(nlp, texts))
        except Exception as error:  # third-party code or service: suggestions are optional
            print(f"[suggest] {self._name} failed: {type(error).__name__}", file=sys.stderr)
            self.failed = True
            return []
        self.failed = False
        return [tuple(self._named(visible_spans(doc))) for doc in docs]

    def _loaded(self) -> Language:
        check_labels(self._name, self._labels, self._names)
        return load_base(self._name)

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


def check_labels(name: str, labels: Collection[str], names: Mapping[str, str] = NO_NAMES) -> None:
    """Refuse a pipeline that finds none of these labels, as far as its files tell.

    Args:
        name: see `loop.base.pipeline.load_base`.
        labels: of the project.
        names: what labels of the pipeline are called in the project.

    Raises:
        PipelineError: it finds none of them, or there is no such pipeline.
    """
    theirs = base_labels(name)
    # Rules and language models need not declare what they find.
    declares = base_folder(name) is None or recognizers_in(name)
    if declares and not {names.get(label, label) for label in theirs}.intersection(labels):
        finds = f", but {', '.join(sorted(theirs))}" if theirs else ""
        raise PipelineError(
            f"{name} finds none of the labels {', '.join(labels)}{finds}.",
            hint='In loop.cfg of a project, names under [suggest] says what its labels are called: ["PERSON=PER"].',
        )
