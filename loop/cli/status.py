"""`loop status`: show the state of a project."""

from __future__ import annotations

import json
from dataclasses import asdict
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loop.cli.agreement_lines import agreement_lines
from loop.cli.printing import aligned, counted, megabytes, say
from loop.cli.project import opened
from loop.former_names import with_former_keys

if TYPE_CHECKING:
    from loop.progress import Progress
    from loop.progress.rounds import Change
    from loop.progress.scores import Score
    from loop.quality import Consistency
    from loop.store import BatchInfo, RoundInfo

HEADINGS = "label", "answered", "to find", "F1", "95 % of F1", "new names", "since ten rounds ago"
LAST_ROUNDS = 3  # rounds shown with loss and F1


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
    """Return lines about a project's numbers, with the learning curve."""
    from loop.progress import blocked_words, forgotten_words, pinned_words
    from loop.progress.pace import pace_words
    from loop.progress.weak_words import weak_words

    scored = {point.round: point.scores.overall for point in now.curve}
    verdicts = ", ".join(f"{n:,} {verdict}" for verdict, n in sorted(now.answers.items())) or "none"
    pace = "" if now.seconds is None else f"; {pace_words(now.seconds)} recently"
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
        f"answers  {verdicts}{pace}",
        f"rounds   {len(now.lasting_rounds):,}; answers needed for the next: {now.next_round}",
        *(f"  {round_line(info, scored.get(info.number))}" for info in now.rounds[-LAST_ROUNDS:]),
        *evaluation_lines(now, width),
        *(f"repeats  {words}" for words in [consistency_words(now.consistency)] if words),
        *agreement_lines(now.agreement),
        *(f"review   {words}" for words in [review_words(now.to_review)] if words),
        *(f"alarm    {words}" for words in alarms if words),
        *(f"alarm    a damaged checkpoint, learned again since: {folder}" for folder in now.set_aside),
        *(f"weak     {words}" for words in weak_words(now)),
        f"advice   {now.advice.words}",
        f"trainer  {now.trainer}",
        f"disk     {megabytes(now.disk['data'])} of data, {megabytes(now.disk['models'])} of models",
    ]


def evaluation_lines(now: Progress, width: int) -> list[str]:
    """Return lines about the model: F1, its own estimate, the acceptance rate, the curve, and each label."""
    from loop.cli.curve_plot import drawn
    from loop.intervals import between
    from loop.progress.robustness import robustness_words

    lines = []
    if now.scores:
        strict, overlapping = now.scores.overall.strict, now.scores.overall.overlapping
        p, r, f = map(between, (strict.p_interval, strict.r_interval, overlapping.f1_interval))
        lines += [f"F1       {score_words(now.scores.overall)}; on held-out texts, round {now.evaluated_round}"]
        if strict.f1_interval:
            lines += [f"         precision {p}, recall {r}; F1 {f} counting overlaps as correct"]
    if now.why_not_evaluated:
        lines += [f"F1       {now.why_not_evaluated}"]
    lines += [f"         {words}" for words in (robustness_words(now.robustness), now.augment) if words]
    if now.estimate:
        n = int(now.estimate["texts"])
        lines += [f"expected F1 {now.estimate['f1']:.0f} in {n:,} texts of the pool, by the model's own probabilities"]
    right, shown = now.accepted
    if shown:
        lines += [f"accepted {right} of the last {shown} suggestions unchanged; they are about the hardest texts"]
    return [*lines, *drawn(now.curve, width), *label_lines(now)]


def label_lines(now: Progress) -> list[str]:
    """Return a table with the annotated spans of each label, its F1, and its change over the last ten rounds."""
    names = list(dict.fromkeys((*(now.scores.labels if now.scores else ()), *now.spans)))
    if not names:
        return []
    scores = now.scores.labels if now.scores else {}
    new = {one.label: f"{one.share:.0%}" for one in now.novelty if one.is_told}
    rows = [
        (name, f"{now.spans.get(name, 0):,}", *found, new.get(name, ""), since)
        for name in names
        for *found, since in [_cells(scores.get(name), now.changes.get(name))]
    ]
    return aligned([HEADINGS, *rows], left=(0, 6))


def _cells(score: Score | None, change: Change | None) -> tuple[str, ...]:
    from loop.intervals import SIGNED, between

    if score is None:
        return "", "", "", ""
    single = f"{score.strict.f1:5.1f}" if score.enough else "    –"
    interval = between(score.strict.f1_interval, "{:4.0f} – {:3.0f}")
    since = f"{change.now - change.before:+.1f} ({between(change.interval, SIGNED)})" if change else ""
    return f"{score.gold:,}", single, interval, since


def near_words(now: Progress) -> str:
    """Return the warning about near-duplicates between held-out and training texts; empty without any."""
    if not now.near_duplicates or not now.scores:
        return ""
    return (
        f"{now.near_duplicates} of {counted(now.scores.overall.texts, 'held-out text')} nearly repeat a training "
        "text, which inflates the scores; give texts that belong together a group (`loop add --group`)"
    )


def score_words(score: Score) -> str:
    """Return F1 with its interval, or the interval alone if there are too few gold spans."""
    from loop.intervals import between

    of = f"{counted(score.gold, 'span')} in {counted(score.texts, 'text')}"
    interval = f"{between(score.strict.f1_interval)}, from {of}"
    if score.no_interval:
        interval = f"{score.no_interval}; there are {of}"
    return f"{score.strict.f1:.1f}, {interval}" if score.enough else interval


def consistency_words(found: Consistency) -> str:
    """Return the agreement of repeated answers with the first ones, in words; empty without any."""
    if not found.pairs:
        return ""
    f = "" if found.interval is None else f", F1 {found.f1:.1f} ({found.interval[0]:.0f} to {found.interval[1]:.0f})"
    return f"{counted(found.pairs, 'text')} repeated, {found.same} answered as before{f}"


def review_words(count: int) -> str:
    """Return how many texts are to be reviewed, in words; empty without any."""
    return f"{counted(count, 'text')} where annotators differ: `loop review`" if count else ""


def round_line(info: RoundInfo, score: Score | None = None) -> str:
    """Return a line about a round: answers, loss, time, and F1 if it was evaluated."""
    loss = "no label yet" if info.loss is None else f"loss {info.loss:.2f}"
    from loop.intervals import between

    f = f"; F1 {between(score.strict.f1_interval)}" if score and score.strict.f1_interval else ""
    name = "closing round" if info.closing else "round"
    return f"{name} {info.number}: {info.answers:,} answers, {loss}{f}, {info.seconds:.1f} s"
