"""`loop status`: show the state of a project."""

from __future__ import annotations

import json
from dataclasses import asdict
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loop.cli.agreement_lines import agreement_lines
from loop.cli.printing import megabytes, say
from loop.cli.project import opened
from loop.former_names import with_former_keys
from loop.words import counted

if TYPE_CHECKING:
    from loop.progress import Progress
    from loop.quality import Consistency
    from loop.store import BatchInfo, RoundInfo

LAST_ROUNDS = 3


def status_cli(
    ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False
) -> None:
    """Show the project's texts, answers, rounds and scores, and advice on what to do next."""
    from loop.progress import learned_again_words, progress

    with opened(ctx, writes=False) as (paths, settings, store):
        now, batches, again = progress(store, settings, paths), store.corpus.batches(), learned_again_words(store)
    if as_json:
        typer.echo(status_json(now, batches))
        return
    say(f"{paths.root.resolve().name}: {', '.join(settings.project.labels)}, from {settings.project.base}")
    for line in status_lines(now, batches, width=get_terminal_size().columns):
        say(line)
    if again:
        say(f"note     {again}")


def status_json(now: Progress, batches: list[BatchInfo]) -> str:
    """Return a project's numbers as a JSON object, in ASCII so that file names cannot control the terminal."""
    return json.dumps(numbers(now) | {"batches": [asdict(each) for each in batches]})


def numbers(now: Progress) -> dict[str, Any]:
    """Return a project's numbers as plain data; what version 0.1 had has its former keys, too."""
    plain: dict[str, Any] = with_former_keys(asdict(now))
    return plain | {"agreement": now.agreement and asdict(now.agreement)}


def status_lines(now: Progress, batches: list[BatchInfo], *, width: int = 80) -> list[str]:
    """Return lines about a project's numbers, with the learning curve; the panel comes last."""
    from loop.cli.curve_plot import drawn
    from loop.progress import blocked_words, forgotten_words, pinned_words
    from loop.progress.panel import panel
    from loop.progress.robustness import robustness_words
    from loop.progress.weak_words import weak_words
    from loop.terminal.panel_lines import panel_lines

    verdicts = ", ".join(f"{n:,} {verdict}" for verdict, n in sorted(now.answers.items())) or "none"
    alarms = [
        pinned_words(now.pinned_round),
        forgotten_words(now.forgotten),
        *now.alarms,
        near_words(now),
    ]
    return [
        f"texts    {now.texts:,}, {now.pool:,} of them unanswered; {counted(now.waiting, 'question')} waiting",
        *(f"         nothing is left to ask: {words}" for words in [blocked_words(now.pool)] if now.blocked),
        *(f"  batch {b.id}: {counted(b.texts, 'text')}, {b.answered:,} answered, from {b.source}" for b in batches),
        "; ".join((f"answers  {verdicts}", *pace_and_acceptance(now))),
        f"rounds   {len(now.lasting_rounds):,}; answers needed for the next: {now.next_round}",
        *(f"  {round_line(info)}" for info in now.rounds[-LAST_ROUNDS:]),
        *drawn(now.curve, width),
        *(f"changed  {words}" for words in (robustness_words(now.robustness), now.augment) if words),
        *(f"repeats  {words}" for words in [consistency_words(now.consistency)] if words),
        *agreement_lines(now.agreement),
        *(f"review   {words}" for words in [review_words(now.to_review)] if words),
        *(f"weak     {words}" for words in weak_words(now)),
        *(f"alarm    {words}" for words in alarms if words),
        *(f"alarm    a damaged checkpoint, learned again since: {folder}" for folder in now.set_aside),
        f"trainer  {now.trainer}",
        f"disk     {megabytes(now.disk['data'])} of data, {megabytes(now.disk['models'])} of models",
        *panel_lines(panel(now)),
    ]


def pace_and_acceptance(now: Progress) -> list[str]:
    """Return clauses about the last answers: the time they took, and how many accepted what was suggested."""
    from loop.progress.pace import pace_words

    right, shown = now.accepted
    pace = [] if now.seconds is None else [f"{pace_words(now.seconds)} recently"]
    return [*pace, *([f"{right} of the last {shown} suggestions accepted unchanged"] if shown else [])]


def near_words(now: Progress) -> str:
    """Return the warning about near-duplicates between held-out and training texts; empty without any."""
    if not now.near_duplicates or not now.scores:
        return ""
    return (
        f"{now.near_duplicates} of {counted(now.scores.overall.texts, 'held-out text')} nearly repeat a training "
        "text, which inflates the scores; give texts that belong together a group (`loop add --group`)"
    )


def consistency_words(found: Consistency) -> str:
    """Return the agreement of repeated answers with the first ones, in words; empty without any."""
    if not found.pairs:
        return ""
    f = "" if found.interval is None else f", F1 {found.f1:.1f} ({found.interval[0]:.0f} to {found.interval[1]:.0f})"
    return f"{counted(found.pairs, 'text')} repeated, {found.same} answered as before{f}"


def review_words(count: int) -> str:
    """Return how many texts are to be reviewed, in words; empty without any."""
    return f"{counted(count, 'text')} where annotators differ: `loop review`" if count else ""


def round_line(info: RoundInfo) -> str:
    """Return a line about a round: answers, loss, and time."""
    loss = "no label yet" if info.loss is None else f"loss {info.loss:.2f}"
    name = "closing round" if info.closing else "round"
    return f"{name} {info.number}: {info.answers:,} answers, {loss}, {info.seconds:.1f} s"
