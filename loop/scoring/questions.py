"""Scores texts with the pipeline and builds questions from the results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from uuid import uuid4

from spacy.language import Language
from spacy.tokens import Doc

from loop.alignment import filter_spans, merged, widened
from loop.base.pipeline import known_labels, ready
from loop.lattice import Lattice
from loop.quality.finding import quoted
from loop.records import REASONS, Candidate, Passage, Question, Source, Span, Stream, Text, TokenSpan
from loop.scoring.reader import own_lattices

# Less probable spans are not worth their space in a question.
CANDIDATE_P = 0.02
NAMED_CANDIDATES = 3
SHORT_PASSAGE = "a short passage, to begin with"
TEXTS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Read:
    """A text with its tokens and the spans found in it.

    Attributes:
        tokens: character offsets (start, end).
        words: the tokens' strings.
        lattice: None if the model has not learned a label yet.
        matches: matches of the patterns.
        others: predictions of another pipeline.
        section: the part of a long text that was read; None for all of it.
        known: the token ranges in which all spans are known from answers, in order.
    """

    text: Text
    tokens: tuple[tuple[int, int], ...]
    words: tuple[str, ...]
    lattice: Lattice | None
    matches: tuple[Span, ...] = ()
    others: tuple[Span, ...] = ()
    section: Passage | None = None
    known: tuple[tuple[int, int], ...] = ()

    @property
    def at(self) -> int:
        """The character of the text at which it begins."""
        return self.section[0] if self.section else 0

    def characters(self, tokens: tuple[int, int] | None) -> Passage:
        """The characters of a token range, or of all that was read."""
        if tokens is None:
            return self.section or (0, len(self.text.text))
        return self.tokens[tokens[0]][0], self.tokens[tokens[1] - 1][1]

    def string(self, first: int, last: int) -> str:
        """The text of a token range."""
        return self.text.text[slice(*self.characters((first, last)))]


def read_texts(
    nlp: Language,
    texts: Sequence[Text],
    *,
    temperature: float = 1.0,
    matches: Callable[[Doc], Sequence[Span]] | None = None,
    sections: Mapping[int, Sequence[Passage]] | None = None,
) -> Iterator[Read]:
    """Score every text with our component, running only the components it depends on.

    The texts add no words to the pipeline's vocabulary.

    Args:
        nlp: the pipeline.
        texts: the texts to score.
        temperature: see `loop.scoring.calibration`.
        matches: returns the pattern matches of a doc.
        sections: of long texts, by id, the parts to read, each by itself.
    """
    every: Sequence[Passage | None] = (None,)
    learned = bool(known_labels(nlp))
    waiting = ((text, section) for text in texts for section in (sections or {}).get(text.id, every))
    while part := list(islice(waiting, TEXTS_AT_ONCE)):
        with nlp.memory_zone():
            docs = ready(nlp, [nlp.make_doc(text.text[slice(*section or (None,))]) for text, section in part])
            lattices: Sequence[Lattice | None] = [None] * len(docs)
            if learned:
                lattices = own_lattices(nlp, docs, temperature=temperature)
            found = [
                _read(text, doc, lattice, matches, section)
                for (text, section), doc, lattice in zip(part, docs, lattices, strict=True)
            ]
        yield from found


def _read(
    text: Text,
    doc: Doc,
    lattice: Lattice | None,
    matches: Callable[[Doc], Sequence[Span]] | None,
    section: Passage | None,
) -> Read:
    at = section[0] if section else 0
    found = matches(doc) if matches else ()
    return Read(
        text,
        tuple((at + token.idx, at + token.idx + len(token)) for token in doc),
        tuple(token.text for token in doc),
        lattice,
        tuple(Span(at + span.start, at + span.end, span.label) for span in found),
        section=section,
    )


def question(read: Read, *, stream: Stream, round: int, passage: tuple[int, int] | None = None) -> Question:
    """Build the question about a text, or a passage of it, with its suggestions.

    Sources take precedence in this order: the text's own file (made for this very text), the model's best analysis,
    another pipeline, pattern matches (blind to context). A span is suggested unless it overlaps one of an earlier
    source. A held-out question suggests nothing: suggestions would bias the answers towards the model being evaluated.

    Args:
        read: the text.
        stream: of the queue that it comes from.
        round: that scored it.
        passage: the tokens to ask about; by default all that were read.
    """
    if stream == "held_out":
        read = replace(read, text=replace(read.text, suggested=()), lattice=None, matches=(), others=())
    candidates = _candidates(read)
    suggested, others = _on_words(read, read.text.suggested), _on_words(read, read.others)
    matches = _on_words(read, read.matches)
    asked = _asked(read, passage)
    prediction = merged(suggested, _best(read), others, matches)
    candidates = _with_source(candidates, suggested, prediction, "file")
    candidates = _with_source(candidates, others, prediction, "pipeline")
    candidates = _with_source(candidates, matches, prediction, "pattern")
    inside = [one for one in candidates if _touching([one.span], asked)]
    return Question(
        id=uuid4().hex,
        text=read.text,
        tokens=read.tokens,
        prediction=prediction,
        candidates=candidates,
        lattice=read.lattice.to_bytes() if read.lattice else b"",
        stream=stream,
        reason=_reason(read, stream, asked, inside) + _sources(read, inside),
        round=round,
        entropy=read.lattice.entropy if read.lattice else None,
        passage=asked,
    )


def _asked(read: Read, passage: tuple[int, int] | None) -> Passage | None:
    """The characters that are asked about; None for the whole text."""
    return read.section if passage is None else read.characters(passage)


def _touching(spans: Iterable[Span], asked: Passage | None) -> tuple[Span, ...]:
    return tuple(span for span in spans if asked is None or span.touches(asked))


def uncertain_string(read: Read, passage: tuple[int, int] | None = None) -> str | None:
    """The string of the most uncertain span (probability nearest to 0.5) of a passage or of all, if any."""
    first, last = passage or (0, len(read.tokens))
    spans = read.lattice.spans(CANDIDATE_P) if read.lattice else []
    inside = [found for found in spans if found[0].start < last and first < found[0].end]
    nearest = min(inside, key=lambda found: (abs(found[1] - 0.5), found[0]), default=None)
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
    """External spans widened to whole words; of overlapping ones the longest stays."""
    words = [token for token in read.tokens if read.text.text[token[0] : token[1]].strip()]
    return filter_spans(span for span in widened(_touching(spans, read.section), words) if span)


def _with_source(
    candidates: tuple[Candidate, ...], found: Sequence[Span], prediction: Sequence[Span], source: Source
) -> tuple[Candidate, ...]:
    """Add the spans of an external source that the analysis shows to the candidates.

    A span that an earlier source found keeps that source; one that the model found, too, keeps its probability.
    """
    theirs = [span for span in found if span in prediction]
    named = [replace(c, source=source) if c.span in theirs and c.source == "model" else c for c in candidates]
    known = {candidate.span for candidate in candidates}
    return (*named, *(Candidate(span, None, source) for span in theirs if span not in known))


def _sources(read: Read, candidates: Sequence[Candidate]) -> str:
    """Describe the suggestions that do not come from the model."""
    words = {"file": "from the file", "pipeline": "from another pipeline", "pattern": "from patterns"}
    said = ""
    for source, named in words.items():
        strings = [quoted(read.text.text, candidate.span) for candidate in candidates if candidate.source == source]
        said += f"; {named}: {', '.join(strings[:NAMED_CANDIDATES])}" if strings else ""
    return said


def _span(span: TokenSpan, tokens: Sequence[tuple[int, int]]) -> Span:
    return Span(tokens[span.start][0], tokens[span.end - 1][1], span.label)


def _reason(read: Read, stream: Stream, asked: Passage | None, candidates: Sequence[Candidate]) -> str:
    """Why the annotator is asked about this text, or passage, in words."""
    if stream == "short" and asked is not None:
        return SHORT_PASSAGE
    if stream != "uncertain":
        return REASONS[stream]
    uncertain = sorted((c for c in candidates if c.p is not None and c.p < 0.99), key=lambda c: abs((c.p or 0) - 0.5))
    shown = uncertain[:NAMED_CANDIDATES]
    named = [f"{quoted(read.text.text, c.span)} {c.span.label} {100 * (c.p or 0):.0f}%" for c in shown]
    return f"uncertain about {', '.join(named)}" if named else REASONS[stream]
