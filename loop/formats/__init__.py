"""Files in and out, one module per format."""

from loop.formats.lines import source_name
from loop.formats.prodigy import Answered
from loop.formats.raw import RawText
from loop.formats.reading import FORMATS, Format, read, read_all, read_gold
from loop.formats.writing import write_jsonl, write_prodigy

__all__ = [
    "FORMATS",
    "Answered",
    "Format",
    "RawText",
    "read",
    "read_all",
    "read_gold",
    "source_name",
    "write_jsonl",
    "write_prodigy",
]
