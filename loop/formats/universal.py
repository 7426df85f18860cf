"""CoNLL-U (Universal Dependencies) with entity tags such as `name=B-PER` in its last column, MISC."""

from __future__ import annotations

import re
from collections.abc import Sequence

from loop.errors import InputError
from loop.formats.columns import Block, ColumnRow, Token

_COLUMNS = 10
_FORM, _MISC = 1, 9
# A multiword token is numbered n-m, an empty node n.m.
_ID = re.compile(r"\d+([-.]\d+)?")
_TAG = re.compile(r"(?:(?i:name|NE|NER)=)?(O|[BILMUSE]-\S+)")
_NO_SPACE = "SpaceAfter=No"


def is_universal(blocks: Sequence[Block]) -> bool:
    """Whether every row has the ten columns of CoNLL-U."""
    rows = [row for block in blocks for row in block.rows]
    return all(len(row.cells) == _COLUMNS and _ID.fullmatch(row.cells[0]) for row in rows)


def universal_tokens(blocks: Sequence[Block], source: str) -> list[list[Token]]:
    """Return the tokens of every text; untagged words are outside entities, unless the file tags such words with O.

    All tags are empty if the file has none.

    Raises:
        InputError: a word has no tag although others have O.
    """
    tags = {row.number: _tag(row) for block in blocks for row in block.rows}
    says_outside = "O" in tags.values()
    untagged = next((row for block in blocks for row in block.rows if _is_word(row) and not tags[row.number]), None)
    if says_outside and untagged is not None:
        problem = "has no entity tag in its last column, although others have O."
        raise InputError(source, problem, line=untagged.number, hint="Tag all words outside entities with O, or none.")
    default = "O" if any(tags.values()) else ""
    return [_tokens(block, {number: tag or default for number, tag in tags.items()}) for block in blocks]


def _tag(row: ColumnRow) -> str:
    found = (_TAG.fullmatch(part) for part in row.cells[_MISC].split("|"))
    return next((match[1] for match in found if match), "")


def _is_word(row: ColumnRow) -> bool:
    return row.cells[0].isdigit()


def _tokens(block: Block, tags: dict[int, str]) -> list[Token]:
    tokens: list[Token] = []
    last_of_token = 0
    for row in block.rows:
        glued = _NO_SPACE in row.cells[_MISC].split("|")
        if "-" in row.cells[0]:
            last_of_token = int(row.cells[0].partition("-")[2])
            tokens.append(Token(row.cells[_FORM], (), glued))
        elif _is_word(row) and int(row.cells[0]) <= last_of_token:
            tokens[-1] = tokens[-1]._replace(words=(*tokens[-1].words, (row.number, tags[row.number])))
        elif _is_word(row):
            tokens.append(Token(row.cells[_FORM], ((row.number, tags[row.number]),), glued))
    return tokens
