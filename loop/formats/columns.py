"""Column files with one token per line: split them into texts, and find the columns of tokens and tags."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from loop.errors import InputError
from loop.formats.lines import Source
from loop.formats.tags import TAG

DOCUMENT = "-DOCSTART-"
# Only these separate columns: a no-break space is part of a token.
_SPACE, _BETWEEN = " \t\r\n", re.compile(r"[ \t]+")
_COMMENT, _NEW_DOCUMENT = re.compile(r"# +([\w:.-]+ *=|newdoc\b|newpar\b)"), re.compile(r"# +newdoc\b")
_TEXT = re.compile(r"# +text *= *(.*\S)")

_CHUNKS = frozenset(["ADJP", "ADVP", "CONJP", "INTJ", "LST", "NP", "PP", "PRT", "SBAR", "UCP", "VP"])


class Token(NamedTuple):
    """A token with the line and tag of each of its words (usually one); `glued`: no space follows."""

    text: str
    words: tuple[tuple[int, str], ...]
    glued: bool = False


class ColumnRow(NamedTuple):
    """The cells of a line, and its number."""

    number: int
    cells: tuple[str, ...]


@dataclass(slots=True)
class Block:
    """The rows of a text.

    Attributes:
        text: from a comment, if any. document: the line where its document starts.
    """

    document: int | None
    rows: list[ColumnRow] = field(default_factory=list)
    text: str = ""


def is_tagged(line: str) -> bool:
    """Whether a line looks like a token and its tag."""
    return _is_tagged(_cells(line))


def _is_tagged(cells: Sequence[str]) -> bool:
    return len(cells) > 1 and TAG.fullmatch(cells[-1]) is not None


def _cells(line: str, *, spaces_too: bool = False) -> tuple[str, ...]:
    """The cells of a line; separated by tabs, a token may contain spaces."""
    if "\t" in line and not spaces_too:
        return tuple(cell.strip(_SPACE) for cell in line.rstrip("\r\n").split("\t"))
    return tuple(_BETWEEN.split(line.strip(_SPACE)))


def blocks_of(source: Source) -> list[Block]:
    """Return the texts of a file; the texts of a document share its number if there are several documents.

    Raises:
        InputError: the file cannot be read.
    """
    lines = list(source.lines())
    tokens = [line.split("\t")[0].strip(_SPACE) for _, line in lines if "\t" in line and not line.startswith("#")]
    spaces_too = len(tokens) > 1 and all(_BETWEEN.search(token) for token in tokens)
    blocks, documents = [Block(None)], []
    for number, line in lines:
        cells = _cells(line, spaces_too=spaces_too)
        starts = cells[0] == DOCUMENT or _NEW_DOCUMENT.match(line) is not None
        if starts:
            documents.append(number)
        if starts or not line.strip():
            blocks.append(Block(documents[-1] if documents else None))
        elif line.startswith("#") and (_COMMENT.match(line) or not _is_tagged(cells)):
            found = _TEXT.match(line)
            blocks[-1].text = found[1] if found else blocks[-1].text
        else:
            blocks[-1].rows.append(ColumnRow(number, cells))
    blocks = [block for block in blocks if block.rows]
    if len({block.document for block in blocks}) < 2:  # a single document for the whole file is not a group
        blocks = [Block(None, block.rows, block.text) for block in blocks]
    return blocks


class ColumnLayout(NamedTuple):
    """The columns of the tokens and of their tags (-1 for the last)."""

    token: int
    tag: int


def column_layout(blocks: Sequence[Block], source: str) -> ColumnLayout:
    """Return the layout of a column file.

    Raises:
        InputError: a row has no tag, or several columns could be the tags.
    """
    token = int(all(_is_numbered(block) for block in blocks) and any(len(block.rows) > 1 for block in blocks))
    rows = [row for block in blocks for row in block.rows]
    width = max(len(row.cells) for row in rows)
    tagged = [n for n in range(token + 1, width) if all(len(row.cells) == width and _is_tag(row, n) for row in rows)]
    named = [n for n in tagged if n == width - 1 or not _holds_chunks(rows, n)]
    if len(named) > 1:
        columns = " and ".join(str(n + 1) for n in named)
        hint = f"Keep only one of them, in tab-separated columns with `cut -f 1-{named[0] + 1}`."
        raise InputError(source, f"has tags in columns {columns}.", line=rows[0].number, hint=hint)
    untagged = next((row for row in rows if len(row.cells) < token + 2 or not _is_tag(row, -1)), None)
    if untagged is not None and not named:
        hint = "A line is a token and its tag: O, or B- or I- (L-, U-, E-, S-) and a label."
        raise InputError(source, "has no tag in its last column.", line=untagged.number, hint=hint)
    return ColumnLayout(token, named[0] if named else -1)


def _is_tag(row: ColumnRow, column: int) -> bool:
    return TAG.fullmatch(row.cells[column]) is not None


def _holds_chunks(rows: Sequence[ColumnRow], column: int) -> bool:
    """Whether a column has chunk tags, like the last but one of CoNLL-2003."""
    return {row.cells[column][2:].upper() for row in rows} - {""} <= _CHUNKS


def _is_numbered(block: Block) -> bool:
    """Whether the first column numbers the tokens, and further columns have them and their tags."""
    numbers = [row.cells[0] for row in block.rows]
    first = int(numbers[0] == "1")
    counted = [str(n) for n in range(first, first + len(numbers))]
    return numbers == counted and all(len(row.cells) > 2 for row in block.rows)


def tokens_in(block: Block, layout: ColumnLayout, source: str) -> list[Token]:
    """Return the tokens of a text.

    Raises:
        InputError: a row has no token.
    """
    for row in block.rows:
        if not row.cells[layout.token]:
            raise InputError(source, "has no token.", line=row.number, hint="Its column is empty.")
    return [Token(row.cells[layout.token], ((row.number, row.cells[layout.tag]),)) for row in block.rows]
