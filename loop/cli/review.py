"""`loop review`: decide between the answers of several annotators."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.annotate import run_session
from loop.cli.completion import complete_label
from loop.cli.printing import say
from loop.cli.project import opened
from loop.cli.questions import questions_for
from loop.errors import LoopError
from loop.settings.login import login
from loop.words import counted

if TYPE_CHECKING:
    from loop.quality import ReviewItem
    from loop.records import Question, Span
    from loop.settings import Settings
    from loop.store import Store

NOTHING = "Nothing to review: where several annotators answered, they agree or it is decided."
ALONE = (
    "No text has answers by several annotators. Each annotator gives a name: `loop annotate --annotator NAME`, or "
    "`loop import FILE --annotator NAME`."
)


def review_cli(
    ctx: typer.Context,
    texts: Annotated[
        list[int] | None, typer.Argument(metavar="[TEXT]...", help="Only the texts with these numbers, decided or not.")
    ] = None,
    all_of_them: Annotated[
        bool,
        typer.Option("--all", help="Include texts that are agreed on, already decided, or wait for more annotators."),
    ] = False,
    annotator: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only texts that this annotator answered. Repeatable.")
    ] = None,
    label: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LABEL",
            help="Only texts with a difference about this label. Repeatable.",
            autocompletion=complete_label,
        ),
    ] = None,
    blind: Annotated[bool, typer.Option("--blind", help="Hide who said what, and shuffle it.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="Print them instead of opening them.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list; it quotes your texts.")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Review in lines of text instead of a screen.")] = False,
    reviewer: Annotated[
        str, typer.Option(metavar="NAME", help="Your name; by default your login.", show_default=False)
    ] = "",
) -> None:
    """Decide where annotators differ: their answers side by side, the most consequential differences first."""
    from loop.quality import most_consequential, review_items
    from loop.session import Adjudication

    only_shown = listed or as_json
    with opened(ctx, writes=not only_shown, runs_code=False) as (paths, settings, store):
        name = reviewer or login()
        if not only_shown:
            refuse_reviewer(name, settings)
        items = review_items(store.answers.standing(), store.journal.schemes())
        refuse_unknown(items, settings, texts=texts or (), annotators=annotator or (), labels=label or ())
        asked = store.questions.get({one.question_id or "" for item in items for one in item.answers})
        chosen = [
            item
            for item in most_consequential(items, asked)
            if (item.text_id in texts if texts else all_of_them or item.is_open)
            and (not annotator or not set(annotator).isdisjoint(item.annotators))
            and (not label or any(map(item.has, label)))
        ]
        if only_shown:
            shown = [item.shuffled(settings.project.seed) for item in chosen] if blind else chosen
            show(shown, store, blind=blind, as_json=as_json)
        elif not chosen:
            say(NOTHING if items else ALONE)
        else:
            pairs = with_questions(chosen, asked, store, settings)
            review = Adjudication(paths, settings, store, items=pairs, annotator=name, blind=blind)
            run_session(review, settings, plain=plain)
            say_left(store)


def refuse_reviewer(name: str, settings: Settings) -> None:
    """Check that somebody may decide.

    Raises:
        LoopError: [annotators] reviewers names others only.
    """
    reviewers = settings.annotators.reviewers
    if reviewers and name not in reviewers:
        hint = "Your name is your login, or what --reviewer says; --list only looks."
        raise LoopError(f"{name} may not decide: [annotators] reviewers is {', '.join(reviewers)}.", hint=hint)


def refuse_unknown(
    items: Iterable[ReviewItem],
    settings: Settings,
    *,
    texts: Iterable[int],
    annotators: Iterable[str],
    labels: Iterable[str],
) -> None:
    """Check that there is what the options name.

    Raises:
        LoopError: a text or an annotator has no answers to compare, or a label is unknown.
    """
    shared, names = {item.text_id for item in items}, {name for item in items for name in item.annotators}
    if lacking := sorted({*texts} - shared):
        numbers = ", ".join(map(str, lacking))
        raise LoopError(
            f"Text {numbers} has no answers by several annotators.",
            hint="`loop review --all --list` shows those that do.",
        )
    if lacking_names := sorted({*annotators} - names):
        known = ", ".join(sorted(names)) or "nobody yet"
        hint = f"Those who share texts with others: {known}. Your own name is --reviewer."
        raise LoopError(f"{', '.join(lacking_names)} shares no text with other annotators.", hint=hint)
    if unknown := sorted({*labels} - {*settings.project.labels}):
        hint = f"Its labels are {', '.join(settings.project.labels)}."
        raise LoopError(f"{', '.join(unknown)} is not a label of this project.", hint=hint)


def with_questions(
    items: Sequence[ReviewItem], asked: Mapping[str, Question], store: Store, settings: Settings
) -> list[tuple[ReviewItem, Question]]:
    """Return the items with their questions; loads spaCy only if no question of the answers covers what is reviewed."""
    from loop.session import review_question

    found = {n: question for n, item in enumerate(items) if (question := _covering(item, asked)) is not None}
    lacking = [n for n in range(len(items)) if n not in found]
    made = questions_for([items[n].answers[0] for n in lacking], store, settings)
    found |= dict(zip(lacking, made, strict=True))
    return [(item, review_question(item, found[n])) for n, item in enumerate(items)]


def _covering(item: ReviewItem, asked: Mapping[str, Question]) -> Question | None:
    """A question about the text whose tokens cover all that is reviewed."""
    spans = [span for version in item.versions for span in version.truth.spans]
    for question in (asked[id_] for one in item.answers if (id_ := one.question_id or "") in asked):
        text, tokens = question.text.text, question.tokens
        if not tokens:
            continue
        start, end = tokens[0][0], tokens[-1][1]
        passage = item.scope.passage
        if passage is None and not (text[:start].strip() or text[end:].strip()):
            return question
        here = [(span.start, span.end) for span in spans if passage and span.touches(passage)]
        if passage is not None and all(start <= a and b <= end for a, b in [passage, *here]):
            return question
    return None


def show(items: Sequence[ReviewItem], store: Store, *, blind: bool, as_json: bool) -> None:
    """Print the items: their differences, and what was decided."""
    texts = {text.id: text.text for text in store.corpus.texts(sorted({item.text_id for item in items}))}
    if as_json:
        typer.echo(json.dumps([item_row(item, blind=blind) for item in items]))
        return
    for item in items:
        first, *more = item_lines(item, texts[item.text_id], blind=blind)
        say(f"text {item.text_id:>5}  {first}")
        for line in more:
            say(f"{'':12}{line}")
    say(
        f"{counted(sum(item.is_open for item in items), 'text')} to review of {len(items):,} shown."
        if items
        else NOTHING
    )
    if items:
        say("`loop review` opens them one by one; `loop review TEXT` opens one by its number.")


def item_lines(item: ReviewItem, text: str, *, blind: bool) -> list[str]:
    """Return a line for each difference, with what annotators said, and one for what was decided."""
    from loop.quality.finding import listed

    names = item.names(blind=blind)
    said = [one.words(text, names) for one in item.differences] or ["no difference"]
    said += ["waits for more annotators"] * item.waits
    if item.decided is not None:
        memo = f", {item.decided.memo}" if item.decided.memo else ""
        since = ", but an answer has changed since" if item.is_stale else ""
        said.append(f"decided by {item.decided.annotator}: {listed(text, item.decided.spans)}{memo}{since}")
    return said


def item_row(item: ReviewItem, *, blind: bool) -> dict[str, object]:
    """Return an item as a JSON object."""
    names, decided = item.names(blind=blind), item.decided
    return {
        "text": item.text_id,
        "passage": item.scope.passage,
        "labels": sorted(item.scope.labels),
        "open": item.is_open,
        "stale": item.is_stale,
        "waits": item.waits,
        "versions": [
            {"name": name, "spans": _triples(one.truth.spans)} for name, one in zip(names, item.versions, strict=True)
        ],
        "differences": [
            {
                "start": one.start,
                "end": one.end,
                "said": [None if spans is None else _triples(spans) for spans in one.said],
                "decided": one not in item.undecided,
            }
            for one in item.differences
        ],
        "decided": decided
        and {
            "annotator": decided.annotator,
            "spans": _triples(decided.spans),
            "memo": decided.memo,
            "answer": decided.id,
        },
    }


def _triples(spans: Iterable[Span]) -> list[list[object]]:
    return [[span.start, span.end, span.label] for span in spans]


def say_left(store: Store) -> None:
    """Print how many texts are left to review."""
    from loop.quality import review_items

    left = sum(item.is_open for item in review_items(store.answers.standing(), store.journal.schemes()))
    say(f"{counted(left, 'text')} left to review; `loop review` goes on." if left else NOTHING)
