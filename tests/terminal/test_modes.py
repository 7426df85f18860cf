"""Every mode, list and setting at a real terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from real_terminal import KEYS, Terminal
from terminal_project import lay_out, question

from loop.records import Answer
from loop.settings import ProjectPaths
from loop.store import Store

pytestmark = pytest.mark.integration

ONE = question("the SRAM Rival shifter", "SRAM=BRAND 93", uncertain=["Rival=PART 45"])
TWO = question("a KMC chain for the workshop", "KMC=BRAND 60")
THREE = question("my Canyon rubs", "Canyon=BRAND 70")
CONTROLS = {"c-t": "\x14", "c-o": "\x0f", "c-f": "\x06", "c-n": "\x0e"}


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Terminal]]:
    for name, sent in CONTROLS.items():
        monkeypatch.setitem(KEYS, name, sent)
    lay_out(tmp_path / "shop", [ONE, TWO, THREE], "BRAND is who made it.")
    opened: list[Terminal] = []

    def on(**more: str) -> Terminal:
        opened.append(Terminal(tmp_path / "shop", env=more).wait("Why: ", "SRAM Rival"))
        return opened[-1]

    yield on
    for one in opened:
        one.close()


def answers(folder: Path) -> list[Answer]:
    with Store(ProjectPaths(folder / "shop").db) as store:
        return list(store.answers.standing())


def test_teach_mode_asks_about_one_span(terminal: Callable[..., Terminal], tmp_path: Path) -> None:
    shop = terminal().press("c-t").wait("shop · teach", "“Rival”  PART 45%", "Enter yes", "n no")
    shop.press("i").wait("“SRAM Rival”  PART ✓").press("y").wait("KMC chain", "Last: yes, PART")
    shop.press("n").wait("Canyon", "Last: no").press("b").wait("Answered before: no", "KMC")
    shop.press(">").wait("Canyon").press("q")

    assert 0 == shop.end()
    assert shop.restored()
    assert [("accept", 4, 14, False), ("reject", 2, 5, False)] == [
        (a.verdict, s.start, s.end, a.complete) for a in answers(tmp_path) for s in (a.spans or a.shown)
    ]


def test_manual_mode_suggests_nothing(terminal: Callable[..., Terminal], tmp_path: Path) -> None:
    shop = terminal().press("c-t c-t").wait("shop · manual", "nothing is suggested")
    shop.press("right 1").wait("“SRAM” is BRAND.").press("enter").wait("KMC chain", "Last: accepted, 1 BRAND")
    shop.press("q").end()

    assert [("manual", ())] == [(a.mode, a.shown) for a in answers(tmp_path)]


def test_an_old_answer_is_found_and_changed(terminal: Callable[..., Terminal], tmp_path: Path) -> None:
    shop = terminal().press("enter").wait("KMC chain").press("enter").wait("Canyon")
    shop.press("c-o").wait("Earlier answers", "› a KMC chain").press("S R A").wait("› the SRAM Rival")
    shop.press("enter").wait("Answered before: accepted, 1 BRAND").press("tab d 0").wait("Canyon", "Last: no entities")
    shop.press("q").end()

    assert {"retracts": 1, "standing": 2} == {
        "retracts": sum(a.retracts is not None for a in answers(tmp_path)),
        "standing": len(answers(tmp_path)),
    }


def test_a_text_of_the_pool_is_asked_about_next(terminal: Callable[..., Terminal]) -> None:
    shop = terminal().press("c-f").wait("Unanswered texts").press("r u b s enter").wait("› my Canyon rubs")
    shop.press("enter").wait("It is the next question.", "SRAM Rival").press("enter").wait("Canyon rubs", "1 today")


def test_the_last_answer_is_learned_at_a_key(terminal: Callable[..., Terminal]) -> None:
    shop = terminal().press("enter").wait("KMC chain").press("c-n")
    shop.wait("1 answer has not been learned yet: the trainer learns it next.")


def test_hostile_typing_in_a_list_is_harmless(terminal: Callable[..., Terminal]) -> None:
    shop = terminal().press("c-o")
    shop.child.send("\x1b[200~\x1b]0;x\x07evil\x1b[201~")
    shop.wait("Contains:", "evil", "No answer matches.").press("c-c").wait("Why: ")

    assert "" == shop.screen.title


def test_a_lost_edit_in_teach_mode_comes_back_in_teach_mode(terminal: Callable[..., Terminal]) -> None:
    shop = terminal().press("c-t").wait("teach").press("k").wait("“Rival shifter”  PART ✓")
    shop.close()

    terminal().wait("shop · teach", "“Rival shifter”  PART ✓").press("u").wait("Undone")
