"""`loop checkpoints diff`: what two rounds find, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.checkpoints import RoundArgument, checkpoints_app, round_there, scored
from loop.cli.printing import counted, say
from loop.cli.project import opened
from loop.cli.status import score_words
from loop.errors import LoopError

if TYPE_CHECKING:
    from loop.progress.round_diff import Compared
    from loop.records import Span
    from loop.settings import ProjectPaths, Settings
    from loop.store import Store

# Where no texts measure: a fraction of a second for each round.
SAMPLE = 200


@checkpoints_app.command("diff")
def diff_cli(
    ctx: typer.Context,
    one: RoundArgument,
    other: RoundArgument,
    limit: Annotated[int, typer.Option(metavar="N", min=0, help="Show so many texts.")] = 20,
) -> None:
    """Compare two rounds: their scores, and the texts in which they find different spans."""
    from loop.intervals import SIGNED, between
    from loop.progress.round_diff import gained

    with opened(ctx, writes=False) as (paths, settings, store):
        for number in (one, other):
            round_there(store, number)
        texts = comparison(paths, settings, store, one, other)
        scores = scored(paths, settings, store)
    for number in (one, other):
        say(f"round {number}: {f'F1 {score_words(scores[number])}' if number in scores else 'not measured'}")
    if gain := gained(texts, settings.project.labels):
        points, interval = gain
        words = "too few texts for an interval" if interval is None else between(interval, SIGNED)
        say(f"round {other} against {one}: {points:+.1f}, {words}")
    for line in difference(texts, one, other, limit=limit):
        say(line)


def comparison(paths: ProjectPaths, settings: Settings, store: Store, one: int, other: int) -> list[Compared]:
    """Return what two rounds find in the held-out texts; where there are none, in a sample of the corpus.

    Raises:
        LoopError: a round that has not read them has no pipeline any more.
    """
    from loop.progress.held_out_gold import gold_texts, measured_in
    from loop.progress.round_diff import Compared

    gold = gold_texts(store, settings, paths)
    known = {each.text: each for each in gold}
    rng = Random(f"{settings.project.seed}:diff")
    texts = list(known) or [text.text for text in store.corpus.sample(SAMPLE, rng)]
    found, others = (finds(paths, store, number, texts, measure=bool(gold)) for number in (one, other))
    if not gold:
        return [Compared(*row, None) for row in zip(texts, found, others, strict=True)]
    read = zip(*(measured_in(gold, spans) for spans in (found, others)), strict=True)
    return [Compared(a.gold.text, a.found, b.found, a.gold.spans, a.gold.unit) for a, b in read]


def finds(
    paths: ProjectPaths, store: Store, number: int, texts: Sequence[str], *, measure: bool
) -> list[tuple[Span, ...]]:
    """Return what a round finds in each text: what it found when it was measured, or finds now.

    With `measure` they are held-out texts, and what it finds now is noted.

    Raises:
        LoopError: it has not read all of them, and its pipeline is pruned.
    """
    from loop.checkpoints.checkpoints import Checkpoints
    from loop.learning.evaluate import predicted

    found = store.predictions.of(number, texts)
    if lacking := [text for text in texts if text not in found]:
        checkpoints = Checkpoints(paths.models)
        if number not in checkpoints.rounds():
            raise LoopError(
                f"The pipeline of round {number} is pruned, and it has not read all held-out texts.",
                hint="`loop checkpoints list` says which rounds are kept.",
            )
        spans = map(tuple, predicted(checkpoints.published(number), lacking))
        new = dict(zip(lacking, spans, strict=True))
        if measure:
            store.predictions.put(number, new)
        found |= new
    return [found[text] for text in texts]


def difference(texts: Sequence[Compared], one: int, other: int, *, limit: int) -> Iterator[str]:
    """Yield in words where two rounds differ."""
    differing = [text for text in texts if text.differs]
    yield f"They differ in {len(differing):,} of {counted(len(texts), 'text')}."
    if any(text.right is not None for text in differing):
        nearer, further = (sum(sign * text.gain > 0 for text in differing) for sign in (1, -1))
        yield f"Of these, round {other} is nearer to what is right in {nearer:,} and further from it in {further:,}."
    for text in differing[:limit]:
        yield from ("", text.text, *_sides(text, one, other))
    if len(differing) > limit > 0:
        yield from ("", f"{counted(len(differing) - limit, 'more text')}; --limit shows more.")


def _sides(text: Compared, one: int, other: int) -> Iterator[str]:
    sides = [(f"round {one}", text.one), (f"round {other}", text.other)]
    if text.right is not None:
        sides.append(("right", text.right))
    width = max(len(name) for name, _ in sides)
    for name, spans in sides:
        words = ", ".join(f"{span.label} “{text.text[span.start : span.end]}”" for span in spans)
        yield f"  {name:<{width}}  {words or '–'}"
