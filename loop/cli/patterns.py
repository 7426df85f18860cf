"""`loop patterns`: list, add and remove match patterns."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from loop.cli.printing import counted, say
from loop.cli.project import opened

patterns_app = typer.Typer(no_args_is_help=True, help="Terms and patterns that suggest spans.")


@patterns_app.command("add")
def patterns_add_cli(
    ctx: typer.Context,
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Patterns of EntityRuler or Prodigy (jsonl, json); - reads stdin."),
    ],
) -> None:
    """Add match patterns, even during a session: the trainer applies them to the next questions."""
    from loop.base.pipeline import load_base
    from loop.formats import files_of
    from loop.patterns.matching import Patterns
    from loop.patterns.parsing import add_patterns, read_patterns
    from loop.patterns.project_patterns import PatternsFile
    from loop.patterns.trials import caveat
    from loop.trainer import prepare

    with opened(ctx) as (paths, settings, store):
        labels = settings.project.labels
        nlp, file = load_base(settings.project.base), PatternsFile(paths, settings)
        new = [pattern for name in files_of(files) for pattern in read_patterns(name, labels)]
        Patterns(nlp, new, labels=labels)
        added, known = add_patterns(file.path, new, labels=labels)
        if added:
            store.questions.expire()
            prepare(paths, settings, store)
        suspicious = [(pattern, words) for pattern in new if (words := caveat(pattern, nlp))]
    say(f"Added {counted(added, 'pattern')} to {file.path.name}.")
    if known:
        say(f"Skipped {counted(known, 'known pattern')}.")
    for pattern, words in suspicious:
        say(f"{pattern.source}, line {pattern.line} {words}.")


@patterns_app.command("list")
def patterns_list_cli(ctx: typer.Context) -> None:
    """List the patterns with their numbers, for `loop patterns remove`."""
    from loop.patterns.file import pattern_lines

    with opened(ctx, writes=False) as (paths, settings, _):
        path = paths.patterns(settings.project.patterns)
        every = enumerate(pattern_lines(path), start=1) if path.exists() else ()
    lines = [(n, line) for n, line in every if line.strip()]
    wide = len(str(lines[-1][0])) if lines else 0
    for number, line in lines:
        say(f"{number:{wide}}  {_shown(line)}")
    if not lines:
        say("There are no patterns. Add some with `loop patterns add FILE`.")


def _shown(line: str) -> str:
    try:
        row = json.loads(line)
        pattern = row["pattern"]
        return f"{row['label']}  {pattern if isinstance(pattern, str) else json.dumps(pattern, ensure_ascii=False)}"
    except (ValueError, LookupError, TypeError):
        return f"(no pattern)  {line.strip()}"


@patterns_app.command("remove")
def patterns_remove_cli(
    ctx: typer.Context,
    numbers: Annotated[list[int], typer.Argument(metavar="N...", min=1, help="Numbers from `loop patterns list`.")],
) -> None:
    """Remove patterns; their suggestions disappear with the next questions."""
    from loop.patterns.file import drop_lines
    from loop.trainer import prepare

    with opened(ctx) as (paths, settings, store):
        path = paths.patterns(settings.project.patterns)
        drop_lines(path, numbers)
        store.questions.expire()
        prepare(paths, settings, store)
    say(f"Removed {counted(len(set(numbers)), 'pattern')} from {path.name}.")
