"""`loop status` and `loop labels list`: where a project stands."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.printing import counted, say
from loop.cli.project import opened

if TYPE_CHECKING:
    from loop.progress import Progress
    from loop.progress.scores import Score
    from loop.quality import Consistency
    from loop.store import BatchInfo, RoundInfo

labels_app = typer.Typer(no_args_is_help=True, help="The labels that a project teaches.")


def status_cli(
    ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")] = False
) -> None:
    """Show how many texts, answers and rounds there are."""
    from loop.progress import progress

    with opened(ctx) as (paths, settings, store):
        now, batches = progress(store, settings, paths), store.corpus.batches()
    if as_json:
        typer.echo(status_json(now, batches))
        return
    say(f"{paths.root.resolve().name}: {', '.join(settings.project.labels)}, from {settings.project.base}")
    for line in status_lines(now, batches):
        say(line)


def status_json(now: Progress, batches: list[BatchInfo]) -> str:
    """Return a project's numbers as one JSON object; in ASCII, so that no file's name can move the cursor."""
    return json.dumps(asdict(now) | {"batches": [asdict(each) for each in batches]})


def status_lines(now: Progress, batches: list[BatchInfo]) -> list[str]:
    """Return a project's numbers in words, a line each."""
    from loop.progress import forgotten_words, held_words

    verdicts = ", ".join(f"{n:,} {verdict}" for verdict, n in sorted(now.answers.items())) or "none"
    return [
        f"texts    {now.texts:,}, of them {now.pool:,} not answered; {counted(now.waiting, 'question')} waiting",
        *(f"  batch {b.id}: {counted(b.texts, 'text')}, {b.answered:,} answered, from {b.source}" for b in batches),
        f"answers  {verdicts}",
        f"rounds   {len(now.rounds):,}; answers that train until the next: {now.next_round}",
        *(f"  {round_line(info)}" for info in now.rounds[-1:]),
        *(f"F        {score_words(now.scores.overall)}, round {now.measured}" for _ in [1] if now.scores),
        *(f"again    {words}" for words in [consistency_words(now.consistency)] if words),
        *(f"alarm    {words}" for words in [held_words(now.held), forgotten_words(now.forgotten)] if words),
        *(f"alarm    a damaged checkpoint, learned again since: {folder}" for folder in now.set_aside),
        f"trainer  {now.trainer}",
    ]


def score_words(score: Score) -> str:
    """Return F with what chance does to it; without a single number where there is too little to measure on."""
    low, high = score.strict.f_interval
    between = f"{low:.0f} to {high:.0f}, from {counted(score.gold, 'span')} in {counted(score.texts, 'text')}"
    return f"{score.strict.f:.1f}, {between}" if score.enough else f"between {between}"


def consistency_words(found: Consistency) -> str:
    """Return how far second answers to the same texts agree with the first ones; empty without any."""
    if not found.pairs:
        return ""
    f = "" if found.interval is None else f", F {found.f:.1f} ({found.interval[0]:.0f} to {found.interval[1]:.0f})"
    return f"{counted(found.pairs, 'text')} asked again, {found.same} answered as before{f}"


def round_line(info: RoundInfo) -> str:
    """Return what a round did, in a line."""
    loss = "no label yet" if info.loss is None else f"loss {info.loss:.2f}"
    return f"round {info.number}: {info.answers:,} answers, {loss}, {info.seconds:.1f} s"


@labels_app.command("list")
def labels_list_cli(ctx: typer.Context) -> None:
    """Show the labels in force, with the spans that answers gave them."""
    from loop.progress import progress

    with opened(ctx) as (paths, settings, store):
        spans = progress(store, settings, paths).spans
    for label in settings.project.labels:
        say(f"{label}  {counted(spans.get(label, 0), 'span')}")
