"""spaCy's binary format DocBin: entities in docs, the rest of an answer in the doc's user data."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

import spacy
from spacy.tokens import Doc, DocBin, Token
from spacy.tokens import Span as DocSpan
from spacy.util import filter_spans
from spacy.vocab import Vocab

from loop.errors import InputError
from loop.formats import Answered, RawText, Source, reader, writer
from loop.formats.prodigy_row import all_spans, prodigy_row
from loop.formats.raw import BadRowError
from loop.formats.rows import read_row
from loop.formats.shared_rows import sharing
from loop.formats.strict_json import parsed
from loop.records import Span

# Key in a doc's user data: JSON of Prodigy's row without text, tokens and spans.
USER_DATA = "loop"
# The span group in which spaCy's ner looks for known-wrong spans (the setting `incorrect_spans_key`).
INCORRECT = "incorrect_spans"
_BESIDE = ("text", "tokens", "spans")
_ATTRIBUTES = ("ORTH", "SPACY", "ENT_IOB", "ENT_TYPE")


@reader("spacy")
def read_docbin(source: Source, *, text_field: str) -> Iterator[RawText]:  # noqa: ARG001 (every reader is given it)
    """Yield the text of every doc; its entities are complete if no token is marked as missing.

    A doc without entity annotation gives only a text.

    Raises:
        InputError: the file is not a DocBin, or a doc is invalid.
    """
    vocab = spacy.blank("xx").vocab
    try:
        docs = list(DocBin().from_bytes(source.content()).get_docs(vocab))
    except (zlib.error, ValueError, LookupError, TypeError, AttributeError, OverflowError):
        hint = "Write it again with the spaCy version installed here."
        raise InputError(source.name, "is not a DocBin file, or is damaged.", hint=hint) from None
    for number, doc in enumerate(docs, start=1):
        try:
            row = _row(doc)
        except BadRowError as error:
            raise InputError(source.name, error.problem, line=number, hint=error.hint) from None
        yield from read_row(row, source, number, text_field="text")


def _row(doc: Doc) -> dict[str, Any]:
    row = _said(doc) | {"text": doc.text}
    marks = {token.ent_iob for token in doc}
    if marks == {0} and not row.get("answer") and INCORRECT not in doc.spans:
        return row
    rejected = row.get("answer") == "reject" or (INCORRECT in doc.spans and not doc.ents)
    spans = doc.spans.get(INCORRECT, ()) if rejected else doc.ents
    row["spans"] = [{"start": span.start_char, "end": span.end_char, "label": span.label_} for span in spans]
    if "answer" not in row and (rejected or 0 in marks):
        row |= {"_view_id": "ner", "answer": "reject" if rejected else "accept"}
    return row


def _said(doc: Doc) -> dict[str, Any]:
    said = doc.user_data.get(USER_DATA)
    row = parsed(said) if isinstance(said, str) else {}
    return row if isinstance(row, dict) else {}


@writer("spacy")
def write_docbin(rows: Iterable[Answered], out: BinaryIO) -> int:
    """Write a doc for each answer that accepts or rejects spans, or for all that share one; return how many answers.

    In a partial answer, or one that covers not all labels, all other tokens are marked as missing; in others the places
    that are unclear. Rejected spans are in the span group `incorrect_spans`, from which spaCy's ner can learn.
    """
    vocab, bin_, written = Vocab(), DocBin(attrs=_ATTRIBUTES, store_user_data=True), 0
    for answers in sharing(row for row in rows if row.answer.says_something):
        bin_.add(_doc(answers, vocab))
        written += len(answers)
    out.write(bin_.to_bytes())
    return written


def _doc(answers: Sequence[Answered], vocab: Vocab) -> Doc:
    last = answers[-1]
    text, tokens = last.text.text, last.tokens
    starts = [start for start, _ in tokens[1:]]
    spaces = [start > end for (_, end), start in zip(tokens, [*starts, len(text)], strict=True)]
    doc = Doc(vocab, words=[text[start:end] for start, end in tokens], spaces=spaces)
    spans = [found for span in all_spans(answers) if (found := _on_tokens(doc, span))]
    if last.answer.verdict == "accept":
        spans = filter_spans(spans)
        says_all = last.answer.complete and last.labels is None
        unclear = [doc[token.i : token.i + 1] for token in _unclear(doc, answers, spans)]
        outside = [] if says_all else _asked(doc, answers, [*spans, *unclear])
        doc.set_ents(spans, missing=unclear, outside=outside, default="outside" if says_all else "missing")
    else:
        doc.spans[INCORRECT] = spans
    said = {name: value for name, value in prodigy_row(*answers).items() if name not in _BESIDE}
    doc.user_data[USER_DATA] = json.dumps(said)
    return doc


def _asked(doc: Doc, answers: Iterable[Answered], spans: Sequence[DocSpan]) -> list[DocSpan]:
    """The tokens, each as a span, of which answers about passages say that they are in no entity."""
    passages = [one.answer.passage for one in answers if one.answer.passage and one.labels is None]
    asked = (doc.char_span(*passage, alignment_mode="expand") for passage in passages)
    taken = {token.i for span in spans for token in span}
    free = sorted({token.i for span in asked for token in span or ()} - taken)
    return [doc[i : i + 1] for i in free]


def _unclear(doc: Doc, answers: Iterable[Answered], spans: Sequence[DocSpan]) -> list[Token]:
    """The tokens of the places that are unclear, as far as they are in no span."""
    taken = {token.i for span in spans for token in span}
    found = {token.i: token for one in answers for span in one.answer.unclear for token in _on_tokens(doc, span) or ()}
    return [token for i, token in sorted(found.items()) if i not in taken]


def _on_tokens(doc: Doc, span: Span) -> DocSpan | None:
    return doc.char_span(span.start, span.end, label=span.label, alignment_mode="expand")
