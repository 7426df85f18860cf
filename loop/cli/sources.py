"""The files that a command reads, and the options that say how."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.printing import counted, say
from loop.records import Split

if TYPE_CHECKING:
    from loop.formats import RawText

SplitOption = Annotated[Split, typer.Option(help="Ask about every sentence or line of a text by itself.")]
GroupOption = Annotated[
    str | None,
    typer.Option(
        "--group", metavar="FIELD", help="The field of a row that says which texts belong together, such as a patient."
    ),
]
FormatOption = Annotated[
    str | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help="What the files are, where it cannot be told: jsonl, json, csv, tsv, txt, parquet, spacy, conll.",
    ),
]
OffsetsOption = Annotated[
    str | None,
    typer.Option(
        "--offsets",
        metavar="UNIT",
        help="What the offsets of spans count, where the rows leave it open: characters, utf-16, utf-8, graphemes.",
    ),
]
TextFieldOption = Annotated[str, typer.Option(metavar="NAME", help="The JSON field or the column that holds the text.")]


@dataclass(frozen=True, slots=True)
class Sources:
    """Files with texts ("-" for standard input), and how they are to be read."""

    files: Sequence[str]
    split: Split = "none"
    group: str | None = None
    format: str | None = None
    text_field: str = "text"
    suggest: bool = False
    offsets: str | None = None

    def read(self) -> Iterator[RawText]:
        """Read the files."""
        from loop.formats import read_all

        return read_all(self.files, format=self.format, text_field=self.text_field, offsets=self.offsets)

    @property
    def name(self) -> str:
        """The files in one line."""
        return named(self.files)


def named(files: Sequence[str]) -> str:
    """Return files in one line, as a batch keeps where it came from."""
    from loop.formats import source_name

    return ", ".join(map(source_name, files))


def say_held(held: int) -> None:
    """Print how many rows were texts to measure on."""
    if held:
        say(f"Left out, since the model is scored on them or their groups: {counted(held, 'text')}.")
