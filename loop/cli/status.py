"""`loop status`: where a project stands."""

from __future__ import annotations

import json
from dataclasses import asdict
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.printing import counted, megabytes, say
from loop.cli.project import opened
from loop.former_names import with_former_keys

if TYPE_CHECKING:
    from loop.progress import Progress
    from loop.progress.rounds import Change
    from loop.progress.scores import Score
    from loop.quality import Consistency
    from loop.store import BatchInfo, RoundInfo

LAST_ROUNDS = 3  # their training loss beside F1


def status_cli(
    ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")] = False
) -> None:
    """Show how many texts, answers and rounds there are."""
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
    """Return a project's numbers as one JSON object; in ASCII, so that no file's name can move the cursor."""
    return json.dumps(with_former_keys(asdict(now)) | {"batches": [asdict(each) for each in batches]})


def status_lines(now: Progress, batches: list[BatchInfo], *, width: int = 80) -> list[str]:
    """Return a project's numbers in words, a line each, with the learning curve."""
    from loop.progress import blocked_words, forgotten_words, held_words, overfitting_words

    scored = {point.round: point.scores.overall for point in now.curve}
    verdicts = ", ".join(f"{n:,} {verdict}" for verdict, n in sorted(now.answers.items())) or "none"
    pace = "" if now.seconds is None else f"; {now.seconds:.0f} s each of late"
    alarms = [held_words(now.held), forgotten_words(now.forgotten), overfitting_words(now.advice), near_words(now)]
    return [
        f"texts    {now.texts:,}, of them {now.pool:,} not answered; {counted(now.waiting, 'question')} waiting",
        *(f"         nothing is left to ask: {words}" for words in [blocked_words(now.pool)] if now.blocked),
        *(f"  batch {b.id}: {counted(b.texts, 'text')}, {b.answered:,} answered, from {b.source}" for b in batches),
        f"answers  {verdicts}{pace}",
        f"rounds   {len(now.rounds):,}; answers that train until the next: {now.next_round}",
        *(f"  {round_line(info, scored.get(info.number))}" for info in now.rounds[-LAST_ROUNDS:]),
        *measured_lines(now, width),
        *(f"repeats  {words}" for words in [consistency_words(now.consistency)] if words),
        *(f"alarm    {words}" for words in alarms if words),
        *(f"alarm    a damaged checkpoint, learned again since: {folder}" for folder in now.set_aside),
        f"advice   {now.advice.words}",
        f"trainer  {now.trainer}",
        f"disk     {megabytes(now.disk['data'])} of data, {megabytes(now.disk['models'])} of models",
    ]


def measured_lines(now: Progress, width: int) -> list[str]:
    """Return how good the model is: measured, estimated and as the questions tell it, the curve, and each label."""
    from loop.cli.curve_plot import drawn
    from loop.intervals import between

    lines = []
    if now.scores:
        strict, overlapping = now.scores.overall.strict, now.scores.overall.overlapping
        p, r, f = map(between, (strict.p_interval, strict.r_interval, overlapping.f1_interval))
        lines += [
            f"F1       {score_words(now.scores.overall)}; measured on texts never learned from, round {now.measured}"
        ]
        if strict.f1_interval:
            lines += [f"         precision {p}, recall {r}; F1 {f} where an overlap is enough"]
    if now.unmeasured:
        lines += [f"F1       {now.unmeasured}"]
    if now.estimate:
        n = int(now.estimate["texts"])
        lines += [
            f"expected F1 {now.estimate['f1']:.0f} in {n:,} texts of the pool, by the model's own probabilities alone"
        ]
    right, shown = now.accepted
    if shown:
        lines += [f"accepted {right} of the last {shown} texts as suggested; those asked about are the hardest"]
    return [*lines, *drawn(now.curve, width), *label_lines(now)]


def label_lines(now: Progress) -> list[str]:
    """Return a table: the spans answered of each label, its F1, and what has become of it in the last ten rounds."""
    names = list(dict.fromkeys((*(now.scores.labels if now.scores else ()), *now.spans)))
    if not names:
        return []
    wide = max(map(len, ("label", *names)))
    rows = [f"{'label'.ljust(wide)}  answered  to find     F1  95 % of F1  since ten rounds ago"]
    for name in names:
        score = now.scores.labels.get(name) if now.scores else None
        cells = f"{name.ljust(wide)}  {now.spans.get(name, 0):8,}"
        rows.append(f"{cells}  {_label_cells(score, now.changes.get(name))}".rstrip() if score else cells)
    return rows


def _label_cells(score: Score, change: Change | None) -> str:
    from loop.intervals import SIGNED, between

    single = f"{score.strict.f1:5.1f}" if score.enough else "    –"
    interval = between(score.strict.f1_interval, "{:4.0f} – {:3.0f}")
    since = f"{change.now - change.before:+.1f} ({between(change.interval, SIGNED)})" if change else ""
    return f"{score.gold:7,}  {single}  {interval:>10}   {since}"


def near_words(now: Progress) -> str:
    """Return the warning that texts on both sides of the line are alike; empty without any."""
    if not now.near_duplicates or not now.scores:
        return ""
    return (
        f"{now.near_duplicates} of {counted(now.scores.overall.texts, 'held-out text')} nearly repeat one that is "
        "learned from, which flatters the scores; texts that belong together need a group (`loop add --group`)"
    )


def score_words(score: Score) -> str:
    """Return F1 with what chance does to it; without a single number where there is too little to measure on."""
    from loop.intervals import between

    of = f"{counted(score.gold, 'span')} in {counted(score.texts, 'text')}"
    interval = f"{between(score.strict.f1_interval)}, from {of}"
    if score.no_interval:
        interval = f"{score.no_interval}; there are {of}"
    return f"{score.strict.f1:.1f}, {interval}" if score.enough else interval


def consistency_words(found: Consistency) -> str:
    """Return how far second answers to the same texts agree with the first ones; empty without any."""
    if not found.pairs:
        return ""
    f = "" if found.interval is None else f", F1 {found.f1:.1f} ({found.interval[0]:.0f} to {found.interval[1]:.0f})"
    return f"{counted(found.pairs, 'text')} repeated, {found.same} answered as before{f}"


def round_line(info: RoundInfo, score: Score | None = None) -> str:
    """Return what a round did, and how good it is where that was measured, in a line."""
    loss = "no label yet" if info.loss is None else f"loss {info.loss:.2f}"
    from loop.intervals import between

    f = f"; F1 {between(score.strict.f1_interval)}" if score and score.strict.f1_interval else ""
    return f"round {info.number}: {info.answers:,} answers, {loss}{f}, {info.seconds:.1f} s"
