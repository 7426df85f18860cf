"""Scores texts with a whole pipeline that has one or more entity recognizers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from spacy.language import Language
from spacy.pipeline import EntityRecognizer
from spacy.tokens import Doc
from spacy.tokens import Span as DocSpan

from loop.base.adoption import without_hidden
from loop.base.batching import by_length
from loop.base.pipeline import COMPONENT
from loop.errors import PipelineError
from loop.lattice import Lattice, stacked
from loop.records import Span, TokenSpan
from loop.scoring.scores import lattices_at, lattices_of


def read_docs(
    nlp: Language,
    texts: Iterable[str | Doc],
    *,
    temperatures: Mapping[str, float] | None = None,
    batch_size: int = 256,
) -> Iterator[tuple[Doc, Lattice]]:
    """Yield each text's doc and lattice, streaming; the pipeline stays unchanged.

    If there are several entity recognizers, the first is scored exactly and each later one given the predictions before
    it, as in the pipeline; see `loop.lattice.stacked`. The doc is the output of the last recognizer, with the entities
    `lattice.own`; components after it do not run.

    Args:
        nlp: the pipeline; disabled components stay disabled.
        texts: strings, or docs from `nlp.make_doc`, with or without preset entities; docs are modified in place.
        temperatures: by component name; 1 if absent.
        batch_size: most texts in memory at a time; fewer if they are long.

    Raises:
        PipelineError: no entity recognizer can be scored, or a component after one changes entities.
    """
    names = recognizers(nlp)
    for batch in by_length(texts, most=batch_size):
        docs = [nlp.make_doc(text) if isinstance(text, str) else text for text in batch]
        lattices = _read_batch(nlp, docs, names, temperatures or {})
        yield from zip(docs, lattices, strict=True)


def own_lattices(nlp: Language, docs: Iterable[Doc], *, temperature: float = 1.0) -> list[Lattice]:
    """The lattices of our component alone, without hidden labels, for docs that are `ready`."""
    (lattices,) = own_lattices_at((temperature,), nlp, docs)
    return lattices


def own_lattices_at(temperatures: Sequence[float], nlp: Language, docs: Iterable[Doc]) -> list[list[Lattice]]:
    """The result of `own_lattices` for each temperature."""
    return [[without_hidden(one) for one in at] for at in lattices_at(temperatures, nlp, docs, component=COMPONENT)]


def recognizers(nlp: Language) -> list[str]:
    """The names of the pipeline's entity recognizers, in order.

    Raises:
        PipelineError: there is none, or another kind of component writes entities after one.
    """
    names = [name for name, pipe in nlp.pipeline if isinstance(pipe, EntityRecognizer)]
    if not names:
        raise PipelineError(
            f"The pipeline has no entity recognizer that can be scored: {', '.join(nlp.pipe_names) or 'it is empty'}.",
            hint="It needs a `ner` or `beam_ner` on spaCy's transition model.",
        )
    for name in nlp.pipe_names[nlp.pipe_names.index(names[0]) :]:
        if name not in names and "doc.ents" in nlp.get_pipe_meta(name).assigns:
            raise PipelineError(
                f"The component {name!r} changes entities after {names[0]!r} found them, and cannot be scored.",
                hint=f"Put {name!r} before {names[0]!r}, or disable it.",
            )
    return names


def characters(doc: Doc, span: TokenSpan) -> Span:
    """The span in characters of the doc's text."""
    last = doc[span.end - 1]
    return Span(doc[span.start].idx, last.idx + len(last), span.label)


def _read_batch(nlp: Language, docs: list[Doc], names: list[str], temperatures: Mapping[str, float]) -> list[Lattice]:
    """The lattices of the docs; replaces each doc in the list with the components' output."""
    lattices: list[Lattice] = []
    done = 0
    for name in names:
        place = nlp.pipe_names.index(name)
        due = nlp.pipe_names[done:place]
        docs[:] = nlp.pipe(docs, disable=[other for other in nlp.pipe_names if other not in due])
        found = lattices_of(nlp, docs, component=name, temperature=temperatures.get(name, 1.0))
        scored = [without_hidden(lattice) for lattice in found]
        for doc, lattice in zip(docs, scored, strict=True):
            _write(doc, lattice.own)
        lattices = [stacked(a, b) for a, b in zip(lattices, scored, strict=True)] if lattices else scored
        done = place + 1
    return lattices


def _write(doc: Doc, spans: tuple[TokenSpan, ...]) -> None:
    """Set the entities as the component itself would: preset ones keep their links, blocked tokens stay blocked."""
    before = {(ent.start, ent.end, ent.label_): ent for ent in doc.ents}
    ents = [before.get(span) or DocSpan(doc, span.start, span.end, label=span.label) for span in spans]
    blocked = [doc[token.i : token.i + 1] for token in doc if token.ent_iob == 3 and not token.ent_type]
    doc.set_ents(ents, blocked=blocked, default="outside")
