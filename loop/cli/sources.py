"""The files a command reads, and the options for reading them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from loop.records import Split

if TYPE_CHECKING:
    from loop.formats import RawText

SplitOption = Annotated[Split, typer.Option(help="Split texts into sentences or lines to ask about.")]
GroupOption = Annotated[
    str | None,
    typer.Option(
        "--group", metavar="FIELD", help="The field that tells which texts belong together, such as a patient."
    ),
]
FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help="The format, if it cannot be detected: jsonl, json, csv, tsv, txt, parquet, spacy, conll.",
    ),
]
OffsetsOption = Annotated[
    str | None,
    typer.Option(
        "--offsets",
        metavar="UNIT",
        help="The unit of span offsets, if it is ambiguous: characters, utf-16, utf-8, graphemes.",
    ),
]
TextFieldOption = Annotated[str, typer.Option(metavar="NAME", help="The JSON field or column with the text.")]


@dataclass(frozen=True, slots=True)
class Sources:
    """Files with texts ("-" for standard input), and how to read them."""

    files: Sequence[str]
    split: Split = "none"
    group: str | None = None
    format: str | None = None
    text_field: str = "text"
    suggest: bool = False
    offsets: str | None = None

    def read(self) -> Iterator[RawText]:
        """Yield the texts of the files."""
        from loop.formats import read_all

        return read_all(self.files, format=self.format, text_field=self.text_field, offsets=self.offsets)

    @property
    def name(self) -> str:
        """The files' names on one line."""
        return names_of(self.files)


def names_of(files: Sequence[str]) -> str:
    """Return the files' names on one line, as stored with a batch."""
    from loop.formats import source_name

    return ", ".join(map(source_name, files))
