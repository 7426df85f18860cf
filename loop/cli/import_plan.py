"""Describe an import before it is carried out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from loop.cli.printing import say
from loop.cli.remarks import say_skipped
from loop.terminal.columns import aligned
from loop.words import counted

if TYPE_CHECKING:
    from loop.intake import ImportPlan
    from loop.records import Answer

FILES_NAMED = 3
ANNOTATORS_NAMED = 10


def say_plan(plan: ImportPlan, *, annotator: str = "") -> None:
    """Print whose answers come in, to how many texts, and what they will mean.

    Args:
        plan: the import.
        annotator: who counts as the annotator of rows that name nobody, if the user did not say so.
    """
    if plan.read.rows:
        say(_answers_words(plan))
    if any(not (row.raw.answer and row.raw.answer.annotator) for row in plan.read.rows) and annotator:
        say(f"Rows that name nobody count as answers by {annotator}: --annotator NAME names somebody else.")
    for line in aligned(_table(plan)) if plan.whole else ():
        say(f"  {line}")
    for line in _coverage_lines(plan):
        say(line, style="yellow")
    for line in _change_lines(plan):
        say(line)
    say_skipped(plan.read, plan.known, "answer")


def _answers_words(plan: ImportPlan) -> str:
    answers = [new.answer for new in plan.answers]
    by = Counter(answer.annotator for answer in answers)
    who = [name if len(by) == 1 else f"{name} ({n:,})" for name, n in sorted(by.items())]
    who = _shortened(who, ANNOTATORS_NAMED, "other")
    kinds = Counter(map(_kind, answers))
    what = f" ({', '.join(f'{n:,} {kind}' for kind, n in kinds.items())})" if kinds.keys() - {COMPLETE} else ""
    new, known = plan.change.new_texts, plan.change.known_texts
    texts = [counted(new, "new text")] * bool(new) + [counted(known, "known text")] * bool(known)
    by_whom = f" by {_listed(who)}" if who else ""
    return f"{counted(len(answers), 'answer')}{what}{by_whom}, to {_listed(texts) or 'no text'}."


COMPLETE = "complete"


def _kind(answer: Answer) -> str:
    if answer.is_left_out:
        return "skipped" if answer.verdict == "skip" else "unusable"
    if answer.passage is not None:
        return "about a passage"
    if not answer.complete:
        return "about single spans"
    return COMPLETE if answer.verdict == "accept" else "rejected"


def _table(plan: ImportPlan) -> list[tuple[str, str, str]]:
    of = counted(len(plan.whole), "answer")
    rows = [(one.label, f"{one.spans:,}", f"{one.complete:,} of {of}") for one in plan.counts]
    return [("label", "spans", "complete in"), *rows]


def _coverage_lines(plan: ImportPlan) -> Iterator[str]:
    """What follows from a label that a file, or the whole import, does not have."""
    lacking: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for source, labels in plan.unsaid.items():
        lacking[labels].append(source)
    for labels, files in lacking.items():
        where = _listed(_shortened(files, FILES_NAMED, "more file"))
        yield f"No span of {_listed(labels)} in {where}: nothing is said about {_these(labels)} there."
    if lacking:
        yield f"If the files were annotated for more labels than they use, name all: --labels {','.join(plan.labels)}."
    for one in plan.counts:
        if one.complete and not one.spans:
            yield f"No span of {one.label}: {counted(one.complete, 'text')} will count as containing none."
    for name in plan.read.unseen:
        yield f"No row has the label {name} (--map)."


def _change_lines(plan: ImportPlan) -> Iterator[str]:
    change = plan.change
    if change.replaced:
        yield f"They replace different answers of the same annotators to {counted(len(change.replaced), 'text')}."
    if change.narrower:
        yield f"{counted(change.narrower, 'known answer')} stays complete for more labels than these."
    if change.answers:
        yield f"Of the new answers, {plan.training:,} train the model, {plan.evaluating:,} evaluate it (held out)."


def _listed(words: Iterable[str]) -> str:
    *first, last = [*words] or [""]
    return f"{', '.join(first)} and {last}" if first else last


def _shortened(names: Sequence[str], most: int, noun: str) -> list[str]:
    more = len(names) - most
    return [*names[:most], *([counted(more, noun)] if more > 0 else [])]


def _these(labels: Sequence[str]) -> str:
    return "it" if len(labels) == 1 else "them"
