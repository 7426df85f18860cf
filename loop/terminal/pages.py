"""What lies over the text when asked for: help, guidelines; and what is said when there is no text."""

from __future__ import annotations

from itertools import groupby

from loop.editing import COMMANDS, Keymap
from loop.progress import STOPPED
from loop.terminal.body import Row
from loop.terminal.desk import Desk
from loop.terminal.frame import key_name
from loop.terminal.glyphs import visible, width
from loop.terminal.wrap import lines_of

INTRODUCTION = (
    "The marked words are what the model thinks. Put right what is wrong, then press Enter: that says "
    "“these are all the entities in this text”. Everything is saved as you go; there is no save key."
)


def help_rows(keys: Keymap, cells: int) -> list[Row]:
    """Return the help: what to do, then every key with what it does."""
    rows = [[("class:title", " How it works")], *_paragraph(INTRODUCTION, cells), []]
    labels = ", ".join(f"{' '.join(_of(keys, label))} {visible(label)}" for label in keys.labels)
    rows += [[("class:title", " Labels")], *_paragraph(f"{labels}. A label key marks the word or selection under the "
             "cursor, or changes the label of the span there.", cells), []]  # fmt: skip
    column = min(24, cells // 3)
    for group, commands in groupby(COMMANDS, key=lambda command: command.group):
        rows.append([("class:title", f" {group}")])
        for command in commands:
            shown = " ".join(key_name(key) for key in keys.keys[command.name])
            rows += _entry(shown, command.words, column, cells)
        rows.append([])
    return rows


def _of(keys: Keymap, label: str) -> list[str]:
    return [key for key in (keys.digits.get(label), keys.letters.get(label)) if key]


def _entry(shown: str, words: str, column: int, cells: int) -> list[Row]:
    lines = lines_of(words, cells - column - 1)
    first: Row = [("class:key", f"  {shown}".ljust(column)), ("", f" {lines[0]}")]
    if width(shown) + 2 > column:
        return [[("class:key", f"  {shown}")], *([("", " " * column + f" {line}")] for line in lines)]
    return [first, *([("", " " * column + f" {line}")] for line in lines[1:])]


def guideline_rows(desk: Desk, cells: int) -> list[Row]:
    """Return the project's guidelines, wrapped."""
    text = desk.session.guidelines.strip()
    if not text:
        return _paragraph("This project has no guidelines yet: write them into guidelines.md.", cells)
    return [row for line in text.splitlines() for row in (_paragraph(line, cells) if line.strip() else [[]])]


def waiting_rows(desk: Desk, cells: int) -> list[Row]:
    """Return what is said while there is no question."""
    return [[], *_paragraph(waiting_words(desk), cells)]


def waiting_words(desk: Desk) -> str:
    """Return why there is no question, and what to do about it."""
    status = desk.status
    if not desk.session.labels:
        return (
            "This project has no labels yet, so there is nothing to ask. Name them in loop.cfg under [project], "
            "labels, then start again."
        )
    if status.pool_left and status.trainer.startswith(f"{STOPPED}:"):
        return (
            f"The trainer stopped{status.trainer.removeprefix(STOPPED)}. Your answers are saved. When this is mended, "
            "quit and run `loop annotate` again."
        )
    if status.pool_left:
        return f"The trainer is preparing the next questions ({status.trainer}). They appear here by themselves."
    left_out = " · ".join(f"{count} {visible(reason)}" for reason, count in sorted(desk.left_out.items()))
    done = f"Every text has been answered, {status.answers_total} by you. Add more with `loop add`."
    return f"{done} Left out: {left_out}." if left_out else done


def _paragraph(text: str, cells: int) -> list[Row]:
    return [[("", f"  {line}")] for line in lines_of(text, cells - 4)]
