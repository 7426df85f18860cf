"""spaCy's binary format DocBin: entities in docs, the rest of an answer in the doc's user data."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO

import spacy
from spacy.tokens import Doc, DocBin, Token
from spacy.tokens import Span as DocSpan
from spacy.vocab import Vocab

from loop.errors import InputError
from loop.formats import Answered, RawText, Source, reader, writer
from loop.formats.prodigy_row import prodigy_row
from loop.formats.raw import BadRowError
from loop.formats.rows import read_row
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
    """Write a doc for each answer that accepts or rejects spans; return the number of docs.

    In a partial answer, or one that covers not all labels, all other tokens are marked as missing; in others the places
    that are unclear. Rejected spans are
    in the span group `incorrect_spans`, from which spaCy's ner can learn.
    """
    vocab, bin_ = Vocab(), DocBin(attrs=_ATTRIBUTES, store_user_data=True)
    for row in rows:
        if row.answer.verdict == "accept" or (row.answer.verdict == "reject" and not row.answer.complete):
            bin_.add(_doc(row, vocab))
    out.write(bin_.to_bytes())
    return len(bin_)


def _doc(row: Answered, vocab: Vocab) -> Doc:
    text, tokens = row.text.text, row.tokens
    starts = [start for start, _ in tokens[1:]]
    spaces = [start > end for (_, end), start in zip(tokens, [*starts, len(text)], strict=True)]
    doc = Doc(vocab, words=[text[start:end] for start, end in tokens], spaces=spaces)
    spans = [found for span in row.answer.spans if (found := _on_tokens(doc, span))]
    if row.answer.verdict == "accept":
        says_all = row.answer.complete and row.labels is None
        unclear = [doc[token.i : token.i + 1] for token in _unclear(doc, row, spans)]
        outside = [] if says_all else _asked(doc, row, [*spans, *unclear])
        doc.set_ents(spans, missing=unclear, outside=outside, default="outside" if says_all else "missing")
    else:
        doc.spans[INCORRECT] = spans
    said = {name: value for name, value in prodigy_row(row).items() if name not in _BESIDE}
    doc.user_data[USER_DATA] = json.dumps(said)
    return doc


def _asked(doc: Doc, row: Answered, spans: Sequence[DocSpan]) -> list[DocSpan]:
    """The tokens, each as a span, of which an answer about a passage says that they are in no entity."""
    if row.answer.passage is None or row.labels is not None:
        return []
    taken = {token.i for span in spans for token in span}
    asked = doc.char_span(*row.answer.passage, alignment_mode="expand")
    return [doc[token.i : token.i + 1] for token in asked or () if token.i not in taken]


def _unclear(doc: Doc, row: Answered, spans: Sequence[DocSpan]) -> list[Token]:
    """The tokens of the places that are unclear, as far as they are in no span."""
    taken = {token.i for span in spans for token in span}
    found = {token.i: token for span in row.answer.unclear for token in _on_tokens(doc, span) or ()}
    return [token for i, token in sorted(found.items()) if i not in taken]


def _on_tokens(doc: Doc, span: Span) -> DocSpan | None:
    return doc.char_span(span.start, span.end, label=span.label, alignment_mode="expand")
