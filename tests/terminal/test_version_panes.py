from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from terminal_project import LABELS, SETTINGS, lay_out, question

from loop.editing import Difference, Page, State, Version, begin, compared, keymap, page_of, press, undecided
from loop.quality import review_items
from loop.records import Answer, Span, Text, TokenSpan
from loop.session import Adjudication, review_question
from loop.store import Store
from loop.terminal import frame
from loop.terminal.body import Row, body
from loop.terminal.controller import Controller
from loop.terminal.glyphs import width
from loop.terminal.key_line import key_line
from loop.terminal.pages import help_rows, waiting_words
from loop.terminal.palette import actions
from loop.terminal.screen import Screen
from loop.terminal.version_panes import BETWEEN, difference_row, version_rows

KEYS = keymap(LABELS, versions=3)
TEXT = "my SRAM Rival hub and rim"
SRAM, RIVAL = TokenSpan(1, 2, "BRAND"), TokenSpan(1, 3, "BRAND")
HUB, RIM = TokenSpan(3, 4, "PART"), TokenSpan(5, 6, "PART")
ALICE, BOB = Version("alice", "memo: sure", (SRAM, HUB, RIM)), Version("bob", "", (RIVAL, HUB))
CAROL = Version("carol", "skipped it (unsure)", None)
DIFFERENCES = (Difference(1, 3, ((SRAM,), (RIVAL,), None)), Difference(5, 6, ((RIM,), (), None)))


def page(text: str = TEXT, *versions: Version) -> Page:
    made = page_of(question(text), LABELS)
    return compared(replace(made, shown=(HUB,)), versions or (ALICE, BOB, CAROL), DIFFERENCES)


def state(keys: str = "", *versions: Version, text: str = TEXT) -> State:
    begun = begin(page(text, *versions))
    for key in keys.split():
        begun = press(begun, key, KEYS)
    return begun


def lines(rows: list[Row]) -> list[str]:
    return ["".join(part for _, part in row).rstrip() for row in rows]


def test_narrow_each_version_stands_below_the_other_with_its_name_and_its_differences() -> None:
    assert [
        "── 1 alice memo: sure ────────────",
        "my SRAM Rival hub and rim",
        "   BRAND ≠    PART    PART ≠",
        "── 2 bob ─────────────────────────",
        "my SRAM Rival hub and rim",
        "   BRAND ≠ ── PART    nothing ≠",
        "── 3 carol skipped it (unsure) ───",
        "── Your decision 2 of 2 undecided ",
    ] == [line.ljust(34) if line.startswith("──") else line for line in lines(version_rows(state(), 34, 30))]


def test_wide_they_stand_side_by_side() -> None:
    rows = lines(version_rows(state("", ALICE, BOB), 100, 30))

    assert ["── 1 alice memo: sure", "── 2 bob"] == [part.rstrip("─ ") for part in rows[0].split(BETWEEN)]
    assert [TEXT, TEXT] == [part.rstrip() for part in rows[1].split(BETWEEN)]
    assert 4 == len(rows)


def test_the_decision_says_what_is_undecided_and_what_is_decided_to_be_nothing() -> None:
    below = [lines(body(state(keys), KEYS, 60, 4, 0))[1] for keys in ("", "tab 2", "2")]

    assert "   undecided≠ PART    undecided ≠" == below[0]
    assert "   BRAND ✓ ── PART    undecided ≠" == below[1]
    assert "   BRAND ✓ ── PART    nothing ✓" == below[2]


def test_the_row_below_says_what_the_versions_say_at_the_difference_under_the_cursor() -> None:
    assert [
        [""],
        [" Difference 1 of 2: 1 “SRAM” BRAND  2 “SRAM Rival” BRAND"],
        [" Difference 2 of 2: 1 “rim” PART  2 nothing"],
    ] == [lines([difference_row(state(keys), 80)]) for keys in ("", "tab", "tab tab")]


def test_what_a_version_was_not_asked_about_is_dimmed() -> None:
    within = Version("bob", "", (HUB,), ((2, 5),))
    _, row, _ = version_rows(state("", within), 60, 30)[:3]

    assert ["my SRAM ", "Rival hub and", " rim"] == _runs(row)


def _runs(row: Row) -> list[str]:
    """The parts of a row, those that are dimmed and those that are not joined."""
    found: list[tuple[bool, str]] = []
    for style, part in row:
        dim = "class:dimmed" in style
        if found and found[-1][0] == dim:
            found[-1] = dim, found[-1][1] + part
        else:
            found.append((dim, part))
    assert [True, False, True] == [dim for dim, _ in found]
    return [part for _, part in found]


def test_of_a_long_text_each_version_shows_the_lines_around_the_cursor() -> None:
    long = " ".join(f"w{n}" for n in range(100))
    marks = (TokenSpan(80, 81, "PART"),)
    there = compared(
        page_of(question(long), LABELS),
        (Version("alice", "", marks), Version("bob", "", ())),
        (Difference(80, 81, (marks, ())),),
    )
    rows = lines(version_rows(press(begin(there), "tab", KEYS), 40, 20))

    assert 2 == sum("w80" in line for line in rows)
    assert ["PART ≠", "nothing ≠"] == [line.strip() for n, line in enumerate(rows) if "w80" in rows[n - 1]]


@pytest.mark.parametrize(
    ("rows", "shown", "rule"),
    [
        (5, 0, ""),
        (6, 1, "── Your decision 2 versions not shown · 2 of 2 undecided"),
        (9, 2, "── Your decision 1 version not shown · 2 of 2 undecided"),
        (10, 3, "── Your decision 2 of 2 undecided"),
        (30, 3, "── Your decision 2 of 2 undecided"),
    ],
)
def test_with_little_room_the_first_versions_are_shown_and_the_others_counted(rows: int, shown: int, rule: str) -> None:
    said = lines(version_rows(state(), 60, rows))

    assert shown == sum(line.startswith(("── 1", "── 2", "── 3")) for line in said)
    assert rule == "".join(said[-1:]).rstrip("─ ")


@given(st.integers(20, 160), st.integers(1, 40), st.integers(0, 6), st.integers(0, 3))
def test_in_any_window_versions_leave_room_for_the_decision_and_no_row_is_too_wide(
    cells: int, rows: int, tabs: int, words: int
) -> None:
    shown = version_rows(state("tab " * tabs, text=TEXT + " 日本語 word" * 10 * words), cells, rows)

    assert not shown or len(shown) + 2 <= rows
    assert all(sum(width(part) for _, part in row) <= cells for row in shown)


def test_a_text_without_versions_has_no_rows_above_it() -> None:
    assert [] == version_rows(begin(page_of(question(TEXT), LABELS)), 80, 30)
    assert [] == difference_row(begin(page_of(question(TEXT), LABELS)), 80)


def test_the_help_of_a_review_is_about_versions_and_lists_their_commands() -> None:
    said = "\n".join(lines(help_rows(KEYS, 100)))

    assert "Annotators differ at the places with a ≠" in said
    assert "leave this text undecided" in said
    assert "model's suggestions" not in said
    assert "Guidelines" in "".join(part for _, part in frame.prompt(state("; x"), 60))


@pytest.fixture
def reviewer(tmp_path: Path) -> Iterator[Controller]:
    """A controller in front of the first of two texts on which alice and bob differ."""
    texts = (TEXT, "the rim")
    paths = lay_out(tmp_path / "shop", [question(text) for text in texts])
    with Store(paths.db) as store:
        scheme, ids = store.journal.scheme(LABELS), store.corpus.find(texts)
        for name, spans in (("alice", (Span(0, 2, "PART"),)), ("bob", ())):
            for text in texts:
                store.answers.add(Answer(f"{name} {text}", ids[text], name, "accept", spans, scheme=scheme))
        asked = {
            ids[one.text.text]: replace(one, text=Text(ids[one.text.text], one.text.text))
            for one in map(question, texts)
        }
        items = [
            (item, review_question(item, asked[item.text_id]))
            for item in review_items(store.answers.standing(), store.journal.schemes())
        ]
        session = Adjudication(paths, SETTINGS, store, items=items, annotator="eve")
        controller = Controller(session, keymap(LABELS, versions=session.versions))
        controller.drawn = True
        yield controller
        session.close()


def test_a_click_on_the_decision_is_on_its_word_and_one_on_a_version_is_on_none(reviewer: Controller) -> None:
    screen = Screen()
    rows = lines(screen.draw(reviewer, 60, 24))
    at = [n for n, row in enumerate(rows) if TEXT in row]

    assert [None, None, 1] == [screen.token_at(reviewer, rows[n].index("SRAM"), n) for n in at]


def test_the_palette_of_a_review_lists_versions_and_nothing_of_other_sessions(reviewer: Controller) -> None:
    names = [action.name for action in actions(reviewer)]

    assert {"take_1", "take_2", "nothing", "note", "retract", "onward"} <= {*names}
    assert not {"take_3", "unusable", "mode", "history", "search", "learn", "skip unsure"} & {*names}


def test_after_the_last_text_only_what_a_review_has_is_offered(reviewer: Controller) -> None:
    for _ in range(2):
        reviewer.press("1")
        reviewer.press("enter")
        reviewer.drawn = True
    bottom = "".join(part for _, part in key_line(reviewer, 100))

    assert (None, "All shown (2), 2 decided") == (reviewer.question, waiting_words(reviewer)[:24])
    assert ("previous answer" in bottom, "earlier answers" in bottom) == (True, False)
    reviewer.press("c-o")
    assert reviewer.finder is None
    reviewer.press("b")
    assert "2 of 2: decided by you" in "".join(part for _, part in frame.why(reviewer, 100))


def test_a_decision_is_taken_back_and_the_text_begins_anew(reviewer: Controller) -> None:
    reviewer.press("-")
    assert "Nothing is decided here yet." == reviewer.notice
    for key in ("1", "enter", "b"):
        reviewer.press(key)
        reviewer.drawn = True
    reviewer.press("-")

    assert ("The decision is taken back: the annotators' answers count again.", ()) == (
        reviewer.notice,
        reviewer.state.marks,
    )
    assert (None, 1) == (reviewer.reopened, len(undecided(reviewer.state)))


def test_a_note_that_cannot_be_written_is_told_and_the_text_stays(reviewer: Controller, tmp_path: Path) -> None:
    (tmp_path / "shop" / "guidelines.md").mkdir()
    for key in (";", "a", "enter"):
        reviewer.press(key)

    assert reviewer.notice.startswith("guidelines.md cannot be changed: ")
    assert TEXT == reviewer.question.text.text
