"""Print what was done to single rows of a file, with their lines."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from loop.cli.printing import say
from loop.words import counted

if TYPE_CHECKING:
    from spacy.language import Language

    from loop.formats import RawText
    from loop.intake import AddReport, ReadAnswers, Remarks

# Kind of remark: the noun that is counted, and the sentence around it.
REMARKS = {
    "other": ("row", "Left out {} not about entities"),
    "uncovered": ("answer", "Left out {} to questions about other labels"),
    "unnamed": ("answer", "Left out {} about spans that --map leaves out"),
    "outdone": ("answer", "Left out {} replaced by a later row"),
    "unanswered": ("text", "Read {} without annotations, to be asked about"),
    "repaired": ("tag", "Read {} invalid in the file's scheme as conlleval does"),
    "widened": ("span", "Widened {} to whole tokens"),
    "trimmed": ("span", "Trimmed {} with white space at an edge"),
    "empty": ("span", "Dropped {} with nothing but white space"),
    "dropped": ("span", "Dropped {} that overlapped a longer one on whole tokens"),
}

# For gold texts, which are evaluated on unchanged.
GOLD_REMARKS = {
    "widened": ("span", "No model can find {} with an edge inside a token"),
    "trimmed": ("span", "No model can find {} with white space at an edge"),
    "empty": ("span", "No model can find {} with nothing but white space"),
}


def say_skipped(report: AddReport | ReadAnswers, known: int, noun: str) -> None:
    """Print how many rows were skipped (`known` counts those that say nothing new) or left out, and the remarks."""
    if known:
        say(f"Skipped {counted(known, f'known {noun}')}.")
    if report.held:
        say(f"Left out {counted(report.held, 'text')} held out for evaluation, or of a group that is.")
    if report.blank:
        say(f"Left out {counted(report.blank, 'blank text')}.")
    say_remarks(report.remarks)


def say_remarks(
    remarks: Remarks, kinds: Mapping[str, tuple[str, str]] = REMARKS, *, before: str = "", err: bool = False
) -> None:
    """Print what was done to rows, with their lines; each sentence starts with `before`."""
    from loop.intake.remarks import places_named

    for kind in (*kinds, *(remarks.keys() - REMARKS.keys())):
        if kind in remarks:
            thing, words = kinds.get(kind, ("row", f"{kind} in {{}}"))
            say(
                f"{before}{words.format(counted(len(remarks[kind]), thing))}: {places_named(remarks[kind])}.",
                err=err,
            )


def say_gold(file: Path, raws: Iterable[RawText], nlp: Language, labels: Collection[str] | None = None) -> None:
    """Print warnings about gold spans that no model can find, and remarks on how the rows were read."""
    from loop.intake import gold_remarks

    say_remarks(gold_remarks(raws, nlp, labels), GOLD_REMARKS, before=f"{file.name}: ", err=True)
