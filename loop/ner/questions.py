"""Texts as the pipeline reads them: their tokens, their lattice, and the questions made of both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from uuid import uuid4

from spacy.language import Language
from spacy.tokens import Doc

from loop.lattice import Lattice, TokenSpan
from loop.ner.pipeline import own_component
from loop.ner.reader import own_lattices
from loop.records import Candidate, Question, Share, Span, Text

# Less probable spans are not worth the space they would take in a question.
CANDIDATE_P = 0.01
NAMED_CANDIDATES = 3
TEXTS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Read:
    """A text with its tokens (character offsets) and what was found in it.

    Attributes:
        lattice: None when the model has nothing to say yet. hits: of the patterns.
    """

    text: Text
    tokens: tuple[tuple[int, int], ...]
    words: tuple[str, ...]
    lattice: Lattice | None
    hits: tuple[Span, ...] = ()


def read(
    nlp: Language,
    texts: Sequence[Text],
    *,
    temperature: float = 1.0,
    hits: Callable[[Doc], Sequence[Span]] | None = None,
) -> Iterator[Read]:
    """Every text with the lattice of our component, which runs first, so that no other has to.

    No token of the texts stays in the pipeline's vocabulary.
    """
    learned = bool(own_component(nlp).labels)
    waiting = iter(texts)
    while part := list(islice(waiting, TEXTS_AT_ONCE)):
        with nlp.memory_zone():
            docs = [nlp.make_doc(text.text) for text in part]
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


def question(read: Read, *, share: Share, round: int) -> Question:
    """The question about a text: the model's best reading is what it shows, pattern hits where no model has read it.

    In a question of the pattern share the hits are shown too, where they touch nothing that the model found. A held-out
    one shows nothing: suggestions would pull the answers towards the model that they measure.
    """
    if share == "held_out":
        read = replace(read, lattice=None, hits=())
    candidates = _candidates(read)
    reading = _best(read)
    if share == "pattern":
        hits = [hit for hit in read.hits if not any(_overlap(hit, span) for span in reading)]
        reading = tuple(sorted([*reading, *hits]))
        known = {candidate.span for candidate in candidates}
        candidates += tuple(Candidate(hit, None, "pattern") for hit in hits if hit not in known)
    return Question(
        id=uuid4().hex,
        text=read.text,
        tokens=read.tokens,
        reading=reading,
        candidates=candidates,
        lattice=read.lattice.to_bytes() if read.lattice else b"",
        share=share,
        reason=_reason(read, share, candidates),
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


def _span(span: TokenSpan, tokens: Sequence[tuple[int, int]]) -> Span:
    return Span(tokens[span.start][0], tokens[span.end - 1][1], span.label)


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def _reason(read: Read, share: Share, candidates: Sequence[Candidate]) -> str:
    """Why this text is asked, in words."""
    if share == "typical":
        return "typical of your texts"
    if share == "pattern":
        return "a pattern hits here"
    if share == "random":
        return "drawn at random"
    if share == "held_out":
        return "held out: it measures the model, which never learns from it"
    doubtful = sorted((c for c in candidates if c.p is not None and c.p < 0.99), key=lambda c: abs((c.p or 0) - 0.5))
    named = [f"{_quoted(read, c.span)}: {c.span.label} {100 * (c.p or 0):.0f} %" for c in doubtful[:NAMED_CANDIDATES]]
    return "the model doubts " + ", ".join(named) if named else "the model doubts this text"


def _quoted(read: Read, span: Span) -> str:
    return "“" + " ".join(read.text.text[span.start : span.end].split()) + "”"
