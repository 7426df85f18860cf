"""Read a file of any known format; the format is detected from the content if possible."""

from __future__ import annotations

import glob
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from loop.errors import InputError
from loop.formats.columns import is_tagged
from loop.formats.documents import DOCUMENT, text_files
from loop.formats.foreign import refuse_foreign
from loop.formats.lines import STDIN, Source, open_source, source_name, unpacked_name
from loop.formats.raw import RawText
from loop.formats.registry import get_reader
from loop.formats.remote import is_remote, matching
from loop.formats.table import delimiter_of
from loop.formats.units import OffsetUnit

_SUFFIXES = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".txt": "txt",
    ".text": "txt",
    ".parquet": "parquet",
    ".spacy": "spacy",
    ".conll": "conll",
    ".conllu": "conll",
    ".conllx": "conll",
    ".iob": "conll",
    ".iob2": "conll",
    ".bio": "conll",
    ".biluo": "conll",
    ".bilou": "conll",
    ".iobes": "conll",
    ".bioes": "conll",
}
_ZLIB = (b"x\x01", b"x\x9c", b"x\xda")  # first bytes of a DocBin
_PARQUET = b"PAR1"
# A file whose first lines (this many) all end in a tag is read as columns, unless its name tells the format.
_TAGGED_LINES = 20


def read(
    path: Path | str, *, format: str | None = None, text_field: str = "text", offsets: str | None = None
) -> Iterator[RawText]:
    """Yield the texts of a file in order; "-" reads standard input.

    Without `format`, unmistakable first bytes decide (gzip, parquet, DocBin, a JSON list), then the file's ending, then
    its first lines. `text_field` names the field or column with the text, `offsets` the unit of the spans' offsets
    where the rows leave it open.

    Raises:
        InputError: the file or a line cannot be read; the texts before that line have been yielded.
        LoopError: there is no such format or unit.
    """
    with open_source(path) as source:
        source.unit = OffsetUnit(offsets)
        if format == DOCUMENT:
            _refuse_rows(source)
        reader = get_reader(format or sniff(source, text_field))
        yield from reader(source, text_field=text_field)


def _refuse_rows(source: Source) -> None:
    """Refuse a file that is not plain text: it cannot be read as one text."""
    refuse_foreign(source.name, source.head)
    told = told_by_name(source.name)
    if told not in (None, "txt"):
        hint = "Leave out --file-per-text: each of its rows is a text."
        raise InputError(source.name, f"is not plain text but {told}.", hint=hint)


def sniff(source: Source, text_field: str) -> str:
    """Return the detected format of a source."""
    if source.head[:4] == _PARQUET:
        return "parquet"
    if source.head[:2] in _ZLIB:
        return "spacy"
    refuse_foreign(source.name, source.head)
    lines = source.head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").split("\n")
    told = told_by_name(source.name)
    if told in ("json", "jsonl"):  # many .json files are JSON lines
        return "json" if _is_json(lines) else "jsonl"
    if told in ("txt", "csv", "tsv") and _looks_tagged(lines) and not delimiter_of(lines[0], text_field):
        hint = "Use --format conll to read them as such, or --format txt to read every line as a text."
        raise InputError(source.name, "looks like columns of tokens and tags.", hint=hint)
    return told or _told_by_lines([line for line in lines if line.strip()], text_field)


def told_by_name(name: str) -> str | None:
    """Return the format that a name's ending stands for ("csv" for "x.csv.gz"); None if unknown."""
    return None if name == STDIN else _SUFFIXES.get(Path(unpacked_name(name)).suffix.lower())


def _told_by_lines(lines: list[str], text_field: str) -> str:
    first = lines[0].lstrip() if lines else ""
    if first.startswith("{") or (first.startswith("[") and _is_json(lines)):
        return "json" if _is_json(lines) else "jsonl"
    if _looks_tagged(lines):
        return "conll"
    found = delimiter_of(first, text_field)
    return "csv" if found and len(found[1]) > 1 else "txt"


def _looks_tagged(lines: list[str]) -> bool:
    """Whether the first non-blank lines all end in a tag; the last one may be cut off."""
    written = [line for line in lines if line.strip()]
    whole = written[:-1][:_TAGGED_LINES] or written
    return bool(whole) and all(is_tagged(line) for line in whole)


def _is_json(lines: list[str]) -> bool:
    """Whether the lines start a JSON value: a list of rows, or an object over several lines."""
    written = [line.strip() for line in lines if line.strip()]
    if not written:
        return False
    if written[0].startswith("["):
        return re.match(r'\[\s*([{\]]|\[\s*")', "".join(written[:3])) is not None
    return len(written) > 1 and written[0].startswith("{") and _goes_on(written[0])


def _goes_on(line: str) -> bool:
    """Whether a line is the start of a valid JSON value that continues."""
    try:
        json.loads(line)
    except json.JSONDecodeError as error:
        return error.pos >= len(line)
    except (ValueError, RecursionError):
        pass
    return False


def read_all(
    paths: Iterable[Path | str], *, format: str | None = None, text_field: str = "text", offsets: str | None = None
) -> Iterator[RawText]:
    """Yield the texts of several files in order; see `read` and `files_of`."""
    for path in files_of(paths):
        yield from read(path, format=format, text_field=text_field, offsets=offsets)


def files_of(paths: Iterable[Path | str]) -> list[Path | str]:
    """Return the files for names, folders and patterns such as `notes/*.txt`; those of a folder or pattern are sorted.

    A pattern without a match is returned unchanged; reading it then fails with "no such file".

    Raises:
        InputError: a folder has no text files, or cannot be read.
    """
    return [file for path in paths for file in _files(path)]


def _files(path: Path | str) -> Sequence[Path | str]:
    if is_remote(path):
        return (matching(str(path)) if glob.has_magic(str(path)) else []) or [path]
    if Path(path).is_dir():
        return text_files(Path(path))
    if not glob.has_magic(str(path)) or Path(path).exists():
        return [path]
    found = glob.glob(str(path), recursive=True)  # noqa: PTH207 (a pattern may be absolute)
    return sorted(file for file in found if Path(file).is_file()) or [path]


def read_gold(path: Path | str) -> list[RawText]:
    """Return the gold texts of a file, with every span known; `spans` is never None.

    Skipped, rejected and partial rows are left out.

    Raises:
        InputError: a row cannot be read or has no spans, or no row is left.
    """
    gold = []
    for raw in read(path):
        if raw.answer is None and raw.spans is None:
            raise InputError(
                raw.source, "has no spans; write spans: [] for a gold text without entities.", line=raw.line
            )
        if raw.answer is None or (raw.answer.complete and raw.answer.verdict == "accept"):
            gold.append(raw)
    if not gold:
        raise InputError(source_name(path), "has no text whose spans are all known.")
    return gold
