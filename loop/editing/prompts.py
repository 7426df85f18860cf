"""Stances in which keys do not edit: typing a label, a string or a memo, a jump hint, a reason to skip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from loop.editing.cursor import chosen_match, hints, matches, to
from loop.editing.edits import label
from loop.editing.keymap import CANCEL, Keymap
from loop.editing.state import Intent, Stance, State, refuse, remember

REASONS = {"u": "unsure", "n": "not my field", "b": "bad text"}
WHY_SKIP = f"Why skip? {' · '.join(f'{key} {reason}' for key, reason in REASONS.items())} · [skip] just skip"


def open_prompt(stance: Stance, message: str = "") -> Callable[[State], State]:
    """Return the command that opens one of these prompts."""
    return lambda state: replace(state, stance=stance, typed="", choice=0, message=message)


def open_memo(state: State) -> State:
    """Edit the memo, starting at its end."""
    return replace(state, stance="memo", typed=state.now.memo)


def close(state: State, message: str = "") -> State:
    """Return to the text, or to a selection that was open."""
    stance: Stance = "edit" if state.anchor is None else "select"
    return replace(state, stance=stance, typed="", choice=0, message=message)


def typing(state: State, key: str) -> State:
    """Handle one key while typing at a prompt."""
    if key in CANCEL or (key == "backspace" and not state.typed):
        return close(state)
    if key == "backspace":
        return replace(state, typed=state.typed[:-1], choice=0)
    if key in ("tab", "down"):
        return replace(state, choice=state.choice + 1)
    if key in ("s-tab", "up"):
        return replace(state, choice=state.choice - 1)
    if key == "enter":
        return TAKE[state.stance](state)
    letter = " " if key == "space" else key
    return replace(state, typed=state.typed + letter, choice=0) if len(letter) == 1 else state


def names(labels: Sequence[str], typed: str) -> list[str]:
    """Return the labels that `typed` matches, best first: by whole name, prefix, substring, letters in order."""
    typed = typed.casefold()

    def rank(name: str) -> int:
        low = name.casefold()
        letters = iter(low)
        fits = (low == typed, low.startswith(typed), typed in low, all(c in letters for c in typed), True)
        return fits.index(True)

    return sorted((name for name in labels if rank(name) < 4), key=rank)


def name(state: State) -> str | None:
    """Return the label chosen at `:`, or None if none matches."""
    found = names(state.page.labels, state.typed)
    return found[state.choice % len(found)] if found else None


def _take_name(state: State) -> State:
    chosen = name(state)
    return label(close(state), chosen) if chosen else refuse(state, f"No label matches “{state.typed}”.")


def _take_hit(state: State) -> State:
    found = chosen_match(state)
    if found is None:
        return refuse(state, f"“{state.typed}” is not in this text.")
    if state.page.mode == "teach":
        return close(to(state, state.page.step(found[1] - 1, 0)))
    anchor = found[0] if state.anchor is None else state.anchor
    last = state.page.step(found[1] - 1, 0)
    end = last if last >= anchor else found[0]
    count = len(matches(state))
    return close(replace(to(state, end), anchor=anchor), f"Found {count} times: a label or Enter marks this one.")


def _take_memo(state: State) -> State:
    memo = state.typed.strip()
    return remember(close(state), replace(state.now, memo=memo), message="Memo saved." if memo else "No memo.")


def _take_note(state: State) -> State:
    note = state.typed.strip()
    return replace(close(state), intent=Intent("note", note=note)) if note else close(state)


TAKE: dict[Stance, Callable[[State], State]] = {
    "name": _take_name,
    "find": _take_hit,
    "memo": _take_memo,
    "note": _take_note,
}


def jumping(state: State, key: str) -> State:
    """Handle one letter of a jump hint."""
    if key in CANCEL or key == "backspace":
        return close(state)
    known = hints(state)
    typed = state.typed + key
    if typed in known:
        return close(to(state, known[typed]))
    if any(hint.startswith(typed) for hint in known):
        return replace(state, typed=typed)
    return close(state, f"No word has the hint {typed}.")


def skipping(state: State, key: str, keys: Keymap) -> State:
    """Handle the reason to skip; Enter or the skip key skips without one."""
    if key in REASONS or key == "enter" or keys.commands.get(key) == "skip":
        return skip(state, REASONS.get(key, ""))
    return close(state, "Not skipped.")


def skip(state: State, reason: str = "") -> State:
    """Skip the text; a review leaves it undecided."""
    if state.page.versions:
        return replace(close(state), intent=Intent("onward"))
    return replace(close(state), intent=Intent("answer", "skip", reason))
