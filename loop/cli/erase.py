"""`loop erase`: texts taken out for good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.printing import confirm, counted, say
from loop.cli.project import opened, say_finished
from loop.errors import LoopError

if TYPE_CHECKING:
    from loop.care.erasing import Left
    from loop.project import ErasedReport
    from loop.records import Text
    from loop.store import Store


def erase_cli(
    ctx: typer.Context,
    ids: Annotated[list[int] | None, typer.Argument(metavar="[ID]...", help="Numbers of texts.")] = None,
    where: Annotated[
        list[str] | None, typer.Option(metavar="META.KEY=VALUE", help="Texts whose meta says so; several: all.")
    ] = None,
    containing: Annotated[str, typer.Option(metavar="WORDS", help="Texts that contain this.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Erase texts for good, with their answers; what learned from them is learned again without them."""
    from loop.care.erasing import left_of
    from loop.project import erase

    finished: list[ErasedReport] = []
    with opened(ctx, heard=finished.append) as (paths, settings, store):
        for one in finished:
            say_finished(one)
        if finished and not named(store, ids or [], where or [], containing):
            return
        texts = chosen(store, ids or [], where or [], containing)
        said = sum(answer.text_id in {text.id for text in texts} for answer in store.answers.all())
        if not yes:
            what = f"{counted(len(texts), 'text')} and {counted(said, 'answer')}"
            confirm(f"Erase {what} for good? Nothing brings them back.")
        report = erase(paths, settings, store, texts)
        left = left_of(texts, paths, store)
    say_erased(report, left)


def chosen(store: Store, ids: list[int], where: list[str], containing: str) -> list[Text]:
    """Return the texts that are meant.

    Raises:
        LoopError: none was named, or there is none.
    """
    texts = named(store, ids, where, containing)
    if len(texts) < max(1, len(set(ids))):
        raise LoopError("There is no such text.", hint="`loop export --no-text` gives the numbers of answered texts.")
    return texts


def named(store: Store, ids: list[int], where: list[str], containing: str) -> list[Text]:
    """Return the texts with these numbers, or that meet the conditions, or that contain the words.

    Raises:
        LoopError: none of the three was given, or several.
    """
    from loop.cli.annotate import condition

    if bool(ids) + bool(where) + bool(containing) != 1:
        raise LoopError("Name the texts by number, with --where, or with --containing.")
    if ids:
        return store.corpus.texts(ids)
    if where:
        return store.corpus.matching([condition(one) for one in where])
    return store.corpus.containing(containing, limit=store.corpus.size())


def say_erased(report: ErasedReport, left: Left) -> None:
    """Print what went, and what is left to do by hand."""
    say(f"Erased {counted(report.texts, 'text')} and {counted(report.answers, 'answer')}.")
    if report.rounds:
        say(f"{counted(report.rounds, 'round')} had learned from them: the trainer learns anew, without them.")
    if report.patterns:
        say(f"Erased {counted(report.patterns, 'pattern')} whose words stood nowhere else.")
    for path in left.files:
        say(f"Still in {path}: take it out there by hand.")
    for copy in left.copies:
        say(f"May hold them still: {copy.path}, the {copy.what} of {copy.at[:10]}.")
