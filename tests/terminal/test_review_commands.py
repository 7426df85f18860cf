from __future__ import annotations

import pytest
from terminal_project import LABELS, question

from loop.editing import Difference, Intent, State, Version, begin, compared, keymap, page_of, undecided
from loop.records import TokenSpan
from loop.terminal.commands import MisunderstoodError, Words, interpret
from loop.terminal.review_commands import verbs
from loop.terminal.span_lines import span_lines, version_lines

KEYS = (made := keymap(LABELS, versions=3)) and Words(made.labels, made.keys, made.table)
TEXT = "my SRAM Rival hub and rim"
SRAM, RIVAL, RIM = TokenSpan(1, 2, "BRAND"), TokenSpan(1, 3, "BRAND"), TokenSpan(5, 6, "PART")
VERSIONS = (
    Version("alice", "flagged", (SRAM, RIM)),
    Version("bob", "", (RIVAL,)),
    Version("carol", "skipped it (unsure)", None),
)
DIFFERENCES = (Difference(1, 3, ((SRAM,), (RIVAL,), None)), Difference(5, 6, ((RIM,), (), None)))


def after(*lines: str) -> State:
    state = begin(compared(page_of(question(TEXT), LABELS), VERSIONS, DIFFERENCES))
    for line in lines:
        state = interpret(line, state, KEYS, verbs(KEYS))(state)
    return state


def test_versions_and_differences_are_numbered_lines() -> None:
    assert [
        "Version 1, alice: “SRAM” BRAND, “rim” PART (flagged)",
        "Version 2, bob: “SRAM Rival” BRAND",
        "Version 3, carol: skipped it (unsure)",
        "Difference 1, words 2-3: 1 “SRAM” BRAND; 2 “SRAM Rival” BRAND",
        "Difference 2, word 6, decided: 1 “rim” PART; 2 nothing",
    ] == list(version_lines(after("take 2 2")))


@pytest.mark.parametrize(
    ("lines", "marks", "left"),
    [
        (["take 1"], (SRAM, RIM), 0),
        (["take 2 1"], (RIVAL,), 1),
        (["take 2 1", "ta 1   2"], (RIVAL, RIM), 0),
        (["take 1", "nothing 2"], (SRAM,), 0),
        (["mark 6 PART"], (RIM,), 1),
    ],
)
def test_lines_take_versions_whole_or_at_a_difference(
    lines: list[str], marks: tuple[TokenSpan, ...], left: int
) -> None:
    assert (marks, left) == ((state := after(*lines)).marks, len(undecided(state)))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("take", "Name a version by its number, 1 to 3."),
        ("take 4", "Name a version by its number, 1 to 3."),
        ("take 1 3", "Name a difference by its number, 1 to 2."),
        ("nothing x", "Name a difference by its number, 1 to 2."),
        ("note", "note: give what to add to the guidelines."),
        ("widen", "is not a command"),
        ("unusable", "is not a command"),
    ],
)
def test_what_a_line_cannot_mean_is_said(line: str, words: str) -> None:
    with pytest.raises(MisunderstoodError, match=words.replace(".", r"\.")):
        after(line)


def test_the_other_commands_of_a_review_ask_the_session() -> None:
    assert [Intent("retract"), Intent("note", note="one name"), Intent("onward"), Intent("onward")] == [
        after(line).intent for line in ("retract", "note one name", "skip", "skip unsure")
    ]
    ways = "take a version (`take`), mark words, or say that nothing is there (`nothing`)"
    assert f"2 differences are not decided: {ways}." == KEYS.worded(after("ok").message)


def test_what_is_agreed_on_is_said_to_be() -> None:
    page = compared(page_of(question(TEXT, "hub=PART 90"), LABELS), VERSIONS, DIFFERENCES)

    assert ["1. “hub” PART, word 4, agreed on"] == list(span_lines(begin(page)))
