"""`loop vectors`: a file of word vectors becomes a folder that a project can learn with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from loop.cli.printing import say
from loop.settings.paths import located
from loop.settings.sections import NO_VECTORS

# 120 MB on disk and in memory at 300 numbers a word; rarer words help little.
MOST_WORDS = 100_000

VectorsOption = Annotated[
    str | None,
    typer.Option(
        metavar="TABLE",
        help="builtin:en, an installed pipeline with word vectors, its folder, or none; by default the best for BASE.",
    ),
]


def vectors_cli(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="fastText, GloVe or word2vec: text, .gz or .zip.")],
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to write.")],
    lang: Annotated[str, typer.Option(metavar="CODE", help="The language, by spaCy's code.")] = "en",
    truncate: Annotated[
        int, typer.Option(metavar="N", min=1, help="Keep the first N words of the file: the most frequent ones.")
    ] = MOST_WORDS,
) -> None:
    """Make a folder of word vectors, for `loop init --vectors DIR`."""
    from loop.base.vector_files import write_vectors_folder

    read = write_vectors_folder(file, folder, language=lang, most=truncate)
    cut = f", the first of {file.name}," if read.is_cut else ""
    say(f"{folder} holds {len(read.words):,} words{cut} with {read.data.shape[1]} numbers each.")
    say("Every checkpoint of a project with these vectors holds their words, as hashes that can be guessed.")
    say("Were they trained on private texts? Then keep the models private, too.")
    say(f"Next: `loop init --base blank:{lang} --vectors {folder}`.")


def chosen_vectors(named: str | None, base: str) -> str | None:
    """The word vectors of a project: those that are named, by default the best that there are for the base.

    Raises:
        PipelineError: there are none of that name.
    """
    from loop.base.installed import vectors_for
    from loop.base.vectors import vectors_sum

    if named == NO_VECTORS:
        return None
    table = vectors_for(base) if named is None else located(named)
    vectors_sum(table)
    return table
