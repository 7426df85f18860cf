"""`loop rebuild`: rounds learned once more from the base and the events, and compared."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.printing import counted, say
from loop.cli.project import opened
from loop.errors import LoopError

if TYPE_CHECKING:
    from loop.trainer.rebuilding import Rebuilt

# Enough of a hash to tell two from each other.
SHOWN = 12


def rebuild_cli(
    ctx: typer.Context,
    number: Annotated[
        int | None, typer.Argument(metavar="[N]", min=0, help="Up to this round; otherwise all.", show_default=False)
    ] = None,
    to: Annotated[Path | None, typer.Option(metavar="DIR", help="Save its pipeline in a new folder.")] = None,
) -> None:
    """Learn rounds once more from the base and the events, and say whether they come out the same to the bit."""
    from loop.trainer.rebuilding import rebuilding

    if to is not None and to.exists():
        raise LoopError(f"{to} is there already.", hint="Name a new folder.")
    with opened(ctx) as (paths, settings, store):
        last = len(store.journal.rounds())
        if number is not None and number > last:
            raise LoopError(f"There is no round {number}.", hint=f"The last is {last}.")
        with rebuilding(paths, settings, store) as aside:
            same = report(aside.rounds(last if number is None else number))
            if to is not None:
                aside.save(to)
                say(f"Its pipeline is in {to}.")
    if not same:
        raise LoopError(
            "A round is not what its events give.", hint="`loop checkpoints show N` says which libraries made it."
        )


def report(rebuilt: Iterable[Rebuilt]) -> bool:
    """Say of each round how it came out; returns whether all that ought to be the same are."""
    rounds, others = 0, 0
    wrong = []
    for one in rebuilt:
        say(line(one))
        rounds += 1
        others += not one.is_comparable
        wrong += [one.number] if one.is_comparable and not one.is_same else []
    if others:
        say(f"{counted(others, 'round')} came from other versions of the libraries: the bits may differ.")
    if not wrong and not others:
        say(f"{counted(rounds, 'round')}, all identical to the bit.")
    return not wrong


def line(one: Rebuilt) -> str:
    """Return how a round came out, in words."""
    if one.is_same:
        where = "as recorded" if one.saved is None else "as recorded and as saved"
        return f"round {one.number}: identical, {where if one.recorded else 'as saved'} ({one.weights[:SHOWN]})"
    known = [("recorded", one.recorded), ("saved", one.saved)]
    others = ", ".join(f"{name} {hash[:SHOWN]}" for name, hash in known if hash and hash != one.weights)
    by = "" if one.is_comparable else f", computed by {one.versions}"
    return f"round {one.number}: differs, {one.weights[:SHOWN]} now, {others}{by}"
