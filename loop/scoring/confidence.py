"""A pipeline component that sets calibrated span probabilities on docs; it requires `loop` where the pipeline runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span

from loop.errors import PipelineError
from loop.scoring.predict import row
from loop.scoring.reader import read_docs, recognizers

NAME = "loop_confidence"
ATTRIBUTE = "confidence"
TEXTS_AT_ONCE = 256


@Language.factory(NAME)
def make_confidence(nlp: Language, name: str) -> Confidence:
    """Factory of the component: `nlp.add_pipe("loop_confidence")`."""
    return Confidence(nlp, name)


class Confidence:
    """Sets `span._.confidence` and `doc._.confidence`: calibrated probability of a span, and of all entities together.

    The values are those of `loop predict`: one for every entity and for every other span with a probability of at least
    0.01; `span._.confidence` is None for the rest. Scores every text a second time, so it doubles the running time.

    Temperatures come from the pipeline's meta, where rounds and final trainings store them; other pipelines use 1.
    """

    def __init__(self, nlp: Language, name: str) -> None:
        self._nlp, self._name = nlp, name
        if not Span.has_extension(ATTRIBUTE):
            Span.set_extension(ATTRIBUTE, getter=_of_span)
        if not Doc.has_extension(ATTRIBUTE):
            Doc.set_extension(ATTRIBUTE, getter=_of_doc)

    def __call__(self, doc: Doc) -> Doc:
        """Set the probabilities on one doc.

        Raises:
            PipelineError: the pipeline cannot be scored, or a recognizer comes after this component.
        """
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = TEXTS_AT_ONCE) -> Iterator[Doc]:
        """Set the probabilities on a stream of docs.

        Raises:
            PipelineError: see `__call__`.
        """
        self._check_place()
        waiting = iter(stream)
        while batch := list(islice(waiting, batch_size)):
            again = [Doc(doc.vocab, [t.text for t in doc], [bool(t.whitespace_) for t in doc]) for doc in batch]
            scored = read_docs(self._nlp, again, temperatures=temperatures_of(self._nlp), batch_size=len(again))
            for doc, (found, lattice) in zip(batch, scored, strict=True):
                every, own = (row(doc.text, found, lattice, all_spans=each) for each in (True, False))
                spans = {_key(one): one["p"] for one in (*every["spans"], *own["spans"])}
                doc.user_data[NAME] = {"p": own["p"], "spans": spans}
                yield doc

    def _check_place(self) -> None:
        names = self._nlp.pipe_names
        if self._name in names[: names.index(recognizers(self._nlp)[-1])]:
            raise PipelineError(
                f"{self._name} comes before a component that finds entities.",
                hint=f'Add it last: nlp.add_pipe("{NAME}").',
            )


def temperatures_of(nlp: Language) -> Mapping[str, float]:
    """The fitted temperatures in a pipeline's meta, by component name."""
    known: Mapping[str, float] = nlp.meta.get("loop", {}).get("temperatures", {})
    return known


def _key(span: Mapping[str, Any]) -> str:
    """The span as a string: keys of user data have to be serialisable."""
    return f"{span['start']}:{span['end']}:{span['label']}"


def _of_span(span: Span) -> float | None:
    known = span.doc.user_data.get(NAME, {}).get("spans", {})
    p: float | None = known.get(_key({"start": span.start_char, "end": span.end_char, "label": span.label_}))
    return p


def _of_doc(doc: Doc) -> float | None:
    p: float | None = doc.user_data.get(NAME, {}).get("p")
    return p
