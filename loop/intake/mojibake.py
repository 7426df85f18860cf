"""Text that was read in a wrong encoding, mostly UTF-8 as Windows-1252 or Latin-1: `Ã©` for `é`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from loop.intake.rewriting import Edit


def _character(byte: int) -> str:
    """The character for which Windows-1252 has this byte; Latin-1's for the five that it lacks."""
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)


_BYTES = {_character(byte): byte for byte in range(0x80, 0x100)} | {chr(byte): byte for byte in range(0x80, 0xA0)}
# A byte of UTF-8 after the first. Some stand where they also do after a word in capitals ("IRMÃ…", "«IRMÃ»").
_NEXT = "[" + re.escape("".join(char for char, byte in _BYTES.items() if byte < 0xC0)) + "]"
_AFTER_WORDS = "[" + re.escape("…‘’“”‹›«»–—·´¨ªº°²³¹\xa0\x91\x92\x93\x94\x96\x97") + "]"
_CAPITAL, _SMALL = "[A-ZÀ-ÖØ-Þ]", "[a-zß-öø-ÿ]"
# Only what can hardly be meant. One sequence suffices where the first byte is rare at the end of a word; alphabets of
# their own (Greek, Cyrillic, Chinese, …) come in runs.
_CERTAIN = re.compile(
    rf"(?<!{_CAPITAL})[ÂÃ]{_NEXT}|(?<={_CAPITAL})[ÂÃ](?!{_AFTER_WORDS}){_NEXT}"
    rf"|(?<={_SMALL})[ÄÅ]{_NEXT}|[ÄÅ](?!{_AFTER_WORDS}){_NEXT}(?={_SMALL})"
    rf"|â(?:[€\x80]{_NEXT}|‚¬|\x82¬|„¢|\x84¢)"
    rf"|ï»¿|ï¿½|ð[Ÿ\x9f]{_NEXT}{{2}}"
    rf"|(?:[ÎÏ]{_NEXT}){{2,}}|(?:[ÐÑ]{_NEXT}){{2,}}|(?:[à-ï]{_NEXT}{{2}}){{2,}}"
)


_PAIR = re.compile(rf"[Â-ô]{_NEXT}")  # in all of them, and found ten times as fast
# Windows-1252 read as Latin-1. Without NEL, which ends lines, and what Windows-1252 lacks.
_CONTROL = re.compile(r"[\x80\x82-\x84\x86-\x8c\x8e\x91-\x9c\x9e\x9f]")
# Any character of more than one byte.
_ANY = re.compile(rf"[Â-ß]{_NEXT}|[à-ï]{_NEXT}{{2}}|[ð-ô]{_NEXT}{{3}}")


def mojibake(text: str) -> Iterator[Edit]:
    """Yield an edit for each run of characters that is certainly UTF-8 read as Windows-1252 or Latin-1.

    A text with one that can be read as UTF-8 as a whole is broken as a whole. In a text without any, control characters
    are Windows-1252 read as Latin-1.
    """
    if text.isascii():
        return
    if not _PAIR.search(text) or not _CERTAIN.search(text):
        yield from (Edit(*found.span(), _character(ord(found[0]))) for found in _CONTROL.finditer(text))
        return
    for found in (_CERTAIN if _meant(text) is None else _ANY).finditer(text):
        meant = _meant(found[0])
        if meant is not None:
            yield Edit(*found.span(), meant)


def _meant(text: str) -> str | None:
    """The text whose UTF-8 this is, read as Windows-1252 or Latin-1; None if there is none."""
    try:
        return bytes(_BYTES[char] if char > "\x7f" else ord(char) for char in text).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return None
