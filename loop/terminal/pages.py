"""Pages shown over the text (help, guidelines, lists), and the page shown when there is no text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from loop.editing import COMMANDS, Keymap
from loop.editing.keymap import key_name
from loop.progress import blocked_words
from loop.records import NO_FOCUS, Text
from loop.store import Past
from loop.terminal.body import CURSOR, Row
from loop.terminal.controller import Controller
from loop.terminal.excerpt import excerpt, match_in, place_in
from loop.terminal.frame import WIDE, said, spread, trouble
from loop.terminal.glyphs import fit, visible, width
from loop.terminal.palette import Action, AnyFinder
from loop.terminal.wrap import wrapped_lines

INTRODUCTION = (
    "The marked words are the model's suggestions. Correct them, then press [accept]: that says "
    "“these are all the entities in this text”. Everything is saved as you go; there is no save key."
)
REVIEW = (
    "Annotators differ at the places with a ≠. A number takes a version: all of it or, with the cursor on a "
    "difference, what it says there. Edit the rest as you like, then press [accept]: that says “these are all the "
    "entities in this text”, whatever the annotators said. Their answers are kept."
)
SIGNS_OF_REVIEW = "Below a word: ≠ versions differ here; ✓ you decided it."
SIGNS = "Below a word: ✓ you decided it; ? a candidate, not marked; * (new, gone) the model changed it after your edit."

READING = "Reading the answers and the scores …"
FINDER_HEAD = 3  # rows above a searchable list
SIGN = 3  # cells before an item of it
TITLE = 19  # cells of an action's name, with the gap after it


def help_rows(keys: Keymap, cells: int) -> list[Row]:
    """Return the help: an introduction, then every key with its command."""
    said, signs = (INTRODUCTION, SIGNS) if keys.table is COMMANDS else (REVIEW, SIGNS_OF_REVIEW)
    rows = [[("class:title", " How it works")], *_paragraph(keys.worded(said), cells)]
    rows += [*_paragraph(signs, cells), []]
    labels = ", ".join(f"{' '.join(_of(keys, label))} {visible(label)}" for label in keys.labels)
    rows += [[("class:title", " Labels")], *_paragraph(f"{labels}. A label key marks the word or selection under the "
             "cursor, or relabels the span or candidate there.", cells), []]  # fmt: skip
    column = min(24, cells // 3)
    for group, commands in groupby(keys.table, key=lambda command: command.group):
        rows.append([("class:title", f" {group}")])
        for command in commands:
            shown = " ".join(key_name(key) for key in keys.keys[command.name])
            rows += _entry(shown, command.words, column, cells)
        rows.append([])
    return rows


def _of(keys: Keymap, label: str) -> list[str]:
    return [key for key in (keys.digits.get(label), keys.letters.get(label)) if key]


def _entry(shown: str, words: str, column: int, cells: int) -> list[Row]:
    lines = wrapped_lines(words, cells - column - 1)
    first: Row = [("class:key", f"  {shown}".ljust(column)), ("", f" {lines[0]}")]
    if width(shown) + 2 > column:
        return [[("class:key", f"  {shown}")], *([("", " " * column + f" {line}")] for line in lines)]
    return [first, *([("", " " * column + f" {line}")] for line in lines[1:])]


def guideline_rows(controller: Controller, cells: int) -> list[Row]:
    """Return the labels' descriptions and the project's guidelines, wrapped."""
    text = controller.session.guidelines.strip()
    notes = label_rows(controller, cells)
    if not text:
        return [*notes, *_paragraph("This project has no guidelines yet: write them into guidelines.md.", cells)]
    return notes + [row for line in text.splitlines() for row in (_paragraph(line, cells) if line.strip() else [[]])]


def label_rows(controller: Controller, cells: int) -> list[Row]:
    """Return the labels' descriptions in loop.cfg, the active label first; empty if there are none."""
    notes = controller.session.notes
    active = controller.state.active if controller.state else ""
    rows: list[Row] = []
    for label in sorted(notes, key=lambda label: label != active):
        examples = f" ({', '.join(notes[label].examples)})" if notes[label].examples else ""
        rows += _paragraph(visible(f"{label}: {notes[label].description}{examples}"), cells)
    return [[("class:title", " Labels")], *rows, []] if rows else []


def panel_rows(lines: Sequence[str], cells: int) -> list[Row]:
    """Return the panel of `loop status`, once it is read."""
    rows: list[Row] = [[("class:title", " How good the model is, and what to do next")], []]
    for line in lines or (READING,):
        rows += [[("", f"  {visible(line)}")]] if width(visible(line)) < cells - 2 else _paragraph(line, cells)
    return rows


def finder_rows(finder: AnyFinder, cells: int, rows: int) -> list[Row]:
    """Return a searchable list: the typed string, and the lines around the chosen one."""
    note = " · hard cases only" if finder.hard else ""
    head: list[Row] = [
        [("class:title", fit(f" {finder.title}{note}", cells))],
        [("class:message", " Contains: "), ("", fit(visible(finder.typed), cells - 13)), CURSOR, ("class:cursor", " ")],
        [],
    ]
    if not finder.items and not finder.stale and (finder.typed or finder.live):
        return [*head, *_paragraph(finder.empty, cells)]
    rest = _cut_help(finder.items[finder.chosen], cells) if finder.items else []
    room = max(1, rows - FINDER_HEAD - len(rest))
    first = max(0, min(finder.chosen - room // 2, len(finder.items) - room))
    shown: Sequence[Past | Text | Action] = finder.items[first : first + room]
    listed = [_found(item, finder.words, n == finder.chosen, cells) for n, item in enumerate(shown, first)]
    after = finder.chosen - first + 1
    return [*head, *listed[:after], *rest, *listed[after:]]


def _found(item: Past | Text | Action, words: Sequence[str], chosen: bool, cells: int) -> Row:
    style, sign = ("class:cursor", "›") if chosen else ("", " ")
    head: Row = [(style, f" {sign} "), *([CURSOR] if chosen else [])]
    room = cells - SIGN
    if isinstance(item, Action):
        return spread(
            [*head, (style or "class:title", visible(item.title)), ("", _help(item, cells))], _key(item), cells
        )
    if isinstance(item, Text):
        return [*head, *excerpt(item.text, match_in(item.text, words), room, style)]
    note = found_note(item, words, cells // 2)
    room -= sum(width(text) for _, text in note) + 3
    return [*head, *excerpt(item.text, place_in(item, words), room, style), ("class:quiet", "  "), *note]


def _help(action: Action, cells: int) -> str:
    """The help of an action, in a column of its own where there is room."""
    return " " * max(2, (TITLE if cells >= WIDE else 0) - width(visible(action.title))) + action.words


def _key(action: Action) -> str:
    return f" {next(iter(action.keys), '')} "


def _cut_help(item: Past | Text | Action, cells: int) -> list[Row]:
    """The whole help of an action whose row has no room for it."""
    if not isinstance(item, Action) or SIGN + width(visible(item.title) + _help(item, cells) + _key(item)) < cells:
        return []
    return [[("class:quiet", " " * SIGN + line)] for line in wrapped_lines(item.words, cells - SIGN)]


def found_note(item: Past, words: Sequence[str], cells: int) -> Row:
    """Return an earlier answer in words, with its flag and the part of its memo that matches."""
    verdict = fit(f"{'⚑ ' if item.answer.flag else ''}{said(item.answer)}", cells)
    memo, room = item.answer.memo, cells - width(verdict) - len(" · ")
    if not memo or room < 1:
        return [("class:quiet", verdict)]
    return [("class:quiet", f"{verdict} · "), *excerpt(memo, match_in(memo, words), room, "class:quiet")]


def waiting_rows(controller: Controller, cells: int) -> list[Row]:
    """Return the page shown while there is no question."""
    first, *more = _paragraph(waiting_words(controller), cells)
    return [[], [CURSOR, *first], *more]


def waiting_words(controller: Controller) -> str:
    """Return why there is no question, and what to do about it."""
    status = controller.status
    if not controller.session.labels:
        return (
            "This project has no labels yet, so there is nothing to ask. Set `labels` under [project] in loop.cfg, "
            "then start again."
        )
    if status.pool_left and (words := trouble(controller)):
        return words
    if controller.session.goal_reached:
        return controller.session.goal_reached
    if status.waiting:
        texts = "The text left needs" if status.waiting == 1 else f"The {status.waiting:,} texts left need"
        return f"You have answered everything. {texts} the answers of others, too (`loop annotators`)."
    if status.pool_left and controller.session.is_focus_exhausted:
        goal = controller.session.goal
        if goal.wanted:
            none_left = f"No held-out text is left to ask about. You answered {goal.answered} of {goal.wanted}."
            return f"{none_left} Quit and run `loop annotate` for the usual questions."
        if controller.session.focus == NO_FOCUS:
            return f"Nothing is left to ask: {blocked_words(status.pool_left)}. Add more with `loop add`."
        return "No more texts match this session's filter. Quit and run `loop annotate` to go on with all others."
    if status.pool_left:
        return f"The trainer is preparing the next questions ({status.trainer}). They appear here when ready."
    left_out = " · ".join(f"{count} {visible(reason)}" for reason, count in sorted(controller.left_out.items()))
    done = f"Every text has been answered, {status.answers_total} by you. Add more with `loop add`."
    done = f"{done} {controller.session.unlearned()}".rstrip()
    return f"{done} Left out: {left_out}." if left_out else done


def _paragraph(text: str, cells: int) -> list[Row]:
    return [[("", f"  {line}")] for line in wrapped_lines(text, cells - 4)]
