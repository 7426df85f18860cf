"""`loop annotators`: who works on the project, who is at work now, and who has left."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.printing import say
from loop.cli.project import opened
from loop.errors import LoopError
from loop.terminal.columns import aligned
from loop.words import counted

if TYPE_CHECKING:
    from loop.progress.annotators import AnnotatorSummary
    from loop.quality.shared_texts import WithOthers
    from loop.settings import ProjectPaths
    from loop.store import Store

HEADINGS = "annotator", "answers", "today", "pace", "agreement", "waiting", "at work"


def annotators_cli(
    ctx: typer.Context,
    free: Annotated[
        str,
        typer.Option(metavar="NAME", help="Let others have the texts that this annotator's session has in hand."),
    ] = "",
    retire: Annotated[
        str,
        typer.Option(metavar="NAME", help="This annotator has left: texts that only they could complete wait no more."),
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array.")] = False,
) -> None:
    """List the annotators, their answers, pace and agreement, and who is at work now."""
    from loop.progress.annotators import annotators

    with opened(ctx, runs_code=False, writes=bool(free or retire)) as (paths, settings, store):
        if free:
            say(_freed(paths, free))
        if retire:
            say(_retired(store, paths, retire))
        if free or retire:
            return
        found = annotators(store, settings, paths)
        if as_json:
            typer.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False))
            return
        if not found:
            say("Nobody has answered a question yet. `loop annotate` begins.")
            return
        for line in aligned([HEADINGS, *map(_row, found)], left=(0, 6)):
            say(line)


def _row(one: AnnotatorSummary) -> tuple[str, ...]:
    from loop.progress.pace import pace_words

    pace = "" if one.seconds is None else pace_words(one.seconds)
    waiting = f"{one.waiting:,}" if one.waiting else ""
    return one.name, f"{one.answers:,}", f"{one.today:,}", pace, _agreement(one.agreement), waiting, _at_work(one)


def _agreement(with_others: WithOthers | None) -> str:
    from loop.cli.agreement_lines import f1_words
    from loop.intervals import TOO_FEW

    if with_others is None or with_others.f1 is None:
        return ""
    return f"F1 {f1_words(with_others.f1)}" if with_others.f1.interval else TOO_FEW


def _at_work(one: AnnotatorSummary) -> str:
    if one.session is None:
        return "has left" if one.has_left else ""
    since = datetime.fromisoformat(one.session.since).astimezone()
    day = "" if since.date() == datetime.now().astimezone().date() else f"{since:%d %b} "
    return f"since {day}{since:%H:%M}, {counted(len(one.session.in_hand), 'text')} in hand"


def _freed(paths: ProjectPaths, name: str) -> str:
    from loop.store.sessions import at_work, release

    released = release(paths, name)
    if released is None:
        there = ", ".join(one.annotator for one in at_work(paths)) or "nobody"
        raise LoopError(f"{name} has no session open, so nothing is in their hand.", hint=f"At work: {there}.")
    return f"{counted(len(released.in_hand), 'text')} may be asked of others now; what {name} answers still counts."


def _retired(store: Store, paths: ProjectPaths, name: str) -> str:
    from loop.store.sessions import at_work

    active = store.annotators.active()
    if name in (one.annotator for one in at_work(paths)):
        raise LoopError(f"{name} is at work.", hint="Close that session first.")
    if name not in active:
        known = ", ".join(active) or "nobody yet"
        raise LoopError(f"{name} is not one of the annotators.", hint=f"They are {known}.")
    n = store.annotators.retire(name, active)
    return f"{name} has left, until they answer again. No longer waiting for them: {counted(n, 'text')}."
