from __future__ import annotations

import pytest

from loop.held_out import HeldOut, Reserved, is_held_out, least_units, one_group_words, unit_of
from loop.records import Answer, Text

ONE = Text(1, "one", group="g")
GOLD = Reserved(frozenset({"one"}), frozenset({"h"}))


def said(**changes) -> Answer:
    return Answer("a", 1, "ann", **({"verdict": "accept"} | changes))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5])
def test_about_the_share_of_all_texts_is_held_out(share):
    held = sum(is_held_out(Text(number, f"text {number}"), share=share, seed=0) for number in range(4000))

    assert held / 4000 == pytest.approx(share, abs=0.02)


def test_the_texts_of_a_group_are_on_one_side():
    for number in range(50):
        group = [Text(i, f"{number}: {i}", group=f"patient {number}") for i in range(5)]

        assert len({is_held_out(text, share=0.5, seed=0) for text in group}) == 1


def test_what_is_held_out_stays_so_when_the_share_grows():
    texts = [Text(number, f"text {number}") for number in range(500)]
    held = {text.id for text in texts if is_held_out(text, share=0.1, seed=3)}

    assert held < {text.id for text in texts if is_held_out(text, share=0.3, seed=3)}
    assert held != {text.id for text in texts if is_held_out(text, share=0.1, seed=4)}


def test_a_text_teaches_by_itself_unless_it_or_one_of_its_group_measures():
    assert HeldOut().may_teach(ONE)
    assert not HeldOut(share=1.0).may_teach(ONE)
    assert not HeldOut(ids=frozenset({1})).may_teach(ONE)
    assert not HeldOut(groups=frozenset({"g"})).may_teach(ONE)
    assert not HeldOut(gold=GOLD).may_teach(ONE)
    assert not HeldOut(gold=GOLD).may_teach(Text(2, "two", group="h"))
    assert HeldOut(gold=GOLD, groups=frozenset({"i"})).may_teach(Text(3, "three"))


def test_a_text_of_which_a_part_teaches_is_not_drawn_any_more():
    begun = frozenset({1})

    assert HeldOut(share=1.0, begun=begun).may_teach(ONE)
    assert not HeldOut(share=1.0, begun=begun).may_teach(Text(2, "two"))
    assert not HeldOut(ids=begun, begun=begun).may_teach(ONE)
    assert not HeldOut(gold=GOLD, begun=begun).may_teach(ONE)


@pytest.mark.parametrize(("share", "units"), [(0.5, 2), (0.3, 4), (0.1, 10), (0.02, 50)])
def test_a_share_holds_out_one_unit_of_so_many(share, units):
    assert units == least_units(share)


def test_an_answer_that_was_given_to_teach_does_so_beyond_the_line_too():
    assert HeldOut(share=1.0, gold=GOLD).may_teach(ONE, said())
    assert not HeldOut().may_teach(ONE, said(held_out=True))
    assert not HeldOut().may_teach(ONE, said(repeat=True))
    assert not HeldOut().may_teach(ONE, said(verdict="skip"))


@pytest.mark.parametrize("what", [{"ids": frozenset({1})}, {"groups": frozenset({"g"})}])
def test_no_answer_teaches_where_its_text_or_group_is_held_out(what):
    assert not HeldOut(**what).may_teach(ONE, said())


def test_texts_that_may_teach_keep_their_order():
    texts = [Text(n, f"text {n}") for n in (3, 1, 2)]

    assert [texts[0], texts[2]] == HeldOut(ids=frozenset({1})).teaching(texts)


def test_a_group_is_a_unit_and_so_is_a_text_that_has_none():
    assert ["group:g", "text:g"] == [unit_of("g", "one"), unit_of(None, "g")]


def test_answers_of_one_group_cannot_be_parted() -> None:
    of_a, of_b, alone = unit_of("a", "one"), unit_of("b", "one"), unit_of(None, "a")
    said = one_group_words([of_a] * 2, "answers")

    assert "all 2 answers belong to one group, “a”, and groups are never split" == said
    assert [""] * 5 == [
        one_group_words(units, "answers") for units in ([], [of_a], [alone] * 2, [of_a, of_b], [of_a, alone])
    ]
