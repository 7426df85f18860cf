"""A component for those who serve a pipeline with `loop` installed: probabilities on the spans of its docs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from loop.errors import PipelineError
from loop.scoring.predict import row
from loop.scoring.reader import read, recognizers

NAME = "loop_confidence"
ATTRIBUTE = "confidence"
TEXTS_AT_ONCE = 256


@Language.factory(NAME)
def make_confidence(nlp: Language, name: str) -> Confidence:
    """The component, as `nlp.add_pipe("loop_confidence")` adds it."""
    return Confidence(nlp, name)


class Confidence:
    """Sets `span._.confidence`, the calibrated probability of a span, and `doc._.confidence`, that of all its entities.

    The numbers are those of `loop predict`: of every entity, and of every other span of probability .01 or more;
    `span._.confidence` is None for the rest. Texts are read once more for that, so it takes as long again.

    Temperatures come from the pipeline's meta, where rounds and final trainings leave them; 1 for other pipelines.
    """

    def __init__(self, nlp: Language, name: str) -> None:
        self._nlp, self._name = nlp, name
        if not Span.has_extension(ATTRIBUTE):
            Span.set_extension(ATTRIBUTE, getter=_of_span)
        if not Doc.has_extension(ATTRIBUTE):
            Doc.set_extension(ATTRIBUTE, getter=_of_doc)

    def __call__(self, doc: Doc) -> Doc:
        """Read one doc.

        Raises:
            PipelineError: the pipeline cannot be scored, or this component does not stand behind its recognizers.
        """
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = TEXTS_AT_ONCE) -> Iterator[Doc]:
        """Read docs, streaming.

        Raises:
            PipelineError: see `__call__`.
        """
        self._check_place()
        waiting = iter(stream)
        while batch := list(islice(waiting, batch_size)):
            again = [Doc(doc.vocab, [t.text for t in doc], [bool(t.whitespace_) for t in doc]) for doc in batch]
            scored = read(self._nlp, again, temperatures=temperatures_of(self._nlp), batch_size=len(again))
            for doc, (found, lattice) in zip(batch, scored, strict=True):
                every, own = (row(doc.text, found, lattice, all_spans=each) for each in (True, False))
                spans = {_key(one): one["p"] for one in (*every["spans"], *own["spans"])}
                doc.user_data[NAME] = {"p": own["p"], "spans": spans}
                yield doc

    def _check_place(self) -> None:
        names = self._nlp.pipe_names
        if self._name in names[: names.index(recognizers(self._nlp)[-1])]:
            raise PipelineError(
                f"{self._name} stands before a component that finds entities.",
                hint=f'Add it last: nlp.add_pipe("{NAME}").',
            )


def temperatures_of(nlp: Language) -> Mapping[str, float]:
    """The fitted temperatures that a pipeline's meta holds, by the names of its components."""
    known: Mapping[str, float] = nlp.meta.get("loop", {}).get("temperatures", {})
    return known


def _key(span: Mapping[str, Any]) -> str:
    """As text, so that a doc can be written with its user data."""
    return f"{span['start']}:{span['end']}:{span['label']}"


def _of_span(span: Span) -> float | None:
    known = span.doc.user_data.get(NAME, {}).get("spans", {})
    p: float | None = known.get(_key({"start": span.start_char, "end": span.end_char, "label": span.label_}))
    return p


def _of_doc(doc: Doc) -> float | None:
    p: float | None = doc.user_data.get(NAME, {}).get("p")
    return p
