"""Unsupported file formats, each with a hint how to convert them."""

from __future__ import annotations

from pathlib import Path

from loop.errors import InputError
from loop.formats.lines import unpacked_name

# First bytes, problem, hint.
_BEGINNINGS = (
    (b"%PDF", "is a PDF.", "Take its text out first, for example with `pdftotext`."),
    (
        b"PK\x03\x04",
        "is a zip archive, or a document in one (docx, odt).",
        "Unpack it, or save it as plain text.",
    ),
    (b"\xd0\xcf\x11\xe0", "is an old Microsoft Office document.", "Save it as plain text."),
    (b"{\\rtf", "is rich text.", "Save it as plain text."),
    (b"<?xml", "is XML.", "Take the texts out first; --format txt takes its lines as they are."),
    (b"<!doctype html", "is HTML.", "Take the texts out first; --format txt takes its lines as they are."),
    (b"<html", "is HTML.", "Take the texts out first; --format txt takes its lines as they are."),
    (b"BZh", "is packed with bzip2.", "Unpack it with `bunzip2`; what gzip has packed is read as it is."),
    (b"\xfd7zXZ", "is packed with xz.", "Unpack it with `unxz`; what gzip has packed is read as it is."),
    (
        b"\x28\xb5\x2f\xfd",
        "is packed with zstd.",
        "Unpack it with `unzstd`; what gzip has packed is read as it is.",
    ),
    (b"7z\xbc\xaf\x27\x1c", "is a 7z archive.", "Unpack it first."),
)
_TAR = b"ustar", 257  # magic bytes of a tar archive, and their offset
_ENDINGS = {
    ".ann": ("contains brat annotations.", "Convert it together with its .txt file, for example to jsonl with spans."),
    ".xml": ("is XML.", "Take the texts out first; --format txt takes its lines as they are."),
    ".html": ("is HTML.", "Take the texts out first; --format txt takes its lines as they are."),
    ".htm": ("is HTML.", "Take the texts out first; --format txt takes its lines as they are."),
}


def refuse_foreign(name: str, head: bytes) -> None:
    """Refuse a file whose first bytes or name show an unsupported format.

    Raises:
        InputError: the format is unsupported; the message names it.
    """
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:20].lower()
    found = next(((kind, hint) for begins, kind, hint in _BEGINNINGS if start.startswith(begins.lower())), None)
    found = found or _ENDINGS.get(Path(unpacked_name(name)).suffix.lower())
    if head.startswith(*_TAR):
        found = "is a tar archive.", "Unpack it and name the files in it."
    if found:
        raise InputError(name, found[0], hint=found[1])
