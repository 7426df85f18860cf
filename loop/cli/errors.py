"""`loop errors`: review the last round's mistakes and give their reasons."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.annotate import AnnotatorOption, run_session
from loop.cli.printing import aligned, counted, is_interactive, say, say_parts
from loop.cli.project import opened

if TYPE_CHECKING:
    from loop.progress.held_out_mistakes import Mistake
    from loop.quality import Match
    from loop.records import Span
    from loop.settings import ProjectPaths, Settings
    from loop.store import Store

KEYS = {"b": "boundary", "l": "label", "m": "missed", "s": "spurious", "t": "tokenisation", "u": "unclear", "g": "gold"}
AROUND = 200  # characters of context on either side in a long text


def errors_cli(
    ctx: typer.Context,
    label: Annotated[str, typer.Option(metavar="LABEL", help="Only mistakes about this label.")] = "",
    judged_too: Annotated[bool, typer.Option("--all", help="Include those already judged.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="Print them instead of asking.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object; it quotes your texts.")] = False,
    annotator: AnnotatorOption = "",
) -> None:
    """Review the last round's mistakes on held-out texts: give the reason with one key, or correct the gold."""
    from loop.progress.held_out_mistakes import judgements

    asks = is_interactive() and not (as_json or listed)
    with opened(ctx, writes=asks) as (paths, settings, store):
        review = MistakeReview(store, settings, paths, label=label, annotator=annotator)
        if asks:
            review.run(judged_too=judged_too)
        found, judged = review.mistakes(), judgements(store)
    if as_json:
        typer.echo(json.dumps({"mistakes": [mistake_row(one, judged) for one in found]}))
        return
    if listed or not is_interactive():
        for one in found:
            say(f"{_name(one)}  {described_mistake(one)}  [{judged.get(one.key) or one.likely + '?'}]")
    for line in mistakes_table(found, judged):
        say(line)


class MistakeReview:
    """A review of the mistakes of a round."""

    def __init__(
        self, store: Store, settings: Settings, paths: ProjectPaths, *, label: str = "", annotator: str = ""
    ) -> None:
        self._store, self._settings, self._paths = store, settings, paths
        self._label, self._annotator = label, annotator
        self._seen: list[str] = []

    def mistakes(self) -> list[Mistake]:
        """The current mistakes; correcting the gold changes them."""
        from loop.progress.held_out_mistakes import mistakes

        found = mistakes(self._store, self._settings, self._paths)
        return [one for one in found if self._label in ("", one.label)]

    def run(self, *, judged_too: bool) -> None:
        """Show the mistakes one by one until the last or until q is pressed."""
        from loop.progress.held_out_mistakes import judgements

        judged = {} if judged_too else judgements(self._store)
        while left := [one for one in self.mistakes() if one.key not in self._seen and one.key not in judged]:
            self._show(left[0], len(left))
            if not self._judge(left[0]):
                return

    def _show(self, mistake: Mistake, left: int) -> None:
        say()
        say(f"{_name(mistake)}, {counted(left, 'mistake')} left: {mistake.match.kind}", style="bold")
        for name, spans, marked in (
            ("right", mistake.gold.spans, mistake.match.gold),
            ("found", mistake.found, mistake.match.found),
        ):
            say_parts([("dim", f"  {name}  "), *_parts(mistake, spans, marked)])
        keys = " · ".join(f"{key} {reason}" for key, reason in KEYS.items())
        say(f"Why? Enter {mistake.likely} · {keys} · n next · q quit", style="dim")

    def _judge(self, mistake: Mistake) -> bool:
        """Handle a key for a mistake; return False to quit."""
        from loop.progress.held_out_mistakes import judge
        from loop.terminal.keypress import read_key

        while True:
            key = read_key()
            if key == "q":
                return False
            reason = mistake.likely if key in "\r\n" else KEYS.get(key)
            if reason is None and key != "n":
                continue
            self._seen.append(mistake.key)
            if reason is not None:
                judge(self._store, mistake, reason)
            if reason == "gold":
                self._correct(mistake)
            return True

    def _correct(self, mistake: Mistake) -> None:
        """Open the gold answer in the editor; a gold file can only be corrected by hand."""
        from loop.session import Review, Stop

        answer = mistake.gold.answer
        asked = self._store.questions.get([answer.question_id or ""] if answer else [])
        if answer is None or not asked:
            file = self._settings.project.eval
            say(
                f"Correct it in {file}; the next round reads the file again."
                if file
                else "This answer has no question."
            )
            return
        match, question = mistake.match, next(iter(asked.values()))
        why = f"the model finds {_quoted(mistake, match.found)}"
        stop = Stop(question, answer, why, match.gold or match.found)
        review = Review(self._paths, self._settings, self._store, stops=[stop], annotator=self._annotator)
        run_session(review, self._settings, plain=False)


def _name(mistake: Mistake) -> str:
    known = mistake.gold.known
    return f"text {known.id}" if known else "gold file"


def described_mistake(mistake: Mistake) -> str:
    """Return the gold span and the one found, on one line."""
    gold, found = (_quoted(mistake, span) for span in mistake.match)
    return f"{mistake.match.kind:8}  gold: {gold}  found: {found}"


def _quoted(mistake: Mistake, span: Span | None) -> str:
    from loop.quality.finding import listed

    return listed(mistake.gold.text, [span] if span else [])


def _parts(mistake: Mistake, spans: Sequence[Span], marked: Span | None) -> list[tuple[str, str]]:
    """The text around a mistake with spans and labels in brackets, the span in question marked."""
    text, middle = mistake.gold.text, mistake.match.start
    start, end = max(0, middle - AROUND), min(len(text), middle + AROUND)
    parts, done = [("", "…" if start else "")], start
    for span in sorted(span for span in spans if start <= span.start and span.end <= end):
        style = "bold reverse" if span == marked else "underline"
        parts += [("", text[done : span.start]), (style, f"[{text[span.start : span.end]} {span.label}]")]
        done = span.end
    return [*parts, ("", text[done:end]), ("", "…" if end < len(text) else "")]


def mistake_row(mistake: Mistake, judged: dict[str, str]) -> dict[str, object]:
    """Return a mistake as a JSON object."""
    match: Match = mistake.match
    return {
        "text": mistake.gold.known.id if mistake.gold.known else None,
        "content": mistake.gold.text,
        "kind": match.kind,
        "right": list(_triple(match.gold)),
        "found": list(_triple(match.found)),
        "likely": mistake.likely,
        "reason": judged.get(mistake.key),
    }


def _triple(span: Span | None) -> tuple[object, ...]:
    return (span.start, span.end, span.label) if span else ()


def mistakes_table(found: Sequence[Mistake], judged: dict[str, str]) -> list[str]:
    """Return a table of the number of mistakes by reason and label."""
    from loop.progress.held_out_mistakes import REASONS, by_label

    if not found:
        return ["No mistakes: nothing is evaluated yet, or every span is right."]
    counts = by_label(found, judged)
    labels = sorted({label for _, label in counts})
    reasons = [reason for reason in REASONS if any(counts[reason, label] for label in labels)]
    rows = [["", *labels, "all"]]
    for reason in reasons:
        row = [counts[reason, label] for label in labels]
        rows.append([reason, *(f"{n or '·'}" for n in row), f"{sum(row)}"])
    told = sum(one.key in judged for one in found)
    return [
        *aligned(rows),
        f"{counted(len(found), 'mistake')}, {told} of them judged; the others by their likely reason.",
    ]
