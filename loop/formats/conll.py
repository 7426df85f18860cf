"""Columns of tokens and tags, as in CoNLL-2003: IOB, IOB2, BILUO or IOBES, a token a line, an empty line between texts.

The tags are read as conlleval reads them (Tjong Kim Sang and De Meulder 2003), which holds for all of these schemes:
an entity begins at B, S or U, where the label changes, and after O, E, L, S or U. spaCy's converter for the same files
knows no line numbers and lives above this floor; a test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from loop.errors import InputError
from loop.formats.lines import Source
from loop.formats.prodigy import row_key
from loop.formats.raw import Answered, RawText
from loop.formats.registry import reader, writer
from loop.records import Span
from loop.settings import label_problem

TAG = re.compile(r"O|[BILMUSE]-(\S+)")
_DOCUMENT = "-DOCSTART-"

Row = tuple[int, str, str]
"""A line's number, its token and its tag."""


def is_tagged(line: str) -> bool:
    """Whether a line looks like a token with its tag."""
    columns = _columns(line)
    return len(columns) > 1 and TAG.fullmatch(columns[-1]) is not None


def _columns(line: str) -> list[str]:
    # Where tabs part the columns, a token may hold spaces.
    return line.rstrip("\r\n").split("\t") if "\t" in line else line.split()


@reader("biluo", "iob", "conll")
def read_conll(source: Source, *, text_field: str) -> Iterator[RawText]:  # noqa: ARG001 (every reader is given it)
    """Yield a text for each block of lines: its tokens with a space between them, its entities complete.

    The first column is the token, the last its tag. The texts of a document form a group.

    Raises:
        InputError: a line has no tag, or one that is none.
    """
    block: list[Row] = []
    document: int | None = None
    for number, line in source.lines():
        columns = _columns(line)
        starts = bool(columns) and columns[0] == _DOCUMENT
        if starts or not line.strip():
            yield from _text(block, source.name, document)
            block = []
            document = number if starts else document
        elif is_tagged(line):
            block.append((number, columns[0].strip(), columns[-1]))
        elif not line.startswith("#"):
            hint = "A line holds a token, then its tag: O, or B- or I- (L-, U-, E-, S-) and a label."
            raise InputError(source.name, "has no tag in its last column.", line=number, hint=hint)
    yield from _text(block, source.name, document)


def _text(block: Sequence[Row], source: str, document: int | None) -> Iterator[RawText]:
    if not block:
        return
    text = " ".join(token for _, token, _ in block)
    spans = tuple(_entities(block, source))
    key = row_key({"text": text, "spans": [[span.start, span.end, span.label] for span in spans]})
    group = None if document is None else f"{source}:{document}"
    yield RawText(text, source, block[0][0], spans=spans, group=group, key=key)


def _entities(block: Sequence[Row], source: str) -> Iterator[Span]:
    at, start, end = 0, 0, 0
    before, open_label = "O", ""
    for number, token, tag in block:
        label = tag[2:]
        if label and label_problem((label,)):
            raise InputError(source, "has a tag whose label holds control characters.", line=number)
        if open_label and (label != open_label or tag[0] in "BSU" or before[0] in "ELSU"):
            yield Span(start, end, open_label)
            open_label = ""
        if label and not open_label:
            start, open_label = at, label
        end, before = at + len(token), tag
        at = end + 1
    if open_label:
        yield Span(start, end, open_label)


@writer("iob", "conll")
def write_conll(rows: Iterable[Answered], out: BinaryIO) -> int:
    """Write complete answers in the four columns of CoNLL-2003, tagged in IOB2; white space is lost."""
    return _write(rows, out, "BIIB")


@writer("biluo")
def write_biluo(rows: Iterable[Answered], out: BinaryIO) -> int:
    """Write complete answers in the four columns of CoNLL-2003, tagged in BILUO; white space is lost."""
    return _write(rows, out, "BILU")


def _write(rows: Iterable[Answered], out: BinaryIO, letters: str) -> int:
    written = 0
    out.write(f"{_DOCUMENT} -X- O O\n\n".encode())
    for row in rows:
        block = _block(row, letters) if row.answer.complete and row.answer.verdict == "accept" else []
        if block:
            out.write("".join(f"{token} -X- _ {tag}\n" for token, tag in block).encode() + b"\n")
            written += 1
    return written


def _block(row: Answered, letters: str) -> list[tuple[str, str]]:
    """Tokens and tags; empty when the text has no tokens, or one that a column cannot hold."""
    words = [(row.text.text[start:end], start, end) for start, end in row.tokens]
    words = [(word, start, end) for word, start, end in words if word.strip()]
    if any(word.split() != [word] or word == _DOCUMENT for word, _, _ in words):
        return []
    return [(word, _tag(row.answer.spans, start, end, letters)) for word, start, end in words]


def _tag(spans: Iterable[Span], start: int, end: int, letters: str) -> str:
    begin, inside, last, unit = tuple(letters)
    for span in spans:
        if span.start <= start and end <= span.end:
            opens, closes = start == span.start, end == span.end
            return f"{(unit if closes else begin) if opens else last if closes else inside}-{span.label}"
    return "O"
