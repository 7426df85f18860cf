"""Columns of tokens and tags, as in CoNLL-2003 or CoNLL-U: one token per line, an empty line between texts.

spaCy's converters for these files give no line numbers, and this package may not import them; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO

from loop.errors import InputError
from loop.formats.columns import DOCUMENT, Block, Token, blocks_of, column_layout, tokens_in
from loop.formats.lines import Source
from loop.formats.prodigy import row_key
from loop.formats.raw import Answered, Note, RawText
from loop.formats.registry import reader, writer
from loop.formats.tags import contradictions, entities
from loop.formats.universal import is_universal, universal_tokens
from loop.records import Span
from loop.settings import label_problem


@reader("biluo", "iob", "conll")
def read_conll(source: Source, *, text_field: str) -> Iterator[RawText]:  # noqa: ARG001 (every reader is given it)
    """Yield a text for each block of lines: its tokens joined by spaces, its entities complete.

    The tags are in the last column, the tokens in the first, or in the second if the first numbers them. A comment
    `# text = …` gives the exact text if it contains the tokens. If there are several documents, each forms a group.

    Raises:
        InputError: a line has no tag or an invalid one.
    """
    blocks = blocks_of(source)
    if not blocks:
        return
    if is_universal(blocks):
        texts = universal_tokens(blocks, source.name)
    else:
        layout = column_layout(blocks, source.name)
        texts = [tokens_in(block, layout, source.name) for block in blocks]
    words = [[word for token in tokens for word in token.words] for tokens in texts]
    wrong = contradictions([[tag for _, tag in each if tag] for each in words])
    for block, tokens, each, where in zip(blocks, texts, words, wrong, strict=True):
        yield _text(block, tokens, source.name, [Note("repaired", each[n][0]) for n in where])


def _text(block: Block, tokens: Sequence[Token], source: str, notes: Sequence[Note]) -> RawText:
    text, places = _laid_out(tokens, block.text)
    words = [(place, line, tag) for token, place in zip(tokens, places, strict=True) for line, tag in token.words]
    for _, line, tag in words:
        if tag[2:] and label_problem((tag[2:],)):
            raise InputError(source, "has a tag whose label contains control characters.", line=line)
    found = entities([tag for _, _, tag in words])
    spans = tuple(Span(words[one.first][0][0], words[one.last][0][1], one.label) for one in found)
    key = row_key({"text": text, "spans": [[span.start, span.end, span.label] for span in spans]})
    group = None if block.document is None else f"{source}:{block.document}"
    said = None if all(not tag for _, _, tag in words) else spans
    return RawText(text, source, block.rows[0].number, spans=said, group=group, key=key, notes=tuple(notes))


def _laid_out(tokens: Sequence[Token], said: str) -> tuple[str, list[tuple[int, int]]]:
    """The text of tokens and the offsets of each; `said` is the text if it contains the tokens in order."""
    places = _found(tokens, said)
    if places is not None:
        return said, places
    text, places = "", []
    for token in tokens:
        places.append((len(text), len(text) + len(token.text)))
        text += token.text + ("" if token.glued else " ")
    return text.rstrip(" "), places


def _found(tokens: Sequence[Token], said: str) -> list[tuple[int, int]] | None:
    at, places = 0, []
    for token in tokens:
        start = said.find(token.text, at)
        if start < 0 or said[at:start].strip():
            return None
        at = start + len(token.text)
        places.append((start, at))
    return None if said[at:].strip() else places


@writer("iob", "conll")
def write_conll(rows: Iterable[Answered], out: BinaryIO) -> int:
    """Write complete answers in the four columns of CoNLL-2003, tagged in IOB2; white space is lost.

    If there are groups, each group forms a document, and so does each text without one.
    """
    return _write(rows, out, "BIIB")


@writer("biluo")
def write_biluo(rows: Iterable[Answered], out: BinaryIO) -> int:
    """Write complete answers in the four columns of CoNLL-2003, tagged in BILUO; white space is lost."""
    return _write(rows, out, "BILU")


def _write(rows: Iterable[Answered], out: BinaryIO, letters: str) -> int:
    blocks = [(row.text.group, block) for row in rows if _is_held(row) and (block := _block(row, letters))]
    groups = {group: n for n, group in enumerate(dict.fromkeys(group for group, _ in blocks))}
    if len(groups) > 1:
        blocks.sort(key=lambda held: groups[held[0]])
    before: object = out
    for group, block in blocks:
        if len(groups) > 1 and (group is None or group != before):
            out.write(f"{DOCUMENT} -X- O O\n\n".encode())
        out.write("".join(f"{token} -X- _ {tag}\n" for token, tag in block).encode() + b"\n")
        before = group
    return len(blocks)


def _is_held(row: Answered) -> bool:
    return row.says_all and row.answer.verdict == "accept"


def _block(row: Answered, letters: str) -> list[tuple[str, str]]:
    """Tokens and tags; empty if the text has no tokens, or a token does not fit into a column."""
    words = [(row.text.text[start:end], start, end) for start, end in row.tokens]
    words = [(word, start, end) for word, start, end in words if word.strip()]
    if any(word.split() != [word] or word == DOCUMENT for word, _, _ in words):
        return []
    return [(word, _tag(row.answer.spans, start, end, letters)) for word, start, end in words]


def _tag(spans: Iterable[Span], start: int, end: int, letters: str) -> str:
    begin, inside, last, unit = tuple(letters)
    for span in spans:
        if span.start <= start and end <= span.end:
            opens, closes = start == span.start, end == span.end
            return f"{(unit if closes else begin) if opens else last if closes else inside}-{span.label}"
    return "O"
