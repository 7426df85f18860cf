"""What had to be done to single rows of a file, and in which lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from loop.cli.printing import counted, say

if TYPE_CHECKING:
    from loop.intake import Place, Remarks

LINES_SHOWN = 10

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


def say_remarks(remarks: Remarks) -> None:
    """Print what had to be done to rows, and in which lines."""
    for kind in (*REMARKS, *(remarks.keys() - REMARKS.keys())):
        if kind in remarks:
            thing, words = REMARKS.get(kind, ("row", f"{kind} in {{}}"))
            say(f"{words.format(counted(len(remarks[kind]), thing))}: {lines_of(remarks[kind])}.")


def lines_of(places: Sequence[Place]) -> str:
    """Return where something was, such as "line 3, 7 and 12"; files are named where there are several."""
    distinct = list(dict.fromkeys(places))
    files = {file for file, _ in distinct}
    shown = [f"{line}" if len(files) == 1 else f"{file} {line}" for file, line in distinct[:LINES_SHOWN]]
    if more := len(distinct) - len(shown):
        shown.append(f"{more:,} more")
    listed = " and ".join([*filter(None, [", ".join(shown[:-1])]), shown[-1]])
    return f"line {listed}" if len(distinct) == 1 else f"lines {listed}"
