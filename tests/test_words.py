"""Messages use the words of the field, as the pages of docs/ do (tests/test_readme.py)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

ROOT = Path(__file__).parents[1]
# The demo's texts are what people write, and migrations say what columns held.
MODULES = sorted(path for path in (ROOT / "loop").rglob("*.py") if not {"demo", "migrations"} & {*path.parts})

INSTEAD = {
    r"(?<!\+)\bF(?= |:|,|\.|;|$)(?! ?=)": "F1",
    r"\btexts? (that|which) measures?\b": "held-out texts",
    r"\bdoubt(s|ful|ed)?\b": "uncertain, uncertainty",
    r"\blearn(s|ed)? by heart\b": "overfits",
    r"\bheld rounds?\b": "pinned round",
    r"\bright as suggested\b": "acceptance rate",
    r"\bexpects of itself\b": "expected F1",
    r"\b(put|puts|putting) (it |them |what is wrong |the gold |an answer |answers )?right\b": "correct",
    r"\bmend(s|ed|ing)?\b": "fix, correct",
    r"\b[Pp]ut (it|them|what is wrong) right\b": "correct",
    r"\bhits?\b": "match",
    r"\b(its|own|best|other|next) readings?\b": "analysis, prediction",
    r"\bwith oneself\b": "intra-annotator",
    r"\bcannot be meant\b": "is invalid",
    r"\bNobody is there\b": "Cannot prompt",
    r"\bfree space and (the )?rights\b": "disk space and file permissions",
}


def messages(path: Path) -> Iterator[tuple[int, str]]:
    """The strings of a module that may be read by somebody who does not read its code."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    helps = {id(node.body[0]) for node in ast.walk(tree) if is_command(node)}
    unread = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and id(node) not in helps}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in unread:
            yield node.lineno, node.value


def is_command(node: ast.AST) -> TypeGuard[ast.FunctionDef]:
    """Whether its docstring is the help of a command."""
    return isinstance(node, ast.FunctionDef) and node.name.endswith("_cli")


def found(words: str) -> list[str]:
    return [f"{match[0]!r}: {instead}" for old, instead in INSTEAD.items() for match in re.finditer(old, words)]


def test_messages_use_the_fields_words() -> None:
    assert [] == [
        f"{path.relative_to(ROOT)}, line {line}: {one}"
        for path in MODULES
        for line, words in messages(path)
        for one in found(words)
        if " " in words
    ]
