"""`loop erase`: erase texts permanently."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.printing import confirm, say
from loop.cli.project import opened, say_finished
from loop.errors import LoopError
from loop.words import counted

if TYPE_CHECKING:
    from loop.care.erasing import Left
    from loop.project import ErasedReport
    from loop.records import Text
    from loop.store import Store


def erase_cli(
    ctx: typer.Context,
    ids: Annotated[list[int] | None, typer.Argument(metavar="[ID]...", help="Numbers of texts.")] = None,
    where: Annotated[
        list[str] | None, typer.Option(metavar="META.KEY=VALUE", help="Texts with this meta; several must all hold.")
    ] = None,
    containing: Annotated[str, typer.Option(metavar="WORDS", help="Texts that contain this.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Erase texts permanently, with their answers; rounds that learned from them are trained again."""
    from loop.care.erasing import left_of
    from loop.project import erase

    finished: list[ErasedReport] = []
    with opened(ctx, heard=finished.append) as (paths, settings, store):
        for one in finished:
            say_finished(one)
        if finished and not matching_texts(store, ids or [], where or [], containing):
            return
        texts = texts_to_erase(store, ids or [], where or [], containing)
        said = sum(answer.text_id in {text.id for text in texts} for answer in store.answers.all())
        if not yes:
            what = f"{counted(len(texts), 'text')} and {counted(said, 'answer')}"
            confirm(f"Erase {what} permanently? This cannot be undone.")
        report = erase(paths, settings, store, texts)
        left = left_of(texts, paths, store)
    say_erased(report, left)


def texts_to_erase(store: Store, ids: list[int], where: list[str], containing: str) -> list[Text]:
    """Return the texts to erase.

    Raises:
        LoopError: no text was named, or none matches.
    """
    texts = matching_texts(store, ids, where, containing)
    if len(texts) < max(1, len(set(ids))):
        raise LoopError("There is no such text.", hint="`loop export --no-text` lists the numbers of answered texts.")
    return texts


def matching_texts(store: Store, ids: list[int], where: list[str], containing: str) -> list[Text]:
    """Return the texts with these numbers, or matching the conditions, or containing the words.

    Raises:
        LoopError: not exactly one of the three was given.
    """
    from loop.cli.annotate import asked_focus

    if bool(ids) + bool(where) + bool(containing) != 1:
        raise LoopError("Name the texts by number, with --where, or with --containing.")
    if ids:
        return store.corpus.texts(ids)
    if where:
        focus = asked_focus(where)
        return [text for text in store.corpus.matching(focus.where) if focus.covers(text)]
    return store.corpus.containing(containing, limit=store.corpus.size())


def say_erased(report: ErasedReport, left: Left) -> None:
    """Print what was erased, and what is left to do by hand."""
    say(f"Erased {counted(report.texts, 'text')} and {counted(report.answers, 'answer')}.")
    if report.rounds:
        say(f"{counted(report.rounds, 'round')} had learned from them; the trainer trains again without them.")
    if report.patterns:
        say(f"Erased {counted(report.patterns, 'pattern')} found only in these texts.")
    for path in left.files:
        say(f"Still in {path}: remove it there by hand.")
    for copy in left.copies:
        say(f"May still contain them: {copy.path}, the {copy.what} of {copy.at[:10]}.")
