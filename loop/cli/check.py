"""`loop check`: find answers that may be wrong."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.annotate import run_session
from loop.cli.printing import say
from loop.cli.project import opened
from loop.cli.questions import questions_for
from loop.errors import LoopError
from loop.former_names import CHECKS, renamed
from loop.words import counted

if TYPE_CHECKING:
    from loop.quality import Finding, Given
    from loop.session import Stop
    from loop.settings import Settings
    from loop.store import Store

TITLES = {
    "disagreement": "another annotator answered differently",
    "inconsistent": "the same string, labelled differently elsewhere",
    "improbable": "improbable to the model before it learned them",
    "fast": "answered faster than the text can be read",
    "repeat": "answered differently when repeated",
    "reviewed": "a reviewer decided otherwise",
}
# Feedback for annotators rather than suspicious: shown only when asked for.
FEEDBACK = "reviewed"


def check_cli(
    ctx: typer.Context,
    texts: Annotated[
        list[int] | None, typer.Argument(metavar="[TEXT]...", help="Open the answers to the texts with these numbers.")
    ] = None,
    walk: Annotated[bool, typer.Option("--open", help="Review them in the editor, one by one.")] = False,
    kind: Annotated[
        list[str] | None, typer.Option(metavar="KIND", help=f"Only this kind: {', '.join(TITLES)}. Repeatable.")
    ] = None,
    most: Annotated[int, typer.Option("-n", metavar="N", min=1, help="At most N of each kind, worst first.")] = 20,
    looked_at_too: Annotated[bool, typer.Option("--all", help="Include reviewed, unchanged ones.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list; it quotes your texts.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Open them in lines of text instead of a screen.")] = False,
    annotator: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="Your name; with --kind reviewed, only your answers; by default your login.",
            show_default=False,
        ),
    ] = "",
) -> None:
    """Find answers that may be wrong: inconsistent labels, improbable answers, hasty ones."""
    from loop.quality import check, pairs
    from loop.session.review import Review
    from loop.settings.login import login

    for former in CHECKS.keys() & set(kind or ()):
        say(f"Note: the kind {renamed(former, CHECKS[former])}", err=True)
    kinds = [CHECKS.get(one, one) for one in kind or TITLES if kind or one != FEEDBACK]
    if unknown := set(kinds) - set(TITLES):
        raise LoopError(f"There is no kind {', '.join(sorted(unknown))}.", hint=f"Kinds are {', '.join(TITLES)}.")
    with opened(ctx, writes=walk or bool(texts)) as (paths, settings, store):
        answers = answers_with_questions(store, settings)
        schemes = store.journal.schemes()
        twice = pairs(store.answers.all(), schemes)
        adjudicated = [answer for answer in store.answers.standing() if answer.adjudicates]
        left = () if looked_at_too or texts else looked_at(store)
        found = check(answers, schemes, twice, adjudicated=adjudicated, looked_at=left)
        whose = annotator or (login() if walk else "")
        found = [one for one in found if one.kind != FEEDBACK or whose in ("", one.answer.annotator)]
        shown = worst(found, kinds=kinds, most=most)
        if as_json:
            typer.echo(json.dumps([finding_row(finding) for finding in shown]))
        elif texts or (walk and shown):
            chosen = answers_to(texts, answers) if texts else [finding.answer.id for finding in shown]
            stops = stops_at(chosen, found if texts else shown, answers)
            session = Review(paths, settings, store, stops=stops, annotator=annotator)
            run_session(session, settings, plain=plain)
        else:
            print_findings(shown, found, answers, kinds)


def looked_at(store: Store) -> list[str]:
    """Return the ids of the answers that were reviewed and left unchanged."""
    from loop.store.events import EventKind

    return [payload["answer"] for _, _, payload in store.journal.events(kind=EventKind.LOOKED_AT)]


def answers_to(texts: Sequence[int], answers: Sequence[Given]) -> list[str]:
    """Return the ids of the answers to these texts.

    Raises:
        LoopError: a text has no complete answer.
    """
    if lacking := set(texts) - {one.answer.text_id for one in answers}:
        numbers = ", ".join(map(str, sorted(lacking)))
        raise LoopError(
            f"There is no complete answer to text {numbers}.", hint="`loop check` shows the numbers of texts."
        )
    return [one.answer.id for text in texts for one in answers if one.answer.text_id == text]


def answers_with_questions(store: Store, settings: Settings) -> list[Given]:
    """Return the complete answers in force, with their questions."""
    from loop.quality import given
    from loop.truth import whole

    standing = whole(store.answers.standing(), store.journal.schemes())
    asked = store.questions.get([answer.question_id for answer in standing if answer.question_id])
    without = [answer for answer in standing if answer.question_id not in asked]
    made = dict(zip([answer.id for answer in without], questions_for(without, store, settings), strict=True))
    return given((asked.get(answer.question_id or "") or made[answer.id], answer) for answer in standing)


def worst(found: Sequence[Finding], *, kinds: Sequence[str], most: int) -> list[Finding]:
    """Return the first `most` findings of each of `kinds`, in the order of `TITLES`."""
    return [one for kind in TITLES if kind in kinds for one in [f for f in found if f.kind == kind][:most]]


def stops_at(chosen: Sequence[str], found: Sequence[Finding], answers: Sequence[Given]) -> list[Stop]:
    """Return a stop for each of the answers, with everything found about it."""
    of_answer: dict[str, list[Finding]] = {}
    for finding in found:
        of_answer.setdefault(finding.answer.id, []).append(finding)
    asked = {one.answer.id: one for one in answers}
    return [_stop(asked[id_], of_answer.get(id_, [])) for id_ in dict.fromkeys(chosen)]


def _stop(one: Given, found: Sequence[Finding]) -> Stop:
    from loop.session.review import Stop

    why = "; ".join(finding.words for finding in found) or "you chose it"
    return Stop(*one, why, next((finding.span for finding in found if finding.span), None))


def finding_row(finding: Finding) -> dict[str, object]:
    """Return a finding as a JSON object."""
    answer, span = finding.answer, finding.span
    return {
        "kind": finding.kind,
        "text": answer.text_id,
        "answer": answer.id,
        "annotator": answer.annotator,
        "span": [span.start, span.end, span.label] if span else None,
        "surprise": round(finding.surprise, 3),
        "words": finding.words,
    }


def print_findings(
    shown: Sequence[Finding], found: Sequence[Finding], answers: Sequence[Given], kinds: Sequence[str]
) -> None:
    """Print the findings `shown` of these kinds, and how many answers all of `found` concern."""
    for kind, title in TITLES.items():
        if rows := [finding for finding in shown if finding.kind == kind]:
            of = sum(finding.kind == kind for finding in found)
            say(f"{kind}: {title}" + (f" ({len(rows)} of {of:,}; -n shows more)" if of > len(rows) else ""))
            for finding in rows:
                say(f"  text {finding.answer.text_id:>5}  {finding.words}")
    suspicious = {finding.answer.id for finding in found if finding.kind != FEEDBACK}
    otherwise = {finding.answer.id for finding in found if finding.kind == FEEDBACK}
    if FEEDBACK in kinds:
        say(f"Decided otherwise: {counted(len(otherwise), 'answer')} of {len(answers):,}.")
    if kinds != [FEEDBACK]:
        many = f"{counted(len(suspicious), 'answer')} of {len(answers):,} may be wrong."
        say(many if suspicious else "Nothing is suspicious.")
    if shown or (suspicious and kinds != [FEEDBACK]):
        say("`loop check --open` opens them one by one in the editor; `loop check TEXT` opens one by its number.")
