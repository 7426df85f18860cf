from __future__ import annotations

from loop.progress.held_out_gold import GoldText
from loop.progress.near_duplicates import near_duplicates


def gold(text: str) -> GoldText:
    return GoldText(text, (), (), text)


def test_a_text_that_nearly_repeats_a_learned_one_is_found():
    held = [gold("Please replace the rear brake pads on this bike today"), gold("The fork is bent")]
    learned = ["please replace the rear brake pads on this bike tomorrow", "The chain is bent and so is the wheel"]

    assert held[:1] == near_duplicates(held, learned)
    assert [] == near_duplicates(held, [])
    assert [] == near_duplicates([], learned)
