from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from terminal_project import LABELS, question
from wcwidth import wcswidth

from loop.editing import State, begin, keymap, page_of, press
from loop.records import TokenSpan
from loop.terminal.body import body, layout_of

KEYS = keymap(LABELS)
TEXT = "the SRAM Rival shifter of my Canyon rubs"


def state_of(text: str, *marked: str, keys: str = "", **more: object) -> State:
    state = begin(page_of(question(text, *marked, **more), LABELS))  # type: ignore[arg-type]
    for key in keys.split():
        state = press(state, key, KEYS)
    return state


def replace_marks(state: State, *marks: TokenSpan) -> State:
    return replace(state, now=replace(state.now, marks=marks))


def rows_of(state: State, cells: int = 60, rows: int = 20, top: int = 0) -> list[str]:
    return ["".join(text for _, text in row) for row in body(state, KEYS, cells, rows, top)]


def style_of(state: State, string: str, cells: int = 60) -> str:
    return next(style for row in body(state, KEYS, cells, 20, 0) for style, text in row if text == string)


def test_a_label_stands_under_its_span_with_its_probability() -> None:
    text, names = rows_of(state_of(TEXT, "SRAM Rival=BRAND 61"))

    assert TEXT == text
    assert "    BRAND 61%" == names.rstrip()


def test_a_name_is_drawn_out_under_a_wide_span() -> None:
    assert "    BRAND 61% ────────" == rows_of(state_of(TEXT, "SRAM Rival shifter=BRAND 61"))[1].rstrip()


def test_in_a_crowd_the_probability_gives_way_before_the_name() -> None:
    assert (
        "    BRAND PART 61%" == rows_of(state_of("the SRAM  Rival rubs", "SRAM=BRAND 93", "Rival=PART 61"))[1].rstrip()
    )


def test_in_a_tight_crowd_a_name_gives_way_to_its_letter() -> None:
    assert "P P BRAND 9%" == rows_of(state_of("a b c", "a=PART 90", "b=PART 90", "c=BRAND 9"))[1].rstrip()


def test_a_name_at_the_right_edge_stays_on_the_screen() -> None:
    assert " BRAND 93%" == rows_of(state_of("rubs my XT", "XT=BRAND 93"), cells=10)[1].rstrip()


def test_a_candidate_left_out_has_a_question_mark() -> None:
    assert "BRAND? 34%" in rows_of(state_of(TEXT, uncertain=["Canyon=BRAND 34"]))[1]


def test_what_was_decided_has_a_tick_instead_of_a_probability() -> None:
    assert "    BRAND ✓" == rows_of(state_of(TEXT, "SRAM=BRAND 93", keys="tab y"))[1].rstrip()


@pytest.mark.parametrize(
    ("word", "candidate", "decided"),
    [
        ("Shimano", "BRAND?", "BRAND ✓"),
        ("Canyon", "BRAND?", "BRAND✓"),
        ("SRAMs", "BRA…?", "BRA…✓"),
        ("SRAM", "BR…?", "BR…✓"),
        ("KMC", "B?", "B✓"),
        ("XT", "B?", "B✓"),
        ("X", "?", "✓"),
    ],
)
def test_a_name_that_is_cut_keeps_its_mark(word: str, candidate: str, decided: str) -> None:
    text = f"{word} xx"
    offered = rows_of(state_of(text, "xx=PART 90", uncertain=[f"{word}=BRAND 34"]))[1]
    taken = rows_of(state_of(text, f"{word}=BRAND 34", "xx=PART 90", keys="tab y"))[1]

    assert [candidate, decided] == [names[: len(word)].rstrip(" ─") for names in (offered, taken)]


@pytest.mark.parametrize("cells", range(1, 12))
def test_at_the_edge_of_the_screen_a_name_keeps_its_mark(cells: int) -> None:
    offered = rows_of(state_of("Canyon", uncertain=["Canyon=BRAND 34"]), cells)[1]
    taken = rows_of(state_of("Canyon", "Canyon=BRAND 34", keys="tab y"), cells)[1]

    assert ("?" in offered, "✓" in taken) == (True, True)
    assert max(wcswidth(row.rstrip()) for row in (offered, taken)) <= cells


def test_spans_of_one_cell_that_touch_are_all_named() -> None:
    state = replace_marks(state_of("a,b;c"), *(TokenSpan(n, n + 1, LABELS[n % 2]) for n in range(5)))

    assert "BPBPBRAND" == rows_of(state)[1].rstrip()


def test_what_the_model_changed_by_itself_is_named_so_however_little_room_there_is() -> None:
    state = state_of("SRAM xx Canyon of", "SRAM=BRAND 93", "xx=PART 50")
    canyon = TokenSpan(2, 3, "BRAND")
    marks = (state.marks[0], TokenSpan(1, 2, "BRAND"))
    changed = replace(state, now=replace(state.now, marks=marks, moved=marks, gone=(canyon,)))

    assert "BR…* B* BRAND? gone" == rows_of(changed)[1].rstrip()


def test_a_span_over_two_lines_is_named_on_both() -> None:
    drawn = rows_of(state_of(TEXT, "Rival shifter of=PART 50"), cells=14)

    assert ["the SRAM Rival", "PART 50%", "shifter of my", "PART 50%"] == [row.strip() for row in drawn[:4]]


def test_spans_cursor_and_selection_differ_also_without_colour() -> None:
    state = state_of(TEXT, "SRAM=BRAND 93", keys="tab")

    assert "class:span0 class:target class:cursor" == style_of(state, "SRAM")
    assert "class:selection" == style_of(state_of(TEXT, keys="v right"), "the ")
    assert "class:candidate" == style_of(state_of(TEXT, uncertain=["Canyon=BRAND 34"]), "Canyon")


def test_hints_stand_under_the_words() -> None:
    drawn = rows_of(state_of("one two three", keys="t"))

    assert ["one two three", "    a   s"] == [row.rstrip() for row in drawn]


def test_the_page_follows_the_cursor() -> None:
    state = state_of("word " * 200, keys="end")
    layout, top, hidden = layout_of(state, 40, 10, 0)

    assert (5, 20, 0) == (layout.height, top, hidden)
    assert layout_of(replace(state, cursor=0), 40, 10, top)[1] == 0
    assert layout.visible == (160, 200)


def test_a_page_with_the_cursor_on_it_does_not_move() -> None:
    state = replace(state_of("word " * 200), cursor=60)

    assert 6 == layout_of(state, 40, 10, 6)[1]


@settings(max_examples=150, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("ab \n\t自e\u0301\x1b\u202e😀👩\u200d🔧"), max_size=80),
    st.lists(st.sampled_from(["right", "1", "2", "v", "tab", "t", "d", "k", "down"]), max_size=12),
    st.integers(16, 60),
)
def test_no_row_is_wider_than_the_screen(text: str, pressed: list[str], cells: int) -> None:
    state = state_of(text)
    for key in pressed:
        state = press(state, key, KEYS)
    for row in rows_of(state, cells):
        assert wcswidth(row.rstrip()) <= cells
