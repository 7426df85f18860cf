"""File formats, one module each, and the registry of readers and writers."""

# Importing a module registers its reader and writer.
from loop.formats import array, conll, jsonl, offsets, parquet, plain, table  # noqa: F401
from loop.formats.documents import DOCUMENT
from loop.formats.lines import Source, source_name
from loop.formats.predictions import refuse_other_formats, write_predictions
from loop.formats.raw import Answered, RawText
from loop.formats.reading import files_of, read, read_all, read_gold, told_by_name
from loop.formats.registry import Reader, Writer, get_reader, get_writer, reader, writer
from loop.formats.remote import is_remote, is_there
from loop.formats.selection import Selection, read_moment
from loop.formats.splits import Part, part_of, read_shares
from loop.formats.writing import write, write_jsonl

__all__ = [
    "Source",
    "RawText",
    "DOCUMENT",
    "Reader",
    "reader",
    "get_reader",
    "source_name",
    "files_of",
    "read",
    "read_all",
    "read_gold",
    "Answered",
    "Selection",
    "read_moment",
    "Part",
    "part_of",
    "read_shares",
    "Writer",
    "writer",
    "get_writer",
    "told_by_name",
    "write",
    "write_jsonl",
    "refuse_other_formats",
    "write_predictions",
    "is_remote",
    "is_there",
]
