from __future__ import annotations

import io
import json
import os
import signal
import sys

import pexpect
import pyte
import pytest
from terms_kitchen import KITCHEN, Memory, pool_of, turn_to, vectors_of

from loop.settings import ProjectPaths
from loop.store import Store
from loop.terminal.glyphs import width
from loop.terminal.painter import cursor_column
from loop.terminal.term_lines import TermLines
from loop.terminal.term_page import DRY, TermPage, rows
from loop.terms.ranking import Ranking
from loop.terms.review import TermReview

EVIL = "She fried the \x1b[31mgarlic\x1b]0;owned\x07 \u202eevil the salt."


@pytest.fixture
def book() -> Memory:
    return Memory()


@pytest.fixture
def page_of(book):
    def page(*labels: str, texts=KITCHEN, examples=("garlic",)) -> TermPage:
        pool = pool_of(*texts)
        review = TermReview(pool, Ranking(pool, vectors_of(pool)), labels or ("FOOD",), book)
        review.examples({review.labels[0]: examples})
        review.next_page()
        return TermPage(review)

    return page


def drawn(page: TermPage, cells: int = 80, lines: int = 24) -> list[str]:
    return ["".join(text for _, text in row).rstrip() for row in rows(page, cells, lines)]


def test_the_current_term_is_shown_with_its_places_and_the_others_in_a_line_each(page_of):
    page = page_of("FOOD", "PLACE")
    turn_to(page.review, "olive oil")
    screen = drawn(page)
    at = next(n for n, row in enumerate(screen) if row.startswith(" ▸ "))

    assert " ▸ olive oil   FOOD?   2×" == screen[at]
    assert all("the olive oil ." in row for row in screen[at + 1 : at + 3])
    assert 1 == sum("▸" in row for row in screen)
    assert all(any(f" {each.term.string}   " in row for row in screen) for each in page.review.proposals)


def test_keys_decide_move_correct_undo_and_leaf(page_of, book):
    page = page_of("FOOD", "PLACE")
    first, _, third = [each.term.string for each in page.review.proposals[:3]]
    for key in ("y", "n", "2"):
        page.press(key)

    assert {"garlic": "FOOD", first: "FOOD", third: "PLACE"} == book.patterns
    assert "2 of the last 3 confirmed" in drawn(page)[0]

    page.press("u")

    assert f"Taken back: {third}." == page.notice
    assert third == page.review.current.term.string
    assert any(f"Taken back: {third}." in row for row in drawn(page))

    page.press("down")
    turn_to(page.review, "red pepper")
    page.press("{")

    assert "pepper" == page.review.current.term.string

    page.press("}")

    assert "It cannot be narrower there." == page.notice

    page.press("[")
    page.press("d")

    assert "red pepper" not in book.patterns
    assert not page.done

    page.press("q")

    assert page.done


def test_a_refusal_is_shown_and_decides_nothing(page_of, book):
    page = page_of("FOOD", "PLACE", examples=("oil",))
    turn_to(page.review, "olive oil")
    page.press("{")
    page.press("2")

    assert page.notice.startswith("“oil” has the label FOOD already")
    assert {"oil": "FOOD"} == book.patterns


def test_it_says_when_terms_run_dry(page_of):
    page = page_of()
    for _ in range(20):
        page.press("n")

    assert DRY == page.notice


def test_at_the_end_it_says_that_there_are_no_more(page_of):
    page = page_of()
    while page.review.proposals:
        page.press("enter")
    page.press("y")

    assert any("There are no more terms like these." in row for row in drawn(page))


@pytest.mark.parametrize(("cells", "lines"), [(20, 6), (40, 10), (80, 24), (200, 60)])
def test_every_row_fits_and_the_current_term_is_in_sight(page_of, cells, lines):
    page = page_of("FOOD", "PLACE")
    page.review.move(6)
    screen = drawn(page, cells, lines)

    assert lines == len(screen)
    assert cells >= max(map(width, screen))
    assert any(row.startswith(" ▸ ") for row in screen)


def test_the_terminals_cursor_stands_on_the_current_term(page_of):
    page = page_of("INGREDIENT")
    page.press("down")
    places = [(row, column) for row in rows(page, 80, 24) if (column := cursor_column(row)) is not None]

    assert [3] == [column for _, column in places]
    assert page.review.current.term.string == "".join(text for _, text in places[0][0])[3:].partition("  ")[0]


def test_nothing_in_a_text_reaches_the_terminal_as_a_control_character(page_of):
    page = page_of(texts=[*KITCHEN, EVIL, EVIL + "!"])
    turn_to(page.review, "salt")
    said = []
    TermLines(page, io.StringIO(""), said.append).run()

    assert any("␛" in row for row in drawn(page))
    assert not {"\x1b", "\x07", "\u202e"} & {*"".join(drawn(page)), *"".join(said)}


def lines_of(page: TermPage, *typed: str) -> str:
    said: list[str] = []
    TermLines(page, io.StringIO("".join(line + "\n" for line in typed)), said.append).run()
    return "".join(said)


def test_lines_take_words_letters_and_labels(page_of, book):
    page = page_of("FOOD", "PLACE")
    strings = [each.term.string for each in page.review.proposals[:7]]
    said = lines_of(page, "yes", "n", "yd", "PLACE", "undo", "2", "what is this", "", "quit")

    assert [("yes", strings[0]), ("no", strings[1]), ("yes", strings[2]), ("depends", strings[3])] == [
        (each.verdict, each.string) for each in book.decided()[1:5]
    ]
    assert "PLACE" == book.patterns[strings[4]]
    assert f"Taken back: {strings[4]}." in said
    assert "what is this is neither a command nor a label." in said
    assert page.done


def test_lines_say_each_term_with_its_places_and_stop_at_the_end_of_the_input(page_of):
    said = lines_of(page_of("FOOD"), "help")

    assert ": FOOD? 2×\n  " in said
    assert "Labels: 1 FOOD." in said


@pytest.fixture
def cooking(tmp_path):
    """A project with the texts of the kitchen, and examples."""
    from loop.store import NewText

    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "loop.cfg").write_text(
        '[project]\nbase = "blank:en"\nlabels = ["FOOD", "PLACE"]\n[queue]\nheld_out_share = 0.0\n'
    )
    with Store.create(ProjectPaths(folder).db) as store:
        store.corpus.add_batch(map(NewText, KITCHEN), source="kitchen")
        store.journal.scheme(["FOOD", "PLACE"])
    (folder / "patterns.jsonl").write_text(
        "".join(
            json.dumps({"label": label, "pattern": term}) + "\n"
            for label, term in (("FOOD", "garlic"), ("PLACE", "shop"))
        )
    )
    return folder


class Reviewer:
    """Somebody in front of `loop terms` on a real terminal."""

    def __init__(self, folder) -> None:
        env = {**os.environ, "PROMPT_TOOLKIT_NO_CPR": "1", "TERM": "xterm-256color"}
        command = ["-m", "loop", "-C", str(folder), "terms"]
        self.screen, self.child = (
            pyte.Screen(80, 24),
            pexpect.spawn(sys.executable, command, env=env, dimensions=(24, 80)),
        )
        self.stream = pyte.ByteStream(self.screen)

    def wait(self, *words: str) -> str:
        while not all(word in "\n".join(self.screen.display) for word in words):
            self.stream.feed(self.child.read_nonblocking(4096, timeout=40))
        return "\n".join(self.screen.display)

    @property
    def current(self) -> str:
        row = next(row for row in self.screen.display if row.startswith(" ▸ "))
        return row[3:].partition("  ")[0]


@pytest.mark.integration
def test_on_a_terminal_each_key_decides_at_once_and_survives_a_kill(cooking):
    reviewer = Reviewer(cooking)
    reviewer.wait("▸", "q done")
    first = reviewer.current
    reviewer.child.send("y")
    reviewer.wait("1 of the last 1 confirmed")
    second = reviewer.current
    reviewer.child.send("d")
    reviewer.wait("1 of the last 2 confirmed")
    reviewer.child.kill(signal.SIGKILL)
    reviewer.child.wait()
    with Store(ProjectPaths(cooking).db) as store:
        decided = [(each.string, each.verdict) for each in store.terms.standing()]

    assert [(first, "yes"), (second, "depends")] == decided
    assert first == json.loads((cooking / "patterns.jsonl").read_text().splitlines()[-1])["pattern"]

    again = Reviewer(cooking)
    screen = again.wait("▸", "q done")

    assert first not in screen.split()
    assert second not in screen.split()

    again.child.send("\x1b[15~")  # F5, which means nothing here
    again.child.send("q")
    again.child.expect("0 new terms, all saved")
    again.child.expect(pexpect.EOF)
    again.child.wait()

    assert 0 == again.child.exitstatus
