"""Corpus text as safe HTML, with invisible characters made visible.

displaCy needs spaCy, and escapes markup but not control and bidirectional characters, which can reorder the text
(docs/decisions/0152).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from html import escape

from loop.records import Span

# Joiners that are part of a word or an emoji.
JOINERS = "\u200c\u200d"
BREAKS = "\n\t"
COLOURS = 7


def shown(text: str) -> str:
    """`text` as HTML; invisible and bidirectional control characters appear as their code points."""
    if text.isprintable():
        return escape(text)
    return "".join(escape(char) if _is_seen(char) else f"<i>U+{ord(char):04X}</i>" for char in text)


def _is_seen(char: str) -> bool:
    return char in BREAKS or char in JOINERS or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")


def isolated(text: str) -> str:
    """`shown`, isolated so that its writing direction does not affect the text around it."""
    return f'<bdi dir="auto">{shown(text)}</bdi>'


def colours(labels: Sequence[str]) -> dict[str, str]:
    """The CSS class of every label, in the order of the terminal's colours."""
    return {label: f"l{n % COLOURS}" for n, label in enumerate(labels)}


def marked(
    text: str,
    spans: Sequence[Span],
    classes: Mapping[str, str],
    *,
    wrong: Collection[Span] = (),
    missed: Collection[Span] = (),
) -> str:
    """A text with its non-overlapping spans and their labels; `wrong` and `missed` ones are outlined."""
    pieces, done = [], 0
    for span in sorted(spans):
        sign = "wrong" if span in wrong else "missed" if span in missed else ""
        pieces += [shown(text[done : span.start]), _mark(text, span, classes, sign)]
        done = span.end
    return f'<p class="text" dir="auto">{"".join(pieces)}{shown(text[done:])}</p>'


def _mark(text: str, span: Span, classes: Mapping[str, str], sign: str) -> str:
    kind = " ".join([classes.get(span.label, "l0"), *([sign] if sign else [])])
    cross = "✗ " if sign == "wrong" else ""
    return f'<mark class="{kind}">{shown(text[span.start : span.end])}<b>{cross}{shown(span.label)}</b></mark>'
