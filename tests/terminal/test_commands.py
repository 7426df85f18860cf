from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from terminal_project import LABELS, question

from loop.editing import COMMANDS, State, begin, keymap, page_of
from loop.terminal.commands import VERBS, MisunderstoodError, interpret

KEYS = keymap(LABELS)
TEXT = "the SRAM Rival shifter of my Canyon, SRAM"


def after(*lines: str, text: str = TEXT, labels: tuple[str, ...] = LABELS) -> State:
    state = begin(page_of(question(text, "SRAM=BRAND 93", uncertain=["Canyon=BRAND 34"]), labels))
    for line in lines:
        state = interpret(line, state, KEYS if labels == LABELS else keymap(labels))(state)
    return state


def spans(*lines: str) -> list[tuple[int, int, str]]:
    return [(span.start, span.end, span.label) for span in after(*lines).spans]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("mark 3-4 PART", [(4, 8, "BRAND"), (9, 22, "PART")]),
        ("mark 4 2", [(4, 8, "BRAND"), (15, 22, "PART")]),
        ("ma 2-3 par", [(4, 14, "PART")]),
        ("label 1 p", [(4, 8, "PART")]),
        ("label 2 PART", [(4, 8, "BRAND"), (29, 35, "PART")]),
        ("edges 1 2-4", [(4, 22, "BRAND")]),
        ("yes 2", [(4, 8, "BRAND"), (29, 35, "BRAND")]),
        ("delete 1", []),
        ("same 1", [(4, 8, "BRAND"), (37, 41, "BRAND")]),
        ("letters 11-12 PART", [(4, 8, "BRAND"), (9, 14, "PART")]),
        ("keys tab k", [(4, 14, "BRAND")]),
    ],
)
def test_every_edit_is_a_line(line: str, expected: list[tuple[int, int, str]]) -> None:
    assert expected == spans(line)


def test_edits_in_lines_are_undone_and_done_again() -> None:
    assert [(4, 8, "BRAND")] == spans("mark 4 PART", "undo")
    assert [(4, 8, "BRAND"), (15, 22, "PART")] == spans("mark 4 PART", "undo", "redo")


def test_a_label_without_a_key_is_marked_by_its_name() -> None:
    many = tuple(f"LABEL{i:02}" for i in range(40))

    assert [("LABEL39")] == [span.label for span in after("mark 2 label39", labels=many).spans]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("frobnicate", "is not a command"),
        ("l 1 PART", "may mean label, letters, leave, learn"),
        ("mark PART", "Write it like"),
        ("mark 0-2 PART", "neither a number nor a range"),
        ("mark 3-2 PART", "neither a number nor a range"),
        ("mark 3-99 PART", "The text has 9 words"),
        ("mark 2 colour", "No label matches “colour”"),
        ("delete 7", "by its number, 1 to 2"),
        ("delete", "by its number, 1 to 2"),
        ("letters 4 PART", "no word at letters"),
        ("skip because", "unsure, not my field, bad text"),
        ("ok then", "takes no arguments"),
        ("keys", "give the names of keys"),
    ],
)
def test_what_is_not_understood_says_what_would_be(line: str, said: str) -> None:
    with pytest.raises(MisunderstoodError, match=said):
        after(line)


def test_find_tells_the_numbers_of_the_words() -> None:
    assert "At word 2, word 9." == after("find sram").message.replace("words", "word")


@pytest.mark.parametrize(
    ("line", "verdict", "reason"),
    [("ok", "accept", ""), ("none", "accept", ""), ("skip", "skip", ""), ("skip bad", "skip", "bad text"),
     ("unusable", "unusable", "")],
)  # fmt: skip
def test_answers_leave_the_editor(line: str, verdict: str, reason: str) -> None:
    intent = after(line).intent

    assert intent is not None
    assert (verdict, reason) == (intent.verdict, intent.reason)


@pytest.mark.parametrize("keys", [[], ["alt"]], ids=["unset", "remapped"])
@pytest.mark.parametrize(
    "line",
    ["ok", "none", "mark 2 PART", "label 2 PART", "edges 1 2-3", "yes 2", "no", "delete 1", "same 1",
     "letters 5-6 PART", "other", "find SRAM", "undo", "redo", "skip", "skip unsure", "unusable", "back", "leave",
     "pattern 1", "mode", "learn", "progress", "flag", "memo hm", "guidelines", "quit", "widen", "narrow"],
)  # fmt: skip
def test_every_word_works_when_its_key_is_another_or_none(line: str, keys: list[str]) -> None:
    changed = keymap(LABELS, {command.name: [f"{key}-{command.name}" for key in keys] for command in COMMANDS})
    begun = after("mark 4 PART", "mark 1 PART", "undo")
    told, also = (interpret(line, begun, known)(begun) for known in (KEYS, changed))

    assert told == also
    assert line.partition(" ")[0] in {verb.name for verb in VERBS}
    assert told != begun


def test_the_words_tried_with_other_keys_are_all_that_stand_for_a_key() -> None:
    tried = test_every_word_works_when_its_key_is_another_or_none.pytestmark[0].args[1]

    assert {verb.name for verb in VERBS} - {"keys"} == {line.partition(" ")[0] for line in tried}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([verb.name for verb in VERBS]), st.text("0123456789- BRANDPTunsu", max_size=9)),
        max_size=8,
    )
)
def test_whatever_is_typed_the_spans_stay_whole_words(lines: list[tuple[str, str]]) -> None:
    state = after()
    for verb, rest in lines:
        try:
            state = interpret(f"{verb} {rest}", state, KEYS)(state)
        except MisunderstoodError:
            continue
        assert all(state.page.trim(mark) == mark for mark in state.marks)
        assert all(one.end <= other.start for one, other in zip(state.marks, state.marks[1:], strict=False))
