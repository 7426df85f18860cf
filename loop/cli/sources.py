"""The files a command reads, and the options for reading them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loop.errors import LoopError
from loop.records import Split

if TYPE_CHECKING:
    from loop.formats import RawText
    from loop.intake import Cleaning

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
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="THEIRS=OURS",
        help="The project's label for a label of the files, such as FASHION_BRAND=BRAND; THEIRS= leaves its spans "
        "out. Repeat it for more.",
    ),
]
FilePerTextOption = Annotated[
    bool, typer.Option("--file-per-text", help="Read each file as one text; its name is kept in the meta field file.")
]
UnescapeOption = Annotated[
    bool, typer.Option("--unescape", help="Decode HTML entities such as &amp;, and leave tags as they are.")
]
StripTagsOption = Annotated[bool, typer.Option("--strip-tags", help="Take out HTML tags and comments.")]
FixEncodingOption = Annotated[
    bool, typer.Option("--fix-encoding", help="Repair UTF-8 that was read as Windows-1252, such as Ã© for é.")
]
NearDuplicatesOption = Annotated[
    bool,
    typer.Option("--skip-near-duplicates", help="Leave out texts that nearly repeat an earlier one of the files."),
]


@dataclass(frozen=True, slots=True)
class Sources:
    """Files with texts ("-" for standard input), how to read them, and what to do with their texts.

    Attributes:
        names: the project's labels by the names in the files; None leaves their spans out.
    """

    files: Sequence[str]
    split: Split = "none"
    group: str | None = None
    format: str | None = None
    text_field: str = "text"
    suggest: bool = False
    offsets: str | None = None
    file_per_text: bool = False
    cleanings: Collection[Cleaning] = ()
    distinct: bool = False
    names: Mapping[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.file_per_text and self.format not in (None, "txt"):
            raise typer.BadParameter("leave it out: --file-per-text reads plain text", param_hint="--format")

    def read(self) -> Iterator[RawText]:
        """Yield the texts of the files; those of a folder, or of one file each, have its name in their meta."""
        from loop.formats import DOCUMENT, files_of, read, source_name

        format = DOCUMENT if self.file_per_text else self.format
        for name in self.files:
            folder = Path(name) if Path(name).is_dir() else None
            for file in files_of([name]):
                meta = {"file": source_name(file if folder is None else Path(file).relative_to(folder))}
                for raw in read(file, format=format, text_field=self.text_field, offsets=self.offsets):
                    raw = self._renamed(raw)
                    yield replace(raw, meta=meta | dict(raw.meta)) if folder or self.file_per_text else raw

    def _renamed(self, raw: RawText) -> RawText:
        if not self.names:
            return raw
        from loop.intake.label_names import renamed  # loads spaCy

        return renamed(raw, self.names)

    def cleaned(self, cleaning: Cleaning) -> Sources:
        """Return the sources with one more thing to clean."""
        return replace(self, cleanings=(*self.cleanings, cleaning))

    @property
    def name(self) -> str:
        """The files' names on one line."""
        return names_of(self.files)


def cleanings_of(unescape: bool, strip_tags: bool, fix_encoding: bool) -> tuple[Cleaning, ...]:
    """Return what to clean in the texts, by the options."""
    asked: Mapping[Cleaning, bool] = {"encoding": fix_encoding, "tags": strip_tags, "references": unescape}
    return tuple(cleaning for cleaning, wanted in asked.items() if wanted)


def names_of(files: Sequence[str]) -> str:
    """Return the files' names on one line, as stored with a batch."""
    from loop.formats import source_name

    return ", ".join(map(source_name, files))


def label_names(typed: Iterable[str], labels: Sequence[str]) -> dict[str, str | None]:
    """Return the names given with --map: the project's label, or None, by the files'.

    Raises:
        LoopError: one is not of the form THEIRS=OURS, or the project lacks the label.
    """
    names: dict[str, str | None] = {}
    for pair in [pair for part in typed for pair in _pairs(part)]:
        theirs, equals, ours = pair.rpartition("=")
        if not (theirs and equals):
            raise LoopError(f"--map {pair} does not name two labels.", hint="For example: --map FASHION_BRAND=BRAND.")
        if ours and ours not in labels:
            raise LoopError(f"--map {pair}: there is no label {ours}.", hint=f"The labels are {', '.join(labels)}.")
        if names.setdefault(theirs, ours or None) != (ours or None):
            raise LoopError(f"--map gives {theirs} two names.", hint="Name each label of the files once.")
    return names


def _pairs(part: str) -> list[str]:
    """Commas may separate several, unless one is part of a label."""
    pairs = [pair.strip() for pair in part.split(",")]
    return pairs if all("=" in pair for pair in pairs) else [part]
