from __future__ import annotations

from dataclasses import replace

from editing_pages import start, type_keys

from loop.editing import Layout, Likely
from loop.editing.cursor import HINTS, hints, stops
from loop.records import TokenSpan

TEXT = "the SRAM Rival  shifter of my Canyon rubs"
SRAM = TokenSpan(1, 2, "BRAND")
CANYON = TokenSpan(7, 8, "BRAND")


def test_words_are_stepped_over_white_space_and_stop_at_both_ends() -> None:
    assert 4 == type_keys(start(TEXT), "right right l").cursor
    assert 0 == type_keys(start(TEXT), "left h").cursor
    assert (8, 0) == (type_keys(start(TEXT), "end right").cursor, type_keys(start(TEXT), "end home").cursor)


def test_tab_visits_spans_and_likely_candidates_and_comes_back_to_the_first() -> None:
    state = start(TEXT, SRAM, likely=(Likely(CANYON, 0.4), Likely(TokenSpan(4, 5, "PART"), 0.01)))
    visited = [type_keys(state, ["tab"] * times).target for times in (1, 2, 3)]

    assert [SRAM, CANYON, SRAM] == visited
    assert CANYON == type_keys(state, "s-tab").target


def test_tab_stops_at_a_span_that_begins_under_the_resting_cursor() -> None:
    first = TokenSpan(0, 1, "PART")

    assert first == type_keys(start(TEXT, first, SRAM), "tab").target


def test_a_candidate_that_overlaps_a_span_or_was_ruled_out_is_no_stop() -> None:
    state = start(TEXT, SRAM, likely=(Likely(TokenSpan(1, 3, "PART"), 0.9), Likely(CANYON, 0.4)))

    assert (SRAM, CANYON) == stops(state)
    assert (SRAM,) == stops(type_keys(state, "tab tab d"))


def test_of_two_candidates_for_one_place_tab_offers_the_likelier() -> None:
    longer = TokenSpan(6, 8, "BRAND")
    state = start(TEXT, likely=(Likely(longer, 0.5), Likely(CANYON, 0.3)))

    assert (longer,) == stops(state)


def test_without_spans_and_candidates_tab_says_so() -> None:
    assert "No spans and no likely candidates" in type_keys(start(TEXT), "tab").message


def test_a_jump_takes_one_letter_to_the_nearest_words() -> None:
    state = start(TEXT)
    letters = {word: hint for hint, word in hints(state).items()}

    assert 7 == type_keys(state, ["t", letters[7]]).cursor
    assert "a" == letters[1]


def test_no_hint_begins_another_one_and_every_word_in_sight_has_one() -> None:
    state = start("w " * 300)
    known = hints(state)

    assert set(range(1, 300)) == set(known.values())
    assert not any(a != b and b.startswith(a) for a in known for b in known)
    assert 300 == len(known) + 1
    assert {1, 2} == {len(hint) for hint in known}


def test_hints_are_for_what_the_screen_shows() -> None:
    state = replace(start("w " * 300), cursor=150, layout=Layout(visible=(140, 160)))

    assert set(range(140, 160)) - {150} == set(hints(state).values())


def test_two_letters_lead_to_a_word_far_away() -> None:
    state = start("w " * 300)
    hint = next(h for h, word in hints(state).items() if word == 200)

    assert 200 == type_keys(state, ["t", *hint]).cursor
    assert 2 == len(hint)
    assert set(hint) <= set(HINTS)


def test_a_letter_without_a_word_gives_the_jump_up() -> None:
    state = type_keys(start("one two"), "t z")

    assert ("edit", 0, "No word has the hint z.") == (state.stance, state.cursor, state.message)


def test_a_jump_extends_a_selection() -> None:
    state = start(TEXT)
    hint = next(h for h, word in hints(state).items() if word == 2)
    state = type_keys(state, ["v", "t", hint, "1"])

    assert (TokenSpan(0, 3, "BRAND"),) == state.marks


def test_a_find_selects_whole_words_and_a_label_marks_them() -> None:
    state = type_keys(start(TEXT), ["/", *"ival", "enter", "2"])

    assert (TokenSpan(2, 3, "PART"),) == state.marks


def test_find_steps_through_its_hits_from_the_cursor_on() -> None:
    text = "cable and Cable and cable"
    found = [
        type_keys(start(text), ["right", "/", *"cable", *tabs, "enter", "2"]).marks[0]
        for tabs in ([], ["tab"], ["down"] * 2)
    ]

    assert [2, 4, 0] == [mark.start for mark in found]


def test_a_find_without_a_hit_says_so_and_goes_on() -> None:
    state = type_keys(start(TEXT), ["/", *"xyz", "enter"])

    assert ("find", "“xyz” is not in this text.") == (state.stance, state.message)
    assert "edit" == type_keys(state, "escape").stance


def test_a_find_extends_a_selection() -> None:
    state = type_keys(start(TEXT), ["v", "/", *"Rival", "enter", "1"])

    assert (TokenSpan(0, 3, "BRAND"),) == state.marks


def test_lines_of_the_screen_are_moved_by_column() -> None:
    cells = ((0, 0), (0, 4), (0, 9), (0, 14), (1, 0), (1, 8), (1, 11), (2, 0), (2, 7))
    state = replace(start(TEXT), cursor=2, layout=Layout(cells=cells, height=2))

    assert [5, 8, 2] == [type_keys(state, keys).cursor for keys in ("down", "down down", "down up")]
    assert 5 == type_keys(state, "pagedown").cursor


def test_lines_are_guessed_before_the_screen_has_laid_the_text_out() -> None:
    assert (10, 0) == (type_keys(start("w " * 30), "down").cursor, type_keys(start("w " * 30), "down up").cursor)
