"""What had to be done to single rows of a file, and in which lines."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from loop.cli.printing import counted, say

if TYPE_CHECKING:
    from spacy.language import Language

    from loop.formats import RawText
    from loop.intake import Remarks

# By the kind of a remark: what is counted, and the sentence around it.
REMARKS = {
    "other": ("row", "Left out {} about something else than entities"),
    "outdone": ("answer", "Left out {} to texts that a later row answers"),
    "unanswered": ("text", "Left {} without an annotation to be asked about"),
    "repaired": ("tag", "Read {} as conlleval does, which the file's scheme does not allow there"),
    "widened": ("span", "Widened {} to whole tokens"),
    "trimmed": ("span", "Trimmed {}, which began or ended with white space"),
    "empty": ("span", "Dropped {} of nothing but white space"),
    "dropped": ("span", "Dropped {} that overlapped a longer one on whole tokens"),
}

# Of gold texts, which are evaluated on as they are.
GOLD_REMARKS = {
    "widened": ("span", "No model finds {} with an edge inside of a token"),
    "trimmed": ("span", "No model finds {} with white space at an edge"),
    "empty": ("span", "No model finds {} of nothing but white space"),
}


def say_remarks(
    remarks: Remarks, kinds: Mapping[str, tuple[str, str]] = REMARKS, *, before: str = "", err: bool = False
) -> None:
    """Print what had to be done to rows, and in which lines; `before` stands before each sentence."""
    from loop.intake.remarks import lines_of

    for kind in (*kinds, *(remarks.keys() - REMARKS.keys())):
        if kind in remarks:
            thing, words = kinds.get(kind, ("row", f"{kind} in {{}}"))
            say(f"{before}{words.format(counted(len(remarks[kind]), thing))}: {lines_of(remarks[kind])}.", err=err)


def say_gold(file: Path, raws: Iterable[RawText], nlp: Language, labels: Collection[str] | None = None) -> None:
    """Warn of the spans of a gold file that no model finds as they are, and say how its rows were read."""
    from loop.intake import gold_remarks

    say_remarks(gold_remarks(raws, nlp, labels), GOLD_REMARKS, before=f"{file.name}: ", err=True)
