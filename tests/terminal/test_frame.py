from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from terminal_project import question

from loop.editing import begin, keymap, page_of, press
from loop.records import Answer, Span
from loop.terminal import frame
from loop.terminal.body import Row
from loop.terminal.controller import Controller
from loop.terminal.key_line import key_line

SRAM = question("the SRAM Rival shifter", "SRAM=BRAND 93", uncertain=["SRAM Rival=PART 30", "shifter=PART 20"])
MANY = tuple(f"LABEL{i:02}" for i in range(40))


def shown(row: Row) -> str:
    return "".join(text for _, text in row)


@pytest.fixture
def controller(sit_down: Callable[..., Controller]) -> Controller:
    return sit_down(SRAM, question("nothing here"))


def press_all(controller: Controller, keys: str) -> Controller:
    for key in keys.split():
        controller.press(key)
        controller.drawn = True
    return controller


def test_the_head_says_where_one_is_and_that_all_is_kept(controller: Controller) -> None:
    head = shown(frame.head(controller, 80)[0])

    assert head.startswith(" shop · correct")
    assert head.endswith("round 0 · trainer stopped · saved ")
    assert 80 == len(head)


def test_a_narrow_head_keeps_the_round_and_saved(controller: Controller) -> None:
    assert " shop · correct             r0 · saved " == shown(frame.head(controller, 39)[0])


def test_the_head_says_how_good_the_model_is_where_there_is_room(controller: Controller) -> None:
    controller.status = replace(controller.status, score="F1 71 (66–76)")

    assert shown(frame.head(controller, 80)[0]).endswith(" F1 71 (66–76) · round 0 · trainer stopped · saved ")
    assert "F1 71" not in shown(frame.head(controller, 55)[0])


def test_a_draft_that_could_not_be_kept_is_said(controller: Controller) -> None:
    controller.saved = False

    assert "NOT SAVED" in shown(frame.head(controller, 80)[0])


def test_why_is_in_words(controller: Controller) -> None:
    assert " Why: the model is uncertain" == shown(frame.why(controller, 80))


def test_the_reason_of_a_question_goes_before_its_share(sit_down: Callable[..., Controller]) -> None:
    controller = sit_down(question("the SRAM", reason="SRAM: BRAND 41 %, \x1bPART 38 %"))

    assert " Why: SRAM: BRAND 41 %, ␛PART 38 %" == shown(frame.why(controller, 80))


def test_a_repeated_text_is_loud_and_says_what_for(sit_down: Callable[..., Controller]) -> None:
    controller = sit_down(question("the SRAM"))
    controller.question = question("the SRAM", stream="repeat")

    words = "REPEAT: you answered this text before; this only measures how consistent you are."
    assert words == shown(frame.why(controller, 100)).strip()
    assert "REPEAT: how consistent are you?" == shown(frame.why(controller, 40)).strip()
    assert "═" * 40 == shown(frame.head(controller, 40)[1])


def test_a_held_out_text_is_loud(sit_down: Callable[..., Controller]) -> None:
    controller = sit_down(question("the SRAM", stream="held_out"))

    assert "class:loud" == frame.why(controller, 80)[0][0]


def test_a_reopened_text_says_how_it_was_answered(controller: Controller) -> None:
    press_all(controller, "enter b")

    assert " Answered before: accepted, 1 BRAND. > keeps it. " == shown(frame.why(controller, 80))


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer("a", 1, "ann", "accept", (Span(0, 1, "A"), Span(2, 3, "A"), Span(4, 5, "B"))), "accepted, 2 A, 1 B"),
        (Answer("a", 1, "ann", "accept"), "no entities"),
        (Answer("a", 1, "ann", "skip", reason="unsure"), "skipped (unsure)"),
        (Answer("a", 1, "ann", "skip"), "skipped"),
        (Answer("a", 1, "ann", "unusable"), "unusable"),
    ],
)
def test_an_answer_in_words(answer: Answer, words: str) -> None:
    assert words == frame.said(answer)


def test_the_last_answer_says_how_to_reopen_it(controller: Controller) -> None:
    assert " No answer yet" == shown(frame.last_line(controller, 60)).split("   ")[0]

    press_all(controller, "enter")

    assert " Last: accepted, 1 BRAND · b reopens         1 today · 1 in all " == shown(frame.last_line(controller, 64))


def test_the_first_text_of_a_project_that_knows_nothing_says_how_to_begin(controller: Controller) -> None:
    hint = " No answer yet. Name terms first: q, then `loop terms`"

    assert hint == shown(frame.last_line(controller, 80)).split("   ")[0]

    controller.session.knows_nothing = False

    assert " No answer yet" == shown(frame.last_line(controller, 80)).split("   ")[0]


def test_the_span_in_hand_is_spelled_out_with_what_else_it_may_be(controller: Controller) -> None:
    press_all(controller, "tab")
    assert controller.state is not None

    assert " “SRAM”  BRAND 93%   or “SRAM Rival” PART 30%" == shown(
        frame.in_hand(controller.state, controller.keys, 80)
    )


def test_a_candidate_in_hand_says_how_to_take_it(controller: Controller) -> None:
    press_all(controller, "tab tab")
    assert controller.state is not None

    assert "not marked: y marks it, d says no" in shown(frame.in_hand(controller.state, controller.keys, 80))


def test_what_was_decided_is_said_to_be(controller: Controller) -> None:
    press_all(controller, "tab 2")
    assert controller.state is not None

    assert " “SRAM”  PART ✓   decided by you" == shown(frame.in_hand(controller.state, controller.keys, 80))


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("/ r i v", "Find: riv   1 found"),
        (": p a", "Label: pa   [PART]"),
        ("m h m", "Memo: hm"),
    ],
)
def test_what_is_typed_is_shown_with_what_it_means(controller: Controller, keys: str, words: str) -> None:
    press_all(controller, keys)
    assert controller.state is not None

    assert words in shown(frame.prompt(controller.state, 90))


def test_every_label_shows_its_keys(controller: Controller) -> None:
    assert controller.state is not None

    assert " 1/B  BRAND   2/P  PART   " == shown(frame.legend(controller.state, controller.keys, 80))


def test_forty_labels_show_what_fits_and_how_to_reach_the_rest() -> None:
    state = begin(page_of(question("a text"), MANY))
    legend = shown(frame.legend(state, keymap(MANY), 80))

    assert len(legend) <= 80
    assert legend.endswith(": more")


@pytest.mark.parametrize("cells", [40, 60, 80, 120])
@pytest.mark.parametrize("keys", ["", "v", "t", "/", "m", ":", "s", "?", "tab"])
def test_no_line_of_the_frame_is_wider_than_the_screen(controller: Controller, cells: int, keys: str) -> None:
    press_all(controller, keys)
    assert controller.state is not None
    state = controller.state
    rows = [
        *frame.head(controller, cells),
        frame.why(controller, cells),
        frame.prompt(state, cells),
        frame.last_line(controller, cells),
    ]
    rows += [
        frame.in_hand(state, controller.keys, cells),
        frame.legend(state, controller.keys, cells),
        key_line(controller, cells),
    ]

    assert [] == [shown(row) for row in rows if len(shown(row)) > cells]


def test_keys_are_written_as_people_write_them() -> None:
    assert ["Enter", "Shift+Tab", "Ctrl+F", "?"] == [frame.key_name(key) for key in ("enter", "s-tab", "c-f", "?")]


def test_a_text_of_hostile_characters_is_safe_in_the_frame(sit_down: Callable[..., Controller]) -> None:
    controller = sit_down(question("a \x1b]0;x\x07 b", "\x1b=PART 50"))
    assert controller.state is not None
    state = replace(press(controller.state, "tab", controller.keys))

    assert "“␛”" in shown(frame.in_hand(state, controller.keys, 80))


def test_pace_and_acceptance_are_those_of_the_last_answers(controller: Controller) -> None:
    spans = (Span(4, 8, "BRAND"),)
    given = Answer("a", 1, "ann", "accept", spans, spans, seconds=12.0)
    asked = question("the SRAM", "SRAM=BRAND 93")
    controller.recent.extend((asked, one) for one in (given, replace(given, spans=(), seconds=14.0)))

    assert ["13 s each", "1 of 2 accepted"] == frame.recent_pace(controller)
    assert "13 s each · 1 of 2 accepted" in shown(frame.last_line(controller, 120))
    assert "each" not in shown(frame.last_line(controller, 80))


def test_a_text_that_only_measures_has_a_frame_of_its_own(sit_down: Callable[..., Controller]) -> None:
    controller = sit_down(question("the SRAM", stream="held_out"))
    (style, words), *_ = frame.why(controller, 80)

    assert ("class:loud", 80) == (style, len(words))
    assert "HELD OUT: for evaluation only; the model never learns from this text." in words
    assert "═" * 80 == shown(frame.rule(controller, 80))
    assert "HELD OUT: never learned from" in shown(frame.why(controller, 40))


def test_meta_and_neighbours_stand_around_the_text_on_one_line_each() -> None:
    asked = question("the SRAM")
    noted = replace(asked, text=replace(asked.text, meta={"ticket": 12, "shop\n": "\x1b[2J"}))

    assert "ticket: 12 · shop⏎: ␛[2J" == frame.meta_words(noted)
    assert "  …wo three" == shown(frame.neighbour_row("one two three", 13, last=True))
    assert "  one two …" == shown(frame.neighbour_row("one two three", 13, last=False))


def test_flag_and_memo_stay_in_sight(controller: Controller) -> None:
    press_all(controller, "f m a s k space l e e enter")

    assert shown(frame.why(controller, 80)).endswith("⚑ flagged · memo: ask lee ")
    assert 40 == len(shown(frame.why(controller, 40)))
    assert "⚑ flagged" in shown(frame.why(controller, 40))


def test_manual_mode_does_not_say_what_the_model_thinks(sit_down: Callable[..., Controller]) -> None:
    controller = sit_down(question("the SRAM", "SRAM=BRAND 60", reason="uncertain about “SRAM” BRAND 60%"))
    correcting = shown(frame.why(controller, 80))
    controller.press("c-t")
    controller.press("c-t")

    assert "BRAND 60%" in correcting
    assert " Why: the model is uncertain" == shown(frame.why(controller, 80))


def test_of_what_a_span_may_be_otherwise_whole_notes_are_shown(sit_down: Callable[..., Controller]) -> None:
    uncertain = ["SRAM Rival=PART 30", "the SRAM=PART 20"]
    controller = press_all(sit_down(question("the SRAM Rival", "SRAM=BRAND 93", uncertain=uncertain)), "tab")
    assert controller.state is not None
    first = " “SRAM”  BRAND 93%   or “SRAM Rival” PART 30%"

    assert first == shown(frame.in_hand(controller.state, controller.keys, 60))
    assert f"{first} · or “the SRAM” PART 20%" == shown(frame.in_hand(controller.state, controller.keys, 80))


def test_what_is_selected_is_echoed_with_the_whole_words_it_becomes(controller: Controller) -> None:
    press_all(controller, "tab v right")
    assert controller.state is not None
    words = shown(frame.in_hand(controller.state, controller.keys, 80))
    press_all(controller, "u home right c v right")

    assert " “SRAM Rival”  selected" == words
    assert " “SR”  the model learns whole words: “SRAM”" == shown(frame.in_hand(controller.state, controller.keys, 80))


@pytest.mark.parametrize("way", ["end", "right right right", "tab"])
def test_the_line_of_the_span_shows_the_candidate_under_the_cursor_however_it_got_there(
    sit_down: Callable[..., Controller], way: str
) -> None:
    controller = press_all(sit_down(question("the old SRAM Canyon", uncertain=["Canyon=BRAND 34"])), way)
    assert controller.state is not None
    line = shown(frame.in_hand(controller.state, controller.keys, 80))

    assert " “Canyon”  BRAND? 34%   not marked: y marks it, d says no" == line
    assert controller.state.target == press_all(controller, "y").state.marks[0]


def test_the_line_of_the_span_keeps_its_mark_where_it_is_narrow(sit_down: Callable[..., Controller]) -> None:
    controller = press_all(sit_down(question("Shimanogetriebe", uncertain=["Shimanogetriebe=BRAND 34"])), "home")
    assert controller.state is not None

    assert " “Shimano…”  BRAND? " == shown(frame.in_hand(controller.state, controller.keys, 20))
