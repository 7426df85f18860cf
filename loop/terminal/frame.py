"""The rows around the text: project and trainer above; current span, labels and last answer below."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from loop.editing import Keymap, State, chances
from loop.editing.characters import selected_range
from loop.editing.cursor import matches, selection
from loop.editing.keymap import key_name
from loop.editing.prompts import name, names
from loop.progress import STOPPED
from loop.progress.pace import acceptance, pace_words, seconds_an_answer
from loop.records import REASONS, Answer, Mode, Question, Stream
from loop.terminal.body import CURSOR, Row, cut_row, forms, percent
from loop.terminal.controller import Controller
from loop.terminal.glyphs import fit, fit_end, visible, width
from loop.terminal.style import colour_class

# What is said, in a loud frame, of texts that rounds never learn from; the shorter words are for narrow screens.
BANNERS: dict[Stream, tuple[str, str]] = {
    "held_out": (
        "HELD OUT{count}: for evaluation only; the model never learns from this text.",
        "HELD OUT{count}: never learned from",
    ),
    "repeat": (
        "REPEAT: you answered this text before; this only measures how consistent you are.",
        "REPEAT: how consistent are you?",
    ),
}
WIDE = 60  # cells from which there is room for extras
VERY_WIDE = 100
HEAD_START = "Name terms first: q, then `loop terms`"
NAMED = 2  # others at work who are named; more are counted
MORE = 10  # cells for "more" when not all labels fit


def spread(left: Sequence[tuple[str, str]], right: str, cells: int) -> Row:
    """Return a row with `left` at the left and a quiet `right` at the right edge; `left` is cut if need be."""
    room = cells - width(right) - 1 if right else cells
    row: Row = []
    for style, text in left:
        shown = fit(text, room)
        room -= width(shown)
        row.append((style, shown))
    return [*row, ("", " " * max(0, room + 1)), ("class:quiet", right)] if right else row


def head(controller: Controller, cells: int) -> list[Row]:
    """Return the two rows above the text: project, mode, round, trainer, and whether everything is saved."""
    status = controller.status
    saved = "saved" if controller.saved else "NOT SAVED"
    doing = status.trainer.partition(":")[0]  # the message line says why it stopped
    long = f"round {status.round} · trainer {doing} · {saved}"
    short = f"r{status.round} · {saved}"
    scored = f"{status.score} · {long}" if status.score else long
    right = next((words for words in (scored, long) if width(words) + 16 <= cells), short)
    mode: str = controller.state.page.mode if controller.state else controller.session.mode
    mode = "review" if controller.session.versions else mode
    left = [("class:title", " " + visible(controller.session.name)), ("class:quiet", f" · {mode}{beside(controller)}")]
    alarm = fit(f" {visible(status.forgotten)} ", cells) if status.forgotten else ""
    return [spread(left, right + " ", cells), rule(controller, cells, alarm)]


def beside(controller: Controller) -> str:
    """Return who else is at work, such as " · with ben and cid"."""
    others = controller.status.others
    if not others:
        return ""
    names = [visible(name) for name in others]
    return f" · with {' and '.join(names)}" if len(names) <= NAMED else f" · with {len(names)} others"


def rule(controller: Controller, cells: int, note: str = "") -> Row:
    """Return a line across the screen with a note at its right end; a double line around a text for evaluation."""
    is_framed = controller.question is not None and controller.question.stream in BANNERS and controller.view == "text"
    line, style = ("═", "class:title") if is_framed else ("─", "class:rule")
    return [(style, line * (cells - width(note))), ("class:key", note)]


def why(controller: Controller, cells: int) -> Row:
    """Return the row with the reason for this question, or its earlier answer; flag and memo at the right."""
    question = controller.question
    if question is None or controller.state is None:
        return []
    noted = notes(controller.state, cells // 3)
    return spread(_why(controller, question, controller.state.page.mode, cells), f"{noted} " if noted else "", cells)


def _why(controller: Controller, question: Question, mode: Mode, cells: int) -> Row:
    note = visible(controller.session.note(question))
    if controller.reopened is None and note:
        return [("class:title", fit(f" {note}", cells))]
    if controller.reopened is not None:
        back = key_name(controller.keys.first("onward"))
        leave = f". {back} keeps it. " if back else ""
        return [
            ("class:loud", fit(f" {earlier(controller, question, controller.reopened)}", cells - width(leave)) + leave)
        ]
    if question.stream in BANNERS:
        long, short = (f" {words}" for words in banner(controller, question))
        words = fit(long if width(long) <= cells else short, cells)
        return [("class:loud", words + " " * (cells - width(words)))]
    return [("class:quiet", fit(f" {why_words(question, mode)}", cells))]


def banner(controller: Controller, question: Question) -> tuple[str, str]:
    """Return what is said of a text for evaluation, and a shorter form; with `--measure N` which of the N it is."""
    goal = controller.session.goal
    count = f", {goal.answered + 1} of {goal.wanted}" if goal.wanted else ""
    long, short = BANNERS[question.stream]
    return long.format(count=count), short.format(count=count)


def reason(question: Question, mode: Mode) -> str:
    """Return why a text is asked; in manual mode without the model's predictions."""
    return (visible(question.reason) if mode != "manual" else "") or REASONS[question.stream]


def why_words(question: Question, mode: Mode) -> str:
    """Return why a text or a passage of it is asked, in a sentence."""
    asked = "" if question.passage is None or mode == "teach" else "passage · "
    return f"Why: {asked}{reason(question, mode)}"


def notes(state: State, cells: int) -> str:
    """Return a text's flag and memo in at most `cells` cells; empty without either."""
    memo = f"memo: {visible(state.now.memo)}" if state.now.memo else ""
    return fit(" · ".join(filter(None, ["⚑ flagged" if state.now.flag else "", memo])), cells)


def earlier(controller: Controller, question: Question, answer: Answer) -> str:
    """Return the session's note on an earlier answer, or else the answer in words."""
    return visible(controller.session.note(question)) or f"Answered before: {said(answer)}"


def said(answer: Answer) -> str:
    """Return an answer in a few words, such as "accepted, 2 BRAND, 1 PART"."""
    if answer.mode == "teach" and not answer.complete:
        return f"yes, {visible(answer.spans[0].label)}" if answer.spans else "no"
    if answer.verdict == "accept" and answer.spans:
        accepted = "accepted" if answer.passage is None else "passage accepted"
        counts: dict[str, int] = {}
        for span in answer.spans:
            counts[span.label] = counts.get(span.label, 0) + 1
        return f"{accepted}, " + ", ".join(f"{count} {visible(label)}" for label, count in counts.items())
    words = {
        "accept": "no entities" if answer.passage is None else "no entities in the passage",
        "unusable": "unusable",
        "reject": "rejected",
    }
    reason = f" ({visible(answer.reason)})" if answer.reason else ""
    return words.get(answer.verdict, "skipped") + reason


def prompt(state: State, cells: int) -> Row:
    """Return the row of the open prompt; empty without one."""
    if state.stance == "name":
        chosen, fitting = name(state), names(state.page.labels, state.typed)
        rest = " · ".join(f"[{visible(n)}]" if n == chosen else visible(n) for n in fitting)
        return _typed("Label", state.typed, rest, cells)
    if state.stance == "find":
        count = len(matches(state))
        return _typed("Find", state.typed, f"{count} found · Tab next · Enter selects" if state.typed else "", cells)
    if state.stance == "memo":
        return _typed("Memo", state.typed, "Enter saves it", cells)
    if state.stance == "note":
        return _typed("Guidelines", state.typed, "Enter adds it", cells)
    return []


def _typed(what: str, typed: str, rest: str, cells: int) -> Row:
    shown = visible(typed)[-(cells - 12) :]
    room = max(0, cells - width(shown) - len(what) - 6)
    return [
        ("class:message", f" {what}: "),
        ("", shown),
        CURSOR,
        ("class:cursor", " "),
        ("class:quiet", fit(f"  {rest}", room)),
    ]


def in_hand(state: State, keys: Keymap, cells: int) -> Row:
    """Return the row about the span or candidate under the cursor: its text, its label and the alternatives."""
    if state.stance in ("select", "chars"):
        return _selected(state, cells)
    page, target = state.page, state.target
    if target is None or state.rest:
        return []
    string = f" “{fit(visible(page.string(target.start, target.end)), max(8, cells // 3))}” "
    known = chances(state, target[:2])
    others = islice((mark for mark in known if mark != target), 3)
    more = [f"or {_other(state, mark)}{percent(known[mark])}" for mark in others]
    if target in state.now.touched:
        more = ["decided by you"]
    elif target not in state.marks:
        more.insert(0, keys.worded("not marked: [confirm] marks it, [delete] says no"))
    name = forms(state, target, known.get(target), keys).fitting(cells - width(string) - 2)
    row = [("", string), (colour_class("chip", page.labels, target.label), f" {name} ")]
    return cut_row(
        [*row, ("class:quiet", f"  {_fitting(more, cells - 2 - sum(width(text) for _, text in row))}")], cells
    )


def _selected(state: State, cells: int) -> Row:
    """The selection, and the whole words it will be widened to if it is less."""
    page = state.page
    chars = selected_range(state) if state.stance == "chars" else None
    tokens = page.cover(*chars) if chars else selection(state)
    words = page.string(*tokens) if tokens else ""
    string = page.text[slice(*chars)] if chars else words
    note = f"the model learns whole words: “{visible(words)}”" if words != string.strip() else "selected"
    return cut_row([("", f" “{fit(visible(string), max(8, cells // 2))}” "), ("class:quiet", f" {note}")], cells)


def _fitting(more: Sequence[str], cells: int) -> str:
    """Return as many whole notes as fit, but always the first."""
    kept = " · ".join(more[:1])
    for note in more[1:]:
        longer = f"{kept} · {note}"
        if width(longer) > cells:
            break
        kept = longer
    return kept


def _other(state: State, mark: tuple[int, int, str]) -> str:
    target = state.target
    if target is not None and (mark[0], mark[1]) == (target.start, target.end):
        return visible(mark[2])
    return f"“{fit(visible(state.page.string(mark[0], mark[1])), 24)}” {visible(mark[2])}"


def legend(state: State, keys: Keymap, cells: int) -> Row:
    """Return the labels with their keys, the active one underlined; as many as fit."""
    row: Row = [("", " ")]
    used = 1
    for label in state.page.labels:
        own = keys.digits.get(label) or keys.letters.get(label) or ""
        letter = keys.letters.get(label) or ""
        pieces = f"{own}/{letter}" if own != letter and letter else own
        size = width(pieces) + width(visible(label)) + 5
        is_last = label == state.page.labels[-1]
        if used + size > cells - (0 if is_last else MORE):
            row.append(("class:quiet", f"{keys.first('name')} more".strip()))
            break
        chip = colour_class("chip", state.page.labels, label)
        active = " underline" if label == state.active else ""
        row += [("class:key", pieces + " "), (chip + active, f" {visible(label)} "), ("", "  ")]
        used += size
    return row


def trouble(controller: Controller) -> str:
    """Return why the trainer stopped, if it reported an error; prepared questions can still be answered."""
    trainer = controller.status.trainer
    if not trainer.startswith(f"{STOPPED}: "):
        return ""
    return (
        f"The trainer {trainer} Your answers are saved. It restarts when you change loop.cfg "
        "or run `loop annotate` again."
    )


def recent_pace(controller: Controller) -> list[str]:
    """Return the pace and the acceptance rate of the last answers since the start of the program."""
    seconds = seconds_an_answer(controller.recent)
    accepted, suggested = acceptance(controller.recent)
    pace = [] if seconds is None else [pace_words(seconds)]
    is_asking = not controller.session.versions  # a review suggests what all agree on
    return [*pace, *([f"{accepted} of {suggested} accepted"] if suggested and is_asking else [])]


def meta_words(question: Question) -> str:
    """Return a text's meta on one line, safe to print: "ticket: 12 · shop: north"."""
    return " · ".join(f"{visible(str(key))}: {visible(str(value))}" for key, value in question.text.meta.items())


def neighbour_row(text: str, cells: int, *, last: bool) -> Row:
    """Return a neighbouring text on one quiet row: the end of the text before, the beginning of the text after."""
    cut, room = fit_end if last else fit, max(1, cells - 4)
    return [("class:quiet", "  " + cut(visible(text), room))]


def last_line(controller: Controller, cells: int) -> Row:
    """Return the row with the last answer, the key that reopens it, and the number of answers."""
    status = controller.status
    parts = [f"{status.answers_today} today", *(recent_pace(controller) if cells >= VERY_WIDE else [])]
    right = " · ".join([*parts, *([f"{status.answers_total} in all"] if cells >= WIDE else [])]) + " "
    if controller.last is None:
        hint = f" No answer yet. {HEAD_START}"
        fits = controller.session.knows_nothing and width(hint) + width(right) < cells
        return spread([("class:quiet", hint if fits else " No answer yet")], right, cells)
    key = key_name(controller.keys.first("reopen"))
    back = f" · {key} reopens" if key else ""
    shown = fit(f" Last: {said(controller.last)}", max(8, cells - width(back) - width(right) - 1))
    return spread([("class:quiet", shown + back)], right, cells)
