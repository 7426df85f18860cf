"""`loop rebuild`: train rounds again from the base and the events, and compare them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.checkpoints import round_there
from loop.cli.printing import say
from loop.cli.project import opened
from loop.errors import LoopError
from loop.words import counted

if TYPE_CHECKING:
    from loop.settings import ProjectPaths, Settings
    from loop.store import Store
    from loop.trainer.rebuilding import Rebuilt

# Digits of a hash, enough to tell two apart.
SHOWN = 12


def rebuild_cli(
    ctx: typer.Context,
    number: Annotated[
        int | None,
        typer.Argument(metavar="[N]", min=0, help="Stop at this round; by default the last.", show_default=False),
    ] = None,
    to: Annotated[Path | None, typer.Option(metavar="DIR", help="Save the last pipeline in a new folder.")] = None,
) -> None:
    """Train rounds again from the base and the events, and check that they are identical to the bit."""
    from loop.trainer.rebuilding import rebuilding

    if to is not None and to.exists():
        raise LoopError(f"{to} already exists.", hint="Name a new folder.")
    with opened(ctx) as (paths, settings, store):
        last = len(store.journal.rounds())
        round_there(store, number or 0)
        with rebuilding(paths, settings, store) as aside:
            one, same = say_rebuilt(aside.rounds(last if number is None else number))
            if not one.is_comparable:
                say(f"They were computed with {one.versions}; other versions may give different bits.")
                for words in score_lines(paths, settings, store, one):
                    say(words)
            if to is not None:
                aside.save(to)
                say(f"The pipeline is in {to}.")
    if not same:
        raise LoopError(
            "A round could not be reproduced from its events.",
            hint="`loop checkpoints show N` shows which libraries made it.",
        )


def say_rebuilt(rebuilt: Iterable[Rebuilt]) -> tuple[Rebuilt, bool]:
    """Print the result for each round; return the last, and whether all comparable rounds are identical."""
    every = []
    for one in rebuilt:
        say(line(one))
        every.append(one)
    if all(one.is_same for one in every):
        say(f"{counted(len(every), 'round')}, all identical to the bit.")
    return every[-1], all(one.is_same or not one.is_comparable for one in every)


def score_lines(paths: ProjectPaths, settings: Settings, store: Store, one: Rebuilt) -> Iterator[str]:
    """Yield a round's recorded and new scores, for one that cannot be identical to the bit."""
    from loop.learning.evaluate import predicted_spans
    from loop.progress.held_out_gold import gold_texts, with_spans_found
    from loop.progress.scores import score_words, scores
    from loop.trainer.evaluation import found_by_round

    gold = gold_texts(store, settings, paths)
    texts = [each.text for each in gold]
    with one.learner.published() as nlp:
        now = [tuple(spans) for spans in predicted_spans(nlp, texts)]
    then = found_by_round(paths, store, one.number, texts, held_out=True)
    for name, found in (("now", now), ("then", then)):
        score = scores(with_spans_found(gold, found), settings.project.labels)
        yield f"round {one.number} {name}: {f'F1 {score_words(score.overall)}' if score else 'no held-out texts'}"


def line(one: Rebuilt) -> str:
    """Return a line about a rebuilt round."""
    if one.is_same:
        where = "as recorded" if one.saved is None else "as recorded and as saved"
        return f"round {one.number}: identical, {where if one.recorded else 'as saved'} ({one.weights[:SHOWN]})"
    known = [("recorded", one.recorded), ("saved", one.saved)]
    others = ", ".join(f"{name} {hash[:SHOWN]}" for name, hash in known if hash and hash != one.weights)
    by = "" if one.is_comparable else f", computed with {one.versions}"
    return f"round {one.number}: differs, {one.weights[:SHOWN]} now, {others}{by}"
