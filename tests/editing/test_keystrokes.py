from __future__ import annotations

from dataclasses import replace

import pytest
from editing_pages import KEYS, Opinions, marks_on, page, pages, type_keys
from hypothesis import given, settings
from hypothesis import strategies as st

from loop.editing import Intent, Likely, Page, begin, keymap, press
from loop.editing.marks import Aids
from loop.records import TokenSpan
from loop.simulate.keystrokes import plan

TEXT = "my Canyon and the other Canyon and a rusty steel bell"
FIRST, SECOND, BELL = TokenSpan(1, 2, "BRAND"), TokenSpan(5, 6, "BRAND"), TokenSpan(10, 11, "PART")
RUSTY = TokenSpan(8, 11, "PART")


def planned(page: Page, *gold: TokenSpan) -> str:
    return " ".join(plan(page, gold, KEYS))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_gold_is_reached_from_any_suggestion_by_pressing_the_keys(data: st.DataObject) -> None:
    aids = data.draw(st.builds(Aids, st.booleans(), st.booleans(), st.booleans()))
    shown = replace(data.draw(pages()), aids=aids)
    gold = data.draw(marks_on(shown))
    state = type_keys(begin(shown), plan(shown, gold, KEYS))

    assert Intent("answer") == state.intent
    assert gold == state.marks


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_without_a_model_it_is_nearly_as_short_as_can_be_on_small_texts(data: st.DataObject) -> None:
    shown = page("one two three")
    shown = replace(shown, shown=data.draw(marks_on(shown)))
    gold = data.draw(marks_on(shown))
    shortest = _shortest(shown, gold)

    assert shortest <= len(plan(shown, gold, KEYS)) <= shortest + 2


def _shortest(page: Page, gold: tuple[TokenSpan, ...]) -> int:
    """Press every key in every state until the first answer is right."""
    alphabet = ["enter", "0", "left", "right", "home", "end", "tab", "s-tab", "1", "2", "d", "v", *"jkiotase"]
    frontier, seen = [begin(page)], set()
    for length in range(1, 12):
        following = []
        for state in frontier:
            for key in alphabet:
                after = press(state, key, KEYS)
                if after.intent == Intent("answer") and after.marks == gold:
                    return length
                same = (after.marks, after.cursor, after.rest, after.stance, after.anchor, after.typed, after.focus)
                if after.intent is None and same not in seen:  # an answer ends it
                    seen.add(same)
                    following.append(after)
        frontier = following
    raise AssertionError("not reached")


def test_what_is_right_costs_one_key() -> None:
    assert "enter" == planned(page(TEXT, FIRST), FIRST)
    assert "0" == planned(page(TEXT, FIRST))


def test_a_missed_mention_far_away_costs_four_keys_and_the_answer() -> None:
    keys = plan(page("w " * 60), [TokenSpan(40, 41, "PART")], KEYS)

    assert ("t", "2", "enter", 5) == (keys[0], keys[-2], keys[-1], len(keys))


def test_the_same_string_is_marked_with_one_key_more() -> None:
    assert "right 1 e enter" == planned(page(TEXT), FIRST, SECOND)


def test_a_candidate_is_taken_rather_than_selected() -> None:
    offered = page(TEXT, FIRST, likely=(Likely(RUSTY, 0.4),))

    assert "s-tab y enter" == planned(offered, FIRST, RUSTY)
    assert "s-tab y enter" != planned(replace(offered, aids=Aids(candidates=False)), FIRST, RUSTY)


def test_another_analysis_is_taken_when_it_is_the_shortest_way() -> None:
    shown = page(TEXT, BELL, suggester=Opinions([(BELL,), (FIRST, SECOND, RUSTY)]))

    assert "r enter" == planned(shown, FIRST, SECOND, RUSTY)
    assert "r" not in planned(replace(shown, aids=Aids(analyses=False)), FIRST, SECOND, RUSTY).split()


def test_what_the_model_redecides_need_not_be_pressed() -> None:
    model = Opinions([(BELL,), (FIRST, RUSTY)])
    shown = page(TEXT, BELL, suggester=model, aids=Aids(analyses=False))

    assert "right 1 enter" == planned(shown, FIRST, RUSTY)
    assert len(planned(replace(shown, aids=Aids(False, True, False)), FIRST, RUSTY)) > len("right 1 enter")


def test_labels_without_a_key_are_typed() -> None:
    labels = tuple(f"A{i:02}" for i in range(40))
    shown = replace(page(TEXT), labels=labels)
    keys = keymap(labels)
    state = begin(shown)
    for key in plan(shown, [TokenSpan(0, 1, "A39")], keys):
        state = press(state, key, keys)

    assert (TokenSpan(0, 1, "A39"),) == state.marks


@pytest.mark.parametrize(
    "gold", [[TokenSpan(0, 1, "OTHER")], [TokenSpan(0, 2, "PART"), TokenSpan(1, 3, "PART")], [TokenSpan(3, 3, "PART")]]
)
def test_gold_that_no_editor_could_give_is_refused(gold: list[TokenSpan]) -> None:
    with pytest.raises(ValueError, match="gold marks must be whole words"):
        plan(page(TEXT), gold, KEYS)
