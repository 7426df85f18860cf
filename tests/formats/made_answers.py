"""Answers made at random, as they go out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import spacy
from hypothesis import strategies as st

from loop.alignment import filter_spans, widened
from loop.formats import Answered
from loop.records import Answer, Question, Span, Text

NLP = spacy.blank("en")
LABELS = ("A", "B-2", "LÄNGE")
contents = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40) | st.text(
    st.sampled_from("ab c.\n\r\t\",;'🎉日é"), min_size=1, max_size=30
)
names = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), max_size=8)
utc = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(timezone.utc))
metas = st.dictionaries(st.text(st.characters(codec="utf-8", exclude_characters="\0")), st.integers() | st.text("aä"))


@st.composite
def answers(draw: st.DrawFn, *, complete: bool | None = None) -> Answered:
    """Any answer that `loop` can hold: its spans begin and end with words of the English tokenizer."""
    text = draw(contents.filter(lambda content: content.strip()))
    tokens = [(token.idx, token.idx + len(token)) for token in NLP.tokenizer(text)]
    words = [(start, end) for start, end in tokens if text[start:end].strip()]
    spans, shown = (_spans(draw, text, words) for _ in range(2))
    whole = draw(st.booleans()) if complete is None else complete
    answer = Answer(
        id=draw(st.uuids()).hex,
        text_id=1,
        annotator=draw(names),
        verdict="accept" if complete else draw(st.sampled_from(["accept", "reject", "skip", "unusable"])),
        spans=spans,
        shown=shown,
        complete=whole,
        mode=draw(st.sampled_from(["correct", "teach", "manual", "import"])),
        round=draw(st.integers(0, 99)),
        held_out=draw(st.booleans()),
        flag=draw(st.booleans()),
        memo=draw(contents),
        reason=draw(names),
        seconds=draw(st.floats(0, 1e6)),
        keys=draw(st.integers(0, 10**6)),
        at=draw(st.none() | utc),
    )
    if words and answer.verdict == "accept" and not whole and draw(st.booleans()):
        first, last = sorted((draw(st.sampled_from(words)), draw(st.sampled_from(words))))
        inside = tuple(span for span in spans if span.start < last[1] and first[0] < span.end)
        answer = replace(answer, passage=(first[0], last[1]), spans=inside)
    if answer.verdict == "accept" and (answer.complete or answer.passage) and not complete and draw(st.booleans()):
        answer = replace(answer, unclear=_spans(draw, text, words))
    group, line = draw(st.none() | names), draw(st.none() | st.integers(1, 9))
    made = Text(1, text, group=group, meta=draw(metas), suggested=shown, source="f.txt", line=line)
    return Answered(made, answer, tokens, draw(st.none() | st.just(_question(text))))


def _spans(draw: st.DrawFn, text: str, words: list[tuple[int, int]]) -> tuple[Span, ...]:
    starts = draw(st.lists(st.tuples(st.integers(0, len(text) - 1), st.integers(1, 9)), max_size=4))
    drawn = [Span(start, min(start + size, len(text)), draw(st.sampled_from(LABELS))) for start, size in starts]
    return filter_spans(span for span in widened(drawn, words) if span)


def _question(text: str) -> Question:
    return Question("q1", Text(0, text), (), (), stream="uncertain", reason="doubts “a”", round=3, entropy=0.25)
