from __future__ import annotations

from collections.abc import Callable

import pytest
from terminal_project import LABELS, question

from loop.editing import keymap
from loop.records import Question
from loop.terminal.controller import Controller
from loop.terminal.key_line import key_line

Sit = Callable[..., Controller]
SRAM = question("the SRAM Rival shifter", "SRAM=BRAND 93", uncertain=["shifter=PART 20"])
BARE = question("nothing to see here")


def line(controller: Controller, keys: str = "", cells: int = 80) -> str:
    for key in keys.split():
        controller.press(key)
    return "".join(text for _, text in key_line(controller, cells))


@pytest.mark.parametrize(
    ("asked", "keys", "expected"),
    [
        (SRAM, "", " Enter accept  0 none here  ? all keys  Tab next span  v select words"),
        (SRAM, "tab", " Enter accept  0 none here  ? all keys  d delete  k widen  j narrow"),
        (SRAM, "tab tab", " Enter accept  0 none here  ? all keys  y yes  d no"),
        (SRAM, "right right 1 home", " Enter accept  0 none here  ? all keys  Tab next span  v select words"),
        (BARE, "", " 0 none here  ? all keys  v select words  → move  t jump"),
        (BARE, "v", " ←→ extend  label key mark  Enter BRAND  u cancel"),
        (BARE, "c", " v begin  ←→ letter  label key mark the words  u cancel"),
        (BARE, "s", " u n b s skip  other keys back to the text"),
        (BARE, "t", " letters go to that word  Backspace cancel"),
    ],
)
def test_the_line_fits_what_the_next_key_means(sit_down: Sit, asked: Question, keys: str, expected: str) -> None:
    assert line(sit_down(asked), keys).startswith(expected)


def test_the_keys_shown_are_those_in_force(sit_down: Sit) -> None:
    controller = sit_down(SRAM)
    controller.keys = keymap(LABELS, {"accept": ["f5"], "none": [], "select": ["F"], "undo": ["f2"], "skip": ["f3"]})

    assert line(controller).startswith(" f5 accept  ? all keys")
    assert line(controller, "F").endswith("f2 cancel")
    assert line(controller, "f2 c").startswith(" F begin")
    assert line(controller, "f2 f3").startswith(" u n b f3 skip")


def test_a_narrow_screen_has_the_first_ones(sit_down: Sit) -> None:
    assert " 0 none here  ? all keys  v select words" == line(sit_down(BARE), cells=40)
