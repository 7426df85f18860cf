"""`loop terms`: name a few examples of each label, and find more terms like them in the texts."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.printing import is_interactive, say
from loop.cli.project import opened
from loop.errors import LoopError
from loop.words import counted

if TYPE_CHECKING:
    from loop.settings import ProjectPaths, Settings
    from loop.store import Store
    from loop.terms.review import TermReview

HOW_MANY = 5  # examples of a label: fewer find less that is like them


def terms_cli(
    ctx: typer.Context,
    examples: Annotated[
        list[str] | None,
        typer.Option(metavar="LABEL=A,B", help="Terms of a label, separated by commas. Repeatable."),
    ] = None,
    plain: Annotated[bool, typer.Option("--plain", help="Ask in lines of text: for screen readers and pipes.")] = False,
) -> None:
    """Name a few examples of each label, and confirm more terms like them: a key each, before the first answer."""
    with opened(ctx) as (paths, settings, store):
        typed = typed_examples(examples or (), settings.project.labels)
        if not (typed or plain or is_interactive()):
            raise LoopError(
                "Cannot prompt: there is no terminal.",
                hint="Pass --examples LABEL=A,B, or --plain for lines and pipes.",
            )
        review_terms(paths, settings, store, typed, plain=plain)


def typed_examples(given: Sequence[str], labels: Sequence[str]) -> dict[str, list[str]]:
    """Return the examples of each label.

    Raises:
        LoopError: one has another form than LABEL=A,B, or there is no such label.
    """
    found: dict[str, list[str]] = {}
    for words in given:
        label = next((label for label in labels if words.startswith(f"{label}=")), None)
        strings = split_terms(words.removeprefix(f"{label}="))
        if label is None or not strings:
            hint = f"For example: --examples '{labels[0]}=one term,another'. The labels are {', '.join(labels)}."
            raise LoopError(f"--examples {words} does not name terms of a label.", hint=hint)
        found.setdefault(label, []).extend(strings)
    return found


def split_terms(typed: str) -> list[str]:
    """Return the terms in a comma-separated list."""
    return [term for part in typed.split(",") if (term := " ".join(part.split()))]


def review_terms(
    paths: ProjectPaths, settings: Settings, store: Store, typed: Mapping[str, Sequence[str]], *, plain: bool = False
) -> None:
    """Review the terms of a project in this terminal, and report.

    Raises:
        LoopError: an example cannot be one, there are no texts, or a session is open.
    """
    from loop.store.sessions import no_session
    from loop.terms.project_terms import project_review
    from loop.trainer import prepare

    with no_session(paths) as is_alone:
        if not is_alone:
            raise LoopError("A session is open on this project.", hint="Close it first; its work is saved.")
        say("Looking for the terms of your texts …")
        review = project_review(paths, settings, store)
        before = sum(len(review.known(label)) for label in settings.project.labels)
        review.examples(typed)
        if plain or is_interactive():
            review_here(review, plain=plain)
        known = {label: len(review.known(label)) for label in settings.project.labels}
        new = sum(known.values()) - before
        if new:
            store.questions.expire()
    if new:
        prepare(paths, settings, store)
    counts = ", ".join(f"{count:,} {label}" for label, count in known.items() if count)
    say(f"{counted(new, 'new term')}, all saved. Now there are {counts}." if counts else "There are no terms yet.")
    if counts:
        say("`loop annotate` suggests them; `loop patterns list` shows them, `loop patterns remove N` takes some back.")


def review_here(review: TermReview, *, plain: bool) -> None:
    """Ask for examples of the labels without any, then propose terms until the reviewer is done."""
    from loop.terminal.term_page import TermPage
    from loop.terminal.term_screen import draws_screen, run_screen

    plain = plain or not draws_screen()
    for label in review.labels:
        if not review.known(label):
            ask_examples(review, label, plain=plain)
    review.next_page()
    page = TermPage(review)
    if plain:
        from loop.terminal.term_lines import run_lines

        run_lines(page)
    elif review.proposals:
        run_screen(page)
    else:
        say("No terms to propose: name a few examples first.")


def ask_examples(review: TermReview, label: str, *, plain: bool) -> None:
    """Ask for examples of a label, until they can be used; an empty line goes on without."""
    question = f"Terms that are always {label}, about {HOW_MANY}, separated by commas:"
    if plain:
        say(question)
        while (line := sys.stdin.readline()) and (problem := review.problem(label, split_terms(line))):
            say(problem)
        typed = split_terms(line)
    else:
        import questionary

        asked = questionary.text(question, validate=lambda line: review.problem(label, split_terms(line)) or True)
        typed = split_terms(asked.unsafe_ask())
    review.examples({label: typed})
