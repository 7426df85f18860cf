"""The commands of the line mode: lines such as `mark 2-3 BRAND`, carried out by the editor behind the keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from loop.editing import Keymap, Range, State, act, press
from loop.editing.cursor import stops
from loop.editing.edits import analysis, confirm, delete, everywhere, label, put
from loop.editing.keymap import IN_BRACKETS, TAKES
from loop.editing.prompts import REASONS, names, skip
from loop.editing.state import change, remember
from loop.errors import LoopError
from loop.records import TokenSpan
from loop.terminal.glyphs import visible

Act = Callable[[State], State]
# Words that differ from the command's name; the four commands for edges share one.
EDGES = ("left_edge_left", "left_edge_right", "right_edge_left", "right_edge_right")
SAID = {"accept": "ok", "confirm": "yes", "select": "mark", "reopen": "back", "onward": "leave"}
SAID |= dict.fromkeys(EDGES, "edges") | dict.fromkeys(TAKES, "take")
ONCE = re.compile(r"(`\w+`)(?: \1)+")


class MisunderstoodError(LoopError):
    """A line is not a command; the message says what to type."""

    def __init__(self, message: str) -> None:
        super().__init__(message, hint="`help` lists the commands.")


class Words(Keymap):
    """A keymap whose messages name words of the line mode instead of keys."""

    def worded(self, message: str) -> str:
        """Return a message with "`ok`" in place of "[accept]"."""
        return ONCE.sub(r"\1", IN_BRACKETS.sub(lambda found: f"`{SAID.get(found[1], found[1])}`", message))


@dataclass(frozen=True, slots=True)
class Verb:
    """A command of the line mode: its arguments, its help, and how it becomes an edit."""

    name: str
    usage: str
    words: str
    act: Callable[[str, State, Keymap], Act]


def interpret(line: str, state: State, keys: Keymap, verbs: Sequence[Verb] = ()) -> Act:
    """Return the edit that a line asks for, by default of `VERBS`; the first word may be shortened if unambiguous.

    Raises:
        MisunderstoodError: the line is not a command, or its arguments do not fit.
    """
    word, _, rest = line.strip().partition(" ")
    found = [verb for verb in verbs or VERBS if verb.name.startswith(word.lower())]
    exact = [verb for verb in found if verb.name == word.lower()]
    if len(exact or found) != 1:
        known = ", ".join(verb.name for verb in found) if found else ""
        raise MisunderstoodError(
            f"“{visible(word)}” may mean {known}." if known else f"“{visible(word)}” is not a command."
        )
    return (exact or found)[0].act(rest.strip(), state, keys)


def numbered_spans(state: State) -> tuple[TokenSpan, ...]:
    """Return the numbered spans: the marks and the unmarked candidates, from left to right."""
    return stops(state)


def command(name: str) -> Callable[[str, State, Keymap], Act]:
    """Return the line for a command of the editor that takes no arguments."""

    def alone(rest: str, _: State, __: Keymap) -> Act:
        if rest:
            raise MisunderstoodError(f"This command takes no arguments, but got “{visible(rest)}”.")
        return lambda state: act(replace(state, focus=None, stance="edit"), name)

    return alone


def _keys(rest: str, _: State, keys: Keymap) -> Act:
    if not rest:
        raise MisunderstoodError("keys: give the names of keys, for example `keys tab k enter`.")

    def pressed(state: State) -> State:
        for key in rest.split():
            if state.intent is None:
                state = press(state, key, keys)
        return state

    return pressed


def _skip(rest: str, _: State, __: Keymap) -> Act:
    reason = next((name for name in REASONS.values() if rest and name.startswith(rest.lower())), "")
    if rest and not reason:
        raise MisunderstoodError(f"skip: give no reason, or one of {', '.join(REASONS.values())}.")
    return lambda state: skip(replace(state, anchor=None), reason)


def _mark(rest: str, state: State, keys: Keymap) -> Act:
    where, name = _split(rest, "mark 2-3 LABEL")
    start, end = _words(where, state)
    chosen = _label(name, state, keys)
    return lambda state: label(replace(state, stance="select", anchor=start, cursor=end - 1), chosen)


def _letters(rest: str, state: State, keys: Keymap) -> Act:
    where, name = _split(rest, "letters 5-9 LABEL")
    first, last = _numbers(where)
    chosen = _label(name, state, keys)
    tokens = state.page.cover(first - 1, last)
    if tokens is None or last > len(state.page.text):
        raise MisunderstoodError(f"There is no word at letters {where}; the text has {len(state.page.text)}.")
    wanted, got = state.page.text[first - 1 : last], state.page.string(*tokens)
    widened = "" if wanted == got else f"The model learns whole words: “{visible(wanted)}” was widened. "
    message = f"{widened}“{visible(got)}” is {chosen}."
    return lambda state: put(replace(state, active=chosen), TokenSpan(*tokens, chosen), message=message)


def _relabel(rest: str, state: State, keys: Keymap) -> Act:
    number, name = _split(rest, "label 1 LABEL")
    mark, chosen = _span(number, state), _label(name, state, keys)
    return lambda state: label(_on(state, mark), chosen)


def _edges(rest: str, state: State, _: Keymap) -> Act:
    number, where = _split(rest, "edges 1 2-4")
    mark = _span(number, state)
    start, end = _words(where, state)
    moved = TokenSpan(start, end, mark.label)
    return lambda state: change(state, put=[moved], drop=[mark], cursor=start)


def _at_span(edit: Act) -> Callable[[str, State, Keymap], Act]:
    def with_number(rest: str, state: State, _: Keymap) -> Act:
        mark = _span(rest, state)
        return lambda state: edit(_on(state, mark))

    return with_number


def _other(rest: str, state: State, _: Keymap) -> Act:
    if not rest:
        return lambda state: analysis(1)(replace(state, rest=True, focus=None))
    mark = _span(rest, state)
    return lambda state: analysis(1)(_on(state, mark) if state.cycle is None else state)


def _find(rest: str, _: State, __: Keymap) -> Act:
    if not rest:
        raise MisunderstoodError("find: give the string to look for.")

    def told(state: State) -> State:
        found = [state.page.words_within(*tokens) for tokens in state.page.occurrences(rest)]
        where = ", ".join(_range_words(state, words) for words in found if words)
        return replace(state, message=f"At {where}." if where else "Not in this text.")

    return told


def _memo(rest: str, _: State, __: Keymap) -> Act:
    return lambda state: remember(state, replace(state.now, memo=rest), message="Memo saved." if rest else "No memo.")


def _on(state: State, mark: TokenSpan) -> State:
    focus = None if mark in state.marks else mark
    return replace(state, cursor=mark.start, focus=focus, rest=False, stance="edit", anchor=None)


def _split(rest: str, example: str) -> tuple[str, str]:
    first, _, second = rest.partition(" ")
    if not second.strip():
        raise MisunderstoodError(f"Write it like `{example}`.")
    return first, second.strip()


def _numbers(where: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d+)(?:-(\d+))?", where)
    if match is None or int(match[1]) < 1 or int(match[2] or match[1]) < int(match[1]):
        raise MisunderstoodError(f"“{visible(where)}” is neither a number nor a range such as 2-3.")
    return int(match[1]), int(match[2] or match[1])


def _words(where: str, state: State) -> Range:
    first, last = _numbers(where)
    words = state.page.words
    if last > len(words):
        raise MisunderstoodError(f"The text has {len(words)} words; `words` numbers them.")
    return words[first - 1], words[last - 1] + 1


def _span(number: str, state: State) -> TokenSpan:
    marks = numbered_spans(state)
    if not number.isdecimal() or not 1 <= int(number) <= len(marks):
        raise MisunderstoodError(
            f"Name a span by its number, 1 to {len(marks)}." if marks else "There is no span here."
        )
    return marks[int(number) - 1]


def _label(name: str, state: State, keys: Keymap) -> str:
    if name in keys.by_key:
        return keys.by_key[name]
    found = names(state.page.labels, name)
    if not found:
        raise MisunderstoodError(f"No label matches “{visible(name)}”; the labels are {_all(state.page.labels)}.")
    return found[0]


def _all(labels: Sequence[str]) -> str:
    return ", ".join(visible(label) for label in labels)


def range_of(state: State, mark: TokenSpan) -> str:
    """Return the numbers of a mark's words, as "word 2" or "words 2-3"."""
    return words_of(state, (mark.start, mark.end))


def words_of(state: State, tokens: Range) -> str:
    """Return the numbers of the words of a range of tokens, as "word 2" or "words 2-3"."""
    return _range_words(state, state.page.words_within(tokens[0], tokens[1]))


def _range_words(state: State, words: Sequence[int]) -> str:
    first, last = (state.page.words.index(word) + 1 for word in (words[0], words[-1]))
    return f"word {first}" if first == last else f"words {first}-{last}"


VERBS = (
    Verb("ok", "", "accept: these are all the spans", command("accept")),
    Verb("none", "", "there are no entities in this text", command("none")),
    Verb("mark", "2-3 LABEL", "mark words; a label by its key, or a part of its name", _mark),
    Verb("label", "1 LABEL", "give a span or candidate another label", _relabel),
    Verb("edges", "1 2-4", "put a span's edges at other words", _edges),
    Verb("yes", "1", "this span or candidate is right", _at_span(confirm)),
    Verb("no", "", "in teach mode: this is none", command("no")),
    Verb("delete", "1", "this span or candidate is not an entity", _at_span(delete)),
    Verb("same", "1", "the same string everywhere in this text", _at_span(everywhere)),
    Verb("letters", "5-9 LABEL", "mark letters; they are widened to words", _letters),
    Verb("other", "[1]", "another prediction for the text, or for a span", _other),
    Verb("find", "STRING", "the numbers of the words that hold it", _find),
    Verb("widen", "", "ask about more of the text around the passage", command("widen")),
    Verb("narrow", "", "ask about less of the text", command("narrow")),
    Verb("undo", "", "undo the last edit in this text", command("undo")),
    Verb("redo", "", "do it again", command("redo")),
    Verb("skip", "[REASON]", f"skip this text: {', '.join(REASONS.values())}", _skip),
    Verb("unusable", "", "the text is unusable: never ask it again", command("unusable")),
    Verb("back", "", "reopen the previous answer", command("reopen")),
    Verb("leave", "", "leave a reopened answer as it is", command("onward")),
    Verb(
        "pattern", "1", "the string of a span is a pattern from now on", _at_span(lambda state: act(state, "pattern"))
    ),
    Verb("mode", "", "the next mode: correct, teach, manual", command("mode")),
    Verb("learn", "", "learn from the last answers now", command("learn")),
    Verb("progress", "", "how good the model is, and what more answers would bring", command("progress")),
    Verb("flag", "", "flag this text as a hard case", command("flag")),
    Verb("memo", "TEXT", "write a memo on this text", _memo),
    Verb("keys", "KEY KEY…", "press keys of the full screen: tab, enter, left, k, …", _keys),
    Verb("guidelines", "", "the guidelines of this project", command("guidelines")),
    Verb("quit", "", "quit; everything is kept", command("quit")),
)
