"""Texts as the pipeline reads them: their tokens, their lattice, and the questions made of both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from uuid import uuid4

from spacy.language import Language
from spacy.tokens import Doc

from loop.alignment import longest, merged, widened
from loop.base.pipeline import known_labels, ready
from loop.lattice import Lattice
from loop.records import Candidate, Question, Share, Source, Span, Text, TokenSpan
from loop.scoring.calibration import estimate
from loop.scoring.reader import own_lattices

# Less probable spans are not worth the space they would take in a question.
CANDIDATE_P = 0.02
NAMED_CANDIDATES = 3
TEXTS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Read:
    """A text with its tokens (character offsets) and what was found in it.

    Attributes:
        lattice: None when the model has nothing to say yet. hits: of the patterns. others: of another pipeline.
    """

    text: Text
    tokens: tuple[tuple[int, int], ...]
    words: tuple[str, ...]
    lattice: Lattice | None
    hits: tuple[Span, ...] = ()
    others: tuple[Span, ...] = ()


def read(
    nlp: Language,
    texts: Sequence[Text],
    *,
    temperature: float = 1.0,
    hits: Callable[[Doc], Sequence[Span]] | None = None,
) -> Iterator[Read]:
    """Every text with the lattice of our component; no other runs, but for those that it needs.

    No token of the texts stays in the pipeline's vocabulary.
    """
    learned = bool(known_labels(nlp))
    waiting = iter(texts)
    while part := list(islice(waiting, TEXTS_AT_ONCE)):
        with nlp.memory_zone():
            docs = ready(nlp, [nlp.make_doc(text.text) for text in part])
            lattices: Sequence[Lattice | None] = [None] * len(docs)
            if learned:
                lattices = own_lattices(nlp, docs, temperature=temperature)
            found = [_read(text, doc, lattice, hits) for text, doc, lattice in zip(part, docs, lattices, strict=True)]
        yield from found


def _read(text: Text, doc: Doc, lattice: Lattice | None, hits: Callable[[Doc], Sequence[Span]] | None) -> Read:
    return Read(
        text,
        tuple((token.idx, token.idx + len(token)) for token in doc),
        tuple(token.text for token in doc),
        lattice,
        tuple(hits(doc)) if hits else (),
    )


def estimated(read: Sequence[Read]) -> dict[str, float]:
    """What the pipeline expects of itself on texts drawn at random: "p", "r" and "f" in percent of so many "texts".

    Empty where it finds nothing yet.
    """
    lattices = [one.lattice for one in read if one.lattice]
    expected = estimate(lattices)
    if not expected.f:
        return {}
    scores = {"p": expected.precision, "r": expected.recall, "f": expected.f}
    return {name: round(100 * value, 2) for name, value in scores.items()} | {"texts": len(lattices)}


def question(read: Read, *, share: Share, round: int) -> Question:
    """The question about a text, with what is suggested.

    First what the text's file suggests, which was said of this very text; then the model's best reading, then what
    another pipeline finds, then pattern hits, which know no context: each span only where it touches nothing that is
    suggested already. A held-out question shows nothing: suggestions would pull the answers towards the model that they
    measure.
    """
    if share == "held_out":
        read = replace(read, text=replace(read.text, suggested=()), lattice=None, hits=(), others=())
    candidates = _candidates(read)
    suggested, others = _on_words(read, read.text.suggested), _on_words(read, read.others)
    hits = _on_words(read, read.hits)
    reading = merged(suggested, _best(read), others, hits)
    candidates = _with_source(candidates, suggested, reading, "file")
    candidates = _with_source(candidates, others, reading, "pipeline")
    candidates = _with_source(candidates, hits, reading, "pattern")
    return Question(
        id=uuid4().hex,
        text=read.text,
        tokens=read.tokens,
        reading=reading,
        candidates=candidates,
        lattice=read.lattice.to_bytes() if read.lattice else b"",
        share=share,
        reason=_reason(read, share, candidates) + _sources(read, candidates),
        round=round,
        entropy=read.lattice.entropy if read.lattice else None,
    )


def doubtful_string(read: Read) -> str | None:
    """The string that the question is mainly about: of the span whose probability is nearest to one half, if any."""
    spans = read.lattice.spans(CANDIDATE_P) if read.lattice else []
    nearest = min(spans, key=lambda found: (abs(found[1] - 0.5), found[0]), default=None)
    if nearest is None:
        return None
    span = _span(nearest[0], read.tokens)
    return read.text.text[span.start : span.end]


def _best(read: Read) -> tuple[Span, ...]:
    if read.lattice is None:
        return ()
    return tuple(_span(span, read.tokens) for span in read.lattice.best(1)[0].spans)


def _candidates(read: Read) -> tuple[Candidate, ...]:
    if read.lattice is None:
        return ()
    return tuple(Candidate(_span(span, read.tokens), round(p, 4)) for span, p in read.lattice.spans(CANDIDATE_P))


def _on_words(read: Read, spans: Sequence[Span]) -> tuple[Span, ...]:
    """Spans from elsewhere, widened to whole words; of those that overlap then the longest stays."""
    words = [token for token in read.tokens if read.text.text[token[0] : token[1]].strip()]
    return longest(span for span in widened(spans, words) if span)


def _with_source(
    candidates: tuple[Candidate, ...], found: Sequence[Span], reading: Sequence[Span], source: Source
) -> tuple[Candidate, ...]:
    """The candidates with what a source other than the model found and the reading shows; the first source counts.

    One that the model has too keeps its probability.
    """
    theirs = [span for span in found if span in reading]
    named = [replace(c, source=source) if c.span in theirs and c.source == "model" else c for c in candidates]
    known = {candidate.span for candidate in candidates}
    return (*named, *(Candidate(span, None, source) for span in theirs if span not in known))


def _sources(read: Read, candidates: Sequence[Candidate]) -> str:
    """Which of the suggestions are not the model's, in words."""
    words = {"file": "from the file", "pipeline": "from another pipeline", "pattern": "from patterns"}
    said = ""
    for source, named in words.items():
        quoted = [_quoted(read, candidate.span) for candidate in candidates if candidate.source == source]
        said += f"; {named}: {', '.join(quoted[:NAMED_CANDIDATES])}" if quoted else ""
    return said


def _span(span: TokenSpan, tokens: Sequence[tuple[int, int]]) -> Span:
    return Span(tokens[span.start][0], tokens[span.end - 1][1], span.label)


def _reason(read: Read, share: Share, candidates: Sequence[Candidate]) -> str:
    """Why this text is asked, in words."""
    if share == "typical":
        return "typical of your texts"
    if share == "pattern":
        return "a pattern matches here"
    if share == "chosen":
        return "you chose it"
    if share == "random":
        return "drawn at random"
    if share == "held_out":
        return "held out: it measures the model, which never learns from it"
    doubtful = sorted((c for c in candidates if c.p is not None and c.p < 0.99), key=lambda c: abs((c.p or 0) - 0.5))
    named = [f"{_quoted(read, c.span)}: {c.span.label} {100 * (c.p or 0):.0f} %" for c in doubtful[:NAMED_CANDIDATES]]
    return "the model is uncertain about " + ", ".join(named) if named else "the model is uncertain about this text"


def _quoted(read: Read, span: Span) -> str:
    return "“" + " ".join(read.text.text[span.start : span.end].split()) + "”"
