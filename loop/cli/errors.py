"""`loop errors`: review the last round's mistakes and give their reasons; and some of the texts without any."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.annotate import AnnotatorOption, run_session
from loop.cli.printing import is_interactive, say, say_parts
from loop.cli.project import opened
from loop.terminal.columns import aligned
from loop.words import counted

if TYPE_CHECKING:
    from loop.progress.held_out_gold import GoldText
    from loop.progress.held_out_mistakes import Mistake, RightText
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
    """Review the last round's mistakes on held-out texts: give the reason with one key, or correct the gold.

    One in five of the texts without a mistake is shown, too, since both may be wrong there.
    """
    from loop.progress.held_out_mistakes import judgements

    asks = is_interactive() and not (as_json or listed)
    with opened(ctx, writes=asks) as (paths, settings, store):
        review = MistakeReview(store, settings, paths, label=label, annotator=annotator)
        if asks:
            review.run(judged_too=judged_too)
        found, right, judged = review.mistakes(), review.right_texts(), judgements(store)
    if as_json:
        rows = {
            "mistakes": [mistake_row(one, judged) for one in found],
            "right": [right_row(one, judged) for one in right],
        }
        typer.echo(json.dumps(rows))
        return
    if listed or not is_interactive():
        for one in found:
            say(f"{_name(one.gold)}  {described_mistake(one)}  [{judged.get(one.key) or one.likely + '?'}]")
    for line in (*mistakes_table(found, judged), *right_lines(right, judged)):
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
        from loop.progress.held_out_mistakes import Mistake

        return [one for one in self.to_review() if isinstance(one, Mistake)]

    def right_texts(self) -> list[RightText]:
        """The texts without a mistake that are offered."""
        from loop.progress.held_out_mistakes import RightText

        return [one for one in self.to_review() if isinstance(one, RightText)]

    def to_review(self) -> list[Mistake | RightText]:
        """The current mistakes, and the texts without one that are offered, text by text."""
        from loop.progress.held_out_mistakes import Mistake, to_review

        found = to_review(self._store, self._settings, self._paths)
        if not self._label:
            return found
        return [
            one for one in found if (one.label == self._label if isinstance(one, Mistake) else one.has(self._label))
        ]

    def run(self, *, judged_too: bool) -> None:
        """Show the mistakes and right texts one by one until the last or until q is pressed."""
        from loop.progress.held_out_mistakes import Mistake, judgements

        judged = {} if judged_too else judgements(self._store)
        while left := [one for one in self.to_review() if one.key not in self._seen and one.key not in judged]:
            first = left[0]
            same = sum(type(one) is type(first) for one in left)
            if not (self._ask(first, same) if isinstance(first, Mistake) else self._ask_right(first, same)):
                return

    def _ask(self, mistake: Mistake, left: int) -> bool:
        """Show a mistake and handle a key for it; return False to quit."""
        from loop.progress.held_out_mistakes import judge

        say()
        say(f"{_name(mistake.gold)}, {counted(left, 'mistake')} left: {mistake.match.kind}", style="bold")
        for name, spans, marked in (
            ("right", mistake.gold.spans, mistake.match.gold),
            ("found", mistake.found, mistake.match.found),
        ):
            say_parts([("dim", f"  {name}  "), *_parts(mistake.gold.text, spans, marked, mistake.match.start)])
        keys = " · ".join(f"{key} {reason}" for key, reason in KEYS.items())
        say(f"Why? Enter {mistake.likely} · {keys} · n next · q quit", style="dim")
        reason = _pressed({"\r": mistake.likely, "\n": mistake.likely} | KEYS)
        if reason is None:
            return False
        self._seen.append(mistake.key)
        if reason:
            judge(self._store, mistake, reason)
        if reason == "gold":
            match = mistake.match
            self._correct(mistake.gold, f"the model finds {_quoted(mistake, match.found)}", match.gold or match.found)
        return True

    def _ask_right(self, right: RightText, left: int) -> bool:
        """Show a text without a mistake and handle a key for it; return False to quit."""
        from loop.progress.held_out_mistakes import confirm, judge

        say()
        say(f"{_name(right.gold)}, one of {counted(left, 'text')} without a mistake: is it right?", style="bold")
        start = right.gold.spans[0].start if right.gold.spans else 0
        say_parts([("dim", "  both   "), *_parts(right.gold.text, right.gold.spans, None, start)])
        say("Enter right · g wrong: correct it · n next · q quit", style="dim")
        said = _pressed({"\r": "right", "\n": "right", "g": "gold"})
        if said is None:
            return False
        self._seen.append(right.key)
        if said == "right":
            confirm(self._store, right)
        if said == "gold":
            judge(self._store, right, "gold")
            self._correct(right.gold, "the model finds the same", None)
        return True

    def _correct(self, gold: GoldText, why: str, place: Span | None) -> None:
        """Open the gold answer in the editor; a gold file can only be corrected by hand."""
        from loop.session import Review, Stop

        answer = gold.answer
        asked = self._store.questions.get([answer.question_id or ""] if answer else [])
        if answer is None or not asked:
            file = self._settings.project.eval
            say(
                f"Correct it in {file}; the next round reads the file again."
                if file
                else "This answer has no question."
            )
            return
        stop = Stop(next(iter(asked.values())), answer, why, place)
        review = Review(self._paths, self._settings, self._store, stops=[stop], annotator=self._annotator)
        run_session(review, self._settings, plain=False)


def _pressed(meanings: Mapping[str, str]) -> str | None:
    """What the next key means; empty for the next text, None to quit. Other keys do nothing."""
    from loop.terminal.keypress import read_key

    while (key := read_key()) != "q":
        if key == "n":
            return ""
        if key in meanings:
            return meanings[key]
    return None


def _name(gold: GoldText) -> str:
    return f"text {gold.known.id}" if gold.known else "gold file"


def described_mistake(mistake: Mistake) -> str:
    """Return the gold span and the one found, on one line."""
    gold, found = (_quoted(mistake, span) for span in mistake.match)
    return f"{mistake.match.kind:8}  gold: {gold}  found: {found}"


def _quoted(mistake: Mistake, span: Span | None) -> str:
    from loop.quality.finding import listed

    return listed(mistake.gold.text, [span] if span else [])


def _parts(text: str, spans: Sequence[Span], marked: Span | None, middle: int) -> list[tuple[str, str]]:
    """The text around a place with spans and labels in brackets, the span in question marked."""
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


def right_row(right: RightText, judged: Mapping[str, str]) -> dict[str, object]:
    """Return a text without a mistake as a JSON object."""
    known = right.gold.known
    spans = [list(_triple(span)) for span in right.gold.spans]
    return {
        "text": known.id if known else None, "content": right.gold.text, "right": spans, "said": judged.get(right.key),
    }  # fmt: skip


def _triple(span: Span | None) -> tuple[object, ...]:
    return (span.start, span.end, span.label) if span else ()


def right_lines(right: Sequence[RightText], judged: Mapping[str, str]) -> list[str]:
    """Return a line on the texts without a mistake that were looked at, or may be; none if there are none."""
    from loop.progress.held_out_mistakes import looked_at

    seen, wrong = looked_at(judged)
    left = sum(one.key not in judged for one in right)
    if not seen and not left:
        return []
    return [
        f"Of texts without a mistake {seen:,} were looked at, and {wrong:,} of them wrong; {left:,} more are offered."
    ]


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
