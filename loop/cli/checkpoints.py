"""`loop checkpoints`: list, show, compare, pin and prune the rounds of a project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.printing import megabytes, say
from loop.cli.project import opened
from loop.errors import LoopError
from loop.terminal.columns import aligned
from loop.words import counted

if TYPE_CHECKING:
    from loop.checkpoints.checkpoints import Checkpoints
    from loop.progress.scores import Score
    from loop.settings import ProjectPaths, Settings
    from loop.store import RoundInfo, Store

checkpoints_app = typer.Typer(no_args_is_help=True, help="Saved rounds: list them, compare them, go back to one.")

RoundArgument = Annotated[int, typer.Argument(metavar="N", min=0, help="The number of a round.")]


@checkpoints_app.command("list")
def list_cli(ctx: typer.Context) -> None:
    """List the rounds with their answers, F1, loss, time and size."""
    from loop.checkpoints.checkpoints import Checkpoints

    with opened(ctx, writes=False) as (paths, settings, store):
        rows = rounds_table(store, Checkpoints(paths.models), scores_by_round(paths, settings, store))
        pinned, in_force = store.journal.pinned_round(), store.journal.round_in_force()
    for line in aligned(rows, left=(len(rows[0]) - 1,)):
        say(line)
    if pinned is not None:
        say(f"Round {in_force} is pinned: no further round is trained or published until `loop checkpoints forward`.")


def scores_by_round(paths: ProjectPaths, settings: Settings, store: Store) -> dict[int, Score]:
    """Return the scores of the evaluated rounds, by number."""
    from loop.progress.held_out_gold import evaluated_texts, gold_texts
    from loop.progress.scores import scores

    gold, labels = gold_texts(store, settings, paths), settings.project.labels
    found = {number: scores(evaluated_texts(store, gold, number), labels) for number in store.predictions.rounds()}
    return {number: each.overall for number, each in found.items() if each}


def rounds_table(store: Store, checkpoints: Checkpoints, scores: Mapping[int, Score]) -> list[Sequence[str]]:
    """Return a heading and a row of cells for every round."""
    kept, in_force = checkpoints.rounds(), store.journal.round_in_force()
    rows: list[Sequence[str]] = [("round", "answers", "F1", "loss", "seconds", "finished", "size", "")]
    for number, info in enumerate([None, *store.journal.rounds()]):
        missing = "pruned" if number else "–"  # the first trainer makes round 0
        size = megabytes(checkpoints.size(number)) if number in kept else missing
        words = f_words(scores[number]) if number in scores else "–"
        notes = ["closing"] * (info is not None and info.closing) + ["in force"] * (number == in_force)
        rows.append((str(number), *_words(info, words), size, ", ".join(notes)))
    return rows


def f_words(score: Score) -> str:
    """Return F1, or only its interval if there are too few gold spans."""
    from loop.intervals import between

    return f"{score.strict.f1:.1f}" if score.enough else between(score.strict.f1_interval)


def _words(info: RoundInfo | None, f: str) -> Sequence[str]:
    if info is None:
        return "0", f, "–", "–", "–"
    loss = "–" if info.loss is None else f"{info.loss:.2f}"
    return f"{info.answers:,}", f, loss, f"{info.seconds:.1f}", info.at[:16].replace("T", " ")


@checkpoints_app.command("show")
def show_cli(ctx: typer.Context, number: RoundArgument) -> None:
    """Show one round in detail."""
    from loop.checkpoints.checkpoints import Checkpoints

    with opened(ctx, writes=False) as (paths, settings, store):
        score = scores_by_round(paths, settings, store).get(number)
        for name, words in round_details(store, Checkpoints(paths.models), number, score):
            say(f"{name:<12} {words}")


def round_details(store: Store, checkpoints: Checkpoints, number: int, score: Score | None) -> list[tuple[str, str]]:
    """Return the details of a round as pairs of a name and words.

    Raises:
        LoopError: there is no such round.
    """
    from loop.progress.scores import score_words

    round_there(store, number)
    finished = store.journal.rounds()
    kept = number in checkpoints.rounds()
    known = [("round", str(number))]
    if number:
        info = finished[number - 1]
        given = len(store.answers.training()[: info.answers])
        new = given - (finished[number - 2].answers if number > 1 else 0)
        known += [
            ("answers", f"{given:,}, the last {new} new" if info.answers else "none: weak labels alone"),
            *([("closing", f"round {number} over more answers will take its place")] if info.closing else []),
            ("steps", f"{info.steps} in {info.seconds:.1f} s, finished {info.at[:16].replace('T', ' ')} UTC"),
            ("loss", "no label yet" if info.loss is None else f"{info.loss:.2f}"),
            *((f"kept {label}", f"{value:.1f}") for label, value in info.kept.items()),
            ("computed by", info.versions),
            ("weights", info.weights),
        ]
    if score:
        known.append(("F1", score_words(score)))
    if not kept:
        return [*known, ("pipeline", f"pruned; `loop rebuild {number} --to DIR` restores it")]
    saved = checkpoints.info(number)
    return [
        *known,
        ("labels", ", ".join(saved.labels)),
        ("temperature", f"{saved.temperature:.2f}"),
        ("pipeline", f"{checkpoints.path(number)}, {megabytes(checkpoints.size(number))}"),
    ]


def round_there(store: Store, number: int) -> None:
    """Check that a round exists.

    Raises:
        LoopError: there is no such round.
    """
    last = len(store.journal.rounds())
    if number > last:
        raise LoopError(f"There is no round {number}.", hint=f"The last is {last}; see `loop checkpoints list`.")


@checkpoints_app.command("rollback")
def rollback_cli(ctx: typer.Context, number: RoundArgument) -> None:
    """Go back to a round and pin it: models/last, suggestions and questions come from it until `forward`."""
    from loop.checkpoints.checkpoints import Checkpoints
    from loop.trainer import pin

    with opened(ctx) as (paths, settings, store):
        round_there(store, number)
        done = pin(paths, settings, store, number)
        kept = number in Checkpoints(paths.models).rounds()
    say(f"Round {number} is pinned. New answers are saved, but no round learns them until `loop checkpoints forward`.")
    if not kept:
        say("Its pipeline is pruned; the next trainer trains it again.")
    elif not done:
        say("The running trainer switches to it.")


@checkpoints_app.command("forward")
def forward_cli(ctx: typer.Context) -> None:
    """Unpin the round that `loop checkpoints rollback` pinned; training goes on as if nothing had happened."""
    from loop.trainer import pin

    with opened(ctx) as (paths, settings, store):
        pinned = store.journal.pinned_round()
        if pinned is None:
            raise LoopError("No round is pinned.", hint="`loop checkpoints rollback N` pins one.")
        done = pin(paths, settings, store, None)
        say(
            f"Round {pinned} is no longer pinned; round {store.journal.round_in_force()} is in force."
            if done
            else f"Round {pinned} is no longer pinned; the running trainer continues."
        )


@checkpoints_app.command("prune")
def prune_cli(ctx: typer.Context) -> None:
    """Delete the pipelines that loop.cfg does not keep; you can rebuild each of them."""
    from loop.checkpoints.checkpoints import Checkpoints
    from loop.trainer import Trainer

    with opened(ctx) as (paths, settings, store):
        checkpoints = Checkpoints(paths.models)
        before = {number: checkpoints.size(number) for number in checkpoints.rounds()}
        trainer = Trainer(paths, settings, store)
        gone = trainer.rounds.prune()
        trainer.close()
    freed = megabytes(sum(before[number] for number in gone))
    say(f"Deleted {counted(len(gone), 'pipeline')}, {freed}; kept {len(before) - len(gone)}.")
