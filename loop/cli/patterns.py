"""`loop patterns`: terms and patterns whose hits are suggested."""

from __future__ import annotations

from typing import Annotated

import typer

from loop.cli.printing import counted, say
from loop.cli.project import opened

patterns_app = typer.Typer(no_args_is_help=True, help="Terms and patterns whose hits are shown as suggestions.")


@patterns_app.command("add")
def patterns_add_cli(
    ctx: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Patterns of the EntityRuler or of Prodigy (jsonl); - reads stdin."),
    ],
) -> None:
    """Add match patterns, also while somebody annotates: the trainer lays the next questions out with them."""
    from loop.formats import files_of
    from loop.ner.patterns import Patterns, PatternsFile, add_patterns, read_patterns
    from loop.ner.pipeline import load_base

    with opened(ctx) as (paths, settings, store):
        labels = settings.project.labels
        nlp, file = load_base(settings.project.base), PatternsFile(paths, settings)
        new = [pattern for name in files_of(files) for pattern in read_patterns(name, labels)]
        Patterns(nlp, new, labels=labels)
        added, known = add_patterns(file.path, new, labels=labels)
        if added:
            store.questions.expire()
    say(f"Added {counted(added, 'pattern')} to {file.path.name}.")
    if known:
        say(f"Left out, since known already: {counted(known, 'pattern')}.")
