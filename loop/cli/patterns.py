"""`loop patterns`: list, add and remove match patterns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loop.cli.printing import say
from loop.cli.project import opened
from loop.terminal.columns import aligned
from loop.words import counted

if TYPE_CHECKING:
    from loop.terms.pattern_report import Fared, PatternReport

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
    from loop.terms.pattern_report import pattern_report
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
        problems = pattern_report(paths, settings, store).problems() if added and store.corpus.size() else []
    say(f"Added {counted(added, 'pattern')} to {file.path.name}.")
    if known:
        say(f"Skipped {counted(known, 'known pattern')}.")
    for pattern, words in suspicious:
        say(f"{pattern.source}, line {pattern.line} {words}.")
    for problem in problems:
        say(f"{problem} `loop patterns list` shows more.")


@patterns_app.command("list")
def patterns_list_cli(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """List the patterns with their numbers, sources and matches, and how often the answers agree."""
    from loop.patterns.file import pattern_lines
    from loop.terms.pattern_report import pattern_report

    with opened(ctx, writes=False) as (paths, settings, store):
        path = paths.patterns(settings.project.patterns)
        every = enumerate(pattern_lines(path), start=1) if path.exists() else ()
        lines = [(n, line) for n, line in every if line.strip()]
        report = pattern_report(paths, settings, store)
    if as_json:
        typer.echo(json.dumps([_row(number, report) for number in report.patterns], ensure_ascii=False))
        return
    if not lines:
        say("There are no patterns. Find some with `loop terms`, or add a file with `loop patterns add FILE`.")
        return
    rows = [(str(number), *_shown(line), *_fared(report.fared.get(number))) for number, line in lines]
    for row in aligned([("", "label", "pattern", "source", "matches", "answers agree"), *rows], left=(1, 2, 3)):
        say(row)
    say(f"Matches are those in {counted(report.read, 'text')} that may be learned from.")
    for problem in report.problems():
        say(f"{problem} `loop patterns remove` takes patterns back.")


def _row(number: int, report: PatternReport) -> dict[str, object]:
    pattern, fared = report.patterns[number], report.fared[number]
    return {"number": number, **pattern.row, "source": _source(pattern.row), "of": report.read, **asdict(fared)}


def _shown(line: str) -> tuple[str, str, str]:
    from loop.terminal.glyphs import visible

    try:
        row = json.loads(line)
        pattern = row["pattern"]
        shown = pattern if isinstance(pattern, str) else json.dumps(pattern, ensure_ascii=False)
        return visible(str(row["label"])), visible(shown), visible(_source(row))
    except (ValueError, LookupError, TypeError):
        return "(no pattern)", visible(line.strip()), ""


def _source(row: Mapping[str, Any]) -> str:
    source = row.get("source")
    return source if isinstance(source, str) else ""


def _fared(fared: Fared | None) -> tuple[str, str]:
    if fared is None:
        return "", ""
    said = fared.evidence
    return f"{fared.matches:,}", f"{said.agreed:,} of {said.judged:,}" if said.judged else ""


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
