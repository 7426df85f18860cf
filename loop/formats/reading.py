"""Reading a file of any known format, which is told from its content where it can be."""

from __future__ import annotations

import glob
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from loop.errors import InputError
from loop.formats.columns import is_tagged
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
_ZLIB = (b"x\x01", b"x\x9c", b"x\xda")  # how a DocBin begins
_PARQUET = b"PAR1"
# Lines that must all end in a tag before a file without a telling name is taken for columns.
_TAGGED_LINES = 20


def read(
    path: Path | str, *, format: str | None = None, text_field: str = "text", offsets: str | None = None
) -> Iterator[RawText]:
    """Yield the texts of a file in its order; "-" reads standard input.

    Without `format` the first bytes decide where they are unmistakable (gzip, parquet, DocBin, a list of JSON), then
    the file's ending, then its first lines. `text_field` names the field or the column that holds the text, `offsets`
    the unit that the file counts, where its rows leave that open.

    Raises:
        InputError: the file cannot be read, or a line of it; texts before that line were yielded already.
        LoopError: there is no such format or unit.
    """
    with open_source(path) as source:
        source.unit = OffsetUnit(offsets)
        reader = get_reader(format or sniff(source, text_field))
        yield from reader(source, text_field=text_field)


def sniff(source: Source, text_field: str) -> str:
    """Return the name of the format that a source seems to have."""
    if source.head[:4] == _PARQUET:
        return "parquet"
    if source.head[:2] in _ZLIB:
        return "spacy"
    refuse_foreign(source.name, source.head)
    lines = source.head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace").split("\n")
    told = told_by_name(source.name)
    if told in ("json", "jsonl"):  # many a .json holds a row a line
        return "json" if _is_json(lines) else "jsonl"
    if told in ("txt", "csv", "tsv") and _looks_tagged(lines) and not delimiter_of(lines[0], text_field):
        hint = "--format conll reads them as such; --format txt takes every line as a text."
        raise InputError(source.name, "looks like columns of tokens and tags.", hint=hint)
    return told or _told_by_lines([line for line in lines if line.strip()], text_field)


def told_by_name(name: str) -> str | None:
    """Return the format that the ending of a name stands for, "x.csv.gz" being a csv; None if it tells nothing."""
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
    """Whether the first lines that are not blank all end in a tag; the last one may be cut off."""
    written = [line for line in lines if line.strip()]
    whole = written[:-1][:_TAGGED_LINES] or written
    return bool(whole) and all(is_tagged(line) for line in whole)


def _is_json(lines: list[str]) -> bool:
    """Whether the lines begin one JSON value: a list of rows, or an object that goes on after its first line."""
    written = [line.strip() for line in lines if line.strip()]
    if not written:
        return False
    if written[0].startswith("["):
        return re.match(r'\[\s*([{\]]|\[\s*")', "".join(written[:3])) is not None
    return len(written) > 1 and written[0].startswith("{") and _goes_on(written[0])


def _goes_on(line: str) -> bool:
    """Whether nothing is wrong with a JSON value but that it ends too early."""
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
    """Yield the texts of several files, one after the other; see `read` and `files_of`."""
    for path in files_of(paths):
        yield from read(path, format=format, text_field=text_field, offsets=offsets)


def files_of(paths: Iterable[Path | str]) -> list[Path | str]:
    """Return the files that names and patterns such as `notes/*.txt` stand for, those of a pattern sorted.

    A pattern that fits nothing stays as it is, for a reader to say that there is no such file.
    """
    return [file for path in paths for file in _files(path)]


def _files(path: Path | str) -> Sequence[Path | str]:
    if is_remote(path):
        return (matching(str(path)) if glob.has_magic(str(path)) else []) or [path]
    if not glob.has_magic(str(path)) or Path(path).exists():
        return [path]
    found = glob.glob(str(path), recursive=True)  # noqa: PTH207 (a pattern may be absolute)
    return sorted(file for file in found if Path(file).is_file()) or [path]


def read_gold(path: Path | str) -> list[RawText]:
    """Return the texts of a file of which every span is known: `spans` is never None.

    Rows that were skipped, rejected or answered in part are left out.

    Raises:
        InputError: a row cannot be read, a row says nothing about spans, or no row is left.
    """
    gold = []
    for raw in read(path):
        if raw.answer is None and raw.spans is None:
            raise InputError(raw.source, "has no spans: a gold text without entities says spans: [].", line=raw.line)
        if raw.answer is None or (raw.answer.complete and raw.answer.verdict == "accept"):
            gold.append(raw)
    if not gold:
        raise InputError(source_name(path), "holds no text of which every span is known.")
    return gold
