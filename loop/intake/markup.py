"""HTML in plain text: character references such as `&amp;`, and tags."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from loop.intake.rewriting import Edit

# With their semicolon only: "&copy=1" in an address is none. Longest name: &CounterClockwiseContourIntegral;
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z\d]{1,31});")
# What html.unescape makes of references to surrogates and to NUL: such references stay as they are.
_NOTHING = ("", "\ufffd")

# Elements of HTML that end a line, so that the words around them stay apart. Without `address` and `time`, which
# stand for names and dates in texts without personal data.
_BLOCKS = "article|aside|blockquote|br|dd|div|dl|dt|figcaption|figure|footer|form|h[1-6]|header|hr|li|main|nav"
_BLOCKS += "|ol|p|pre|section|table|tbody|td|tfoot|th|thead|tr|ul"
_INLINE = "a|abbr|acronym|b|bdi|bdo|big|body|button|center|cite|code|del|dfn|em|font|head|html|i|iframe|img|input|ins"
_INLINE += "|kbd|label|link|mark|meta|option|q|s|samp|script|select|small|span|strike|strong|style|sub|sup|textarea"
_INLINE += "|title|tt|u|var|wbr"
# Each part ends at the next of its kind at the latest, so that no text takes quadratic time.
_TAG = re.compile(
    rf"<!--(?:(?!<!--).)*?-->|<(script|style)(?:\s[^<>]*)?>(?:(?!<\1).)*?</\1\s*>"
    rf"|</?(?:({_BLOCKS})|{_INLINE})(?:\s[^<>]*)?/?>",
    re.IGNORECASE | re.DOTALL,
)


def references(text: str) -> Iterator[Edit]:
    """Yield an edit for each HTML character reference that stands for a character."""
    if "&" not in text:
        return
    for found in _REFERENCE.finditer(text):
        character = unescape(found[0])
        if character not in (found[0], *_NOTHING) and not _is_control(character):
            yield Edit(*found.span(), character)


def _is_control(character: str) -> bool:
    return len(character) == 1 and character < " " and character not in "\t\n\r"


def tags(text: str) -> Iterator[Edit]:
    """Yield an edit for each HTML tag, comment and script: a line end in the place of a block, else nothing."""
    if "<" in text:
        for found in _TAG.finditer(text):
            yield Edit(*found.span(), "\n" if found[2] else "")
