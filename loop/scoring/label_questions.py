"""Builds questions about texts that were answered before a label was added."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import uuid4

from loop.alignment import merged
from loop.errors import LatticeError
from loop.lattice import Lattice
from loop.records import Candidate, Question, Span, TokenSpan
from loop.scoring.questions import CANDIDATE_P, NAMED_CANDIDATES, Read


def expected_spans(read: Read, labels: Collection[str]) -> float:
    """The expected number of spans of `labels` in the text."""
    spans = read.lattice.spans(CANDIDATE_P) if read.lattice else []
    return sum(p for span, p in spans if span.label in labels)


def revisit_question(read: Read, answered: Sequence[Span], *, added: Collection[str], round: int) -> Question:
    """Build the question about an answered text: it shows the `answered` spans and predictions of the `added` labels.

    The suggestions assume that the answered spans are correct and that no others have the old labels; the annotator may
    still remove one of them.
    """
    fixed = _on_tokens(read, answered)
    lattice, open_ = _given(read, fixed, added), _given(read, fixed, added, holds=False)
    spans = [(_characters(read, span), _rounded(p)) for span, p in lattice.spans(CANDIDATE_P)] if lattice else []
    new = tuple(Candidate(span, p) for span, p in spans if span.label in added)
    best = lattice.best(1)[0].spans if lattice else ()
    found = tuple(_characters(read, span) for span in best if span.label in added)
    return Question(
        id=uuid4().hex,
        text=read.text,
        tokens=read.tokens,
        prediction=merged(answered, found),
        candidates=(*(Candidate(span, 1.0, "answer") for span in answered), *new),
        lattice=open_.to_bytes() if open_ else b"",
        stream="revisit",
        reason=_reason(read, new, added),
        round=round,
        entropy=lattice.entropy if lattice else None,
    )


def _on_tokens(read: Read, answered: Sequence[Span]) -> set[TokenSpan]:
    starts = {start: i for i, (start, _) in enumerate(read.tokens)}
    ends = {end: i + 1 for i, (_, end) in enumerate(read.tokens)}
    return {
        TokenSpan(starts[span.start], ends[span.end], span.label)
        for span in answered
        if span.start in starts and span.end in ends
    }


def _given(read: Read, fixed: set[TokenSpan], added: Collection[str], *, holds: bool = True) -> Lattice | None:
    """The lattice without spans of old labels other than `fixed`; if `holds`, all of these are in every analysis."""
    if read.lattice is None:
        return None
    others = {span for span, _ in read.lattice.spans(0.0) if span.label not in added} - fixed
    try:
        return read.lattice.given(fixed=fixed if holds else (), excluded=others)
    except LatticeError:
        return None


def _characters(read: Read, span: TokenSpan) -> Span:
    return Span(read.tokens[span.start][0], read.tokens[span.end - 1][1], span.label)


def _reason(read: Read, new: Collection[Candidate], added: Collection[str]) -> str:
    likely = sorted(new, key=lambda candidate: -(candidate.p or 0.0))[:NAMED_CANDIDATES]
    named = [
        f"“{' '.join(read.text.text[c.span.start : c.span.end].split())}” {100 * (c.p or 0):.0f} %" for c in likely
    ]
    return f"its answer does not cover {' and '.join(added)} yet" + (f": {', '.join(named)}" if named else "")


def _rounded(p: float) -> float:
    return round(p, 4)
