"""`loop checkpoints diff`: compare what two rounds find."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.checkpoints import RoundArgument, checkpoints_app, round_there, scores_by_round
from loop.cli.printing import say
from loop.cli.project import opened
from loop.words import counted

if TYPE_CHECKING:
    from loop.progress.round_diff import TextDiff


@checkpoints_app.command("diff")
def diff_cli(
    ctx: typer.Context,
    one: RoundArgument,
    other: RoundArgument,
    limit: Annotated[int, typer.Option(metavar="N", min=0, help="Show at most N texts.")] = 20,
) -> None:
    """Compare two rounds: their scores, and the texts where they find different spans."""
    from loop.intervals import SIGNED, between
    from loop.progress.round_diff import gained
    from loop.progress.scores import score_words
    from loop.trainer.evaluation import comparison

    with opened(ctx, writes=False) as (paths, settings, store):
        for number in (one, other):
            round_there(store, number)
        texts = comparison(paths, settings, store, one, other)
        scores = scores_by_round(paths, settings, store)
    for number in (one, other):
        say(f"round {number}: {f'F1 {score_words(scores[number])}' if number in scores else 'not evaluated'}")
    if gain := gained(texts, settings.project.labels):
        points, interval = gain
        words = "too few texts for an interval" if interval is None else between(interval, SIGNED)
        say(f"round {other} against {one}: {points:+.1f}, {words}")
    for line in diff_lines(texts, one, other, limit=limit):
        say(line)


def diff_lines(texts: Sequence[TextDiff], one: int, other: int, *, limit: int) -> Iterator[str]:
    """Yield lines about where two rounds differ."""
    differing = [text for text in texts if text.differs]
    yield f"They differ in {len(differing):,} of {counted(len(texts), 'text')}."
    if any(text.right is not None for text in differing):
        nearer, further = (sum(sign * text.gain > 0 for text in differing) for sign in (1, -1))
        yield f"In {nearer:,} of these round {other} is closer to the gold spans, in {further:,} further from them."
    for text in differing[:limit]:
        yield from ("", text.text, *_sides(text, one, other))
    if len(differing) > limit > 0:
        yield from ("", f"{counted(len(differing) - limit, 'more text')}; show more with --limit.")


def _sides(text: TextDiff, one: int, other: int) -> Iterator[str]:
    sides = [(f"round {one}", text.one), (f"round {other}", text.other)]
    if text.right is not None:
        sides.append(("right", text.right))
    width = max(len(name) for name, _ in sides)
    for name, spans in sides:
        words = ", ".join(f"{span.label} “{text.text[span.start : span.end]}”" for span in spans)
        yield f"  {name:<{width}}  {words or '–'}"
