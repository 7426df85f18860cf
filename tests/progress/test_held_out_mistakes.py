from __future__ import annotations

import pytest

from loop.progress.held_out_gold import GoldText
from loop.progress.held_out_mistakes import Mistake, by_label, judge, judgements
from loop.quality import matched
from loop.records import Span, Text

PART = Span(4, 7, "PART")


def mistake(found: Span | None, *, right: Span | None = PART, known: bool = True) -> Mistake:
    text = "the hub is gone"
    gold = GoldText(text, (right,) if right else (), ("PART",), text, Text(7, text) if known else None)
    (match,) = matched(gold.spans, (found,) if found else ())
    return Mistake(gold, (found,) if found else (), match)


@pytest.mark.parametrize(
    ("found", "likely"),
    [
        (None, "missed"),
        (Span(0, 7, "PART"), "boundary"),
        (Span(4, 7, "BRAND"), "label"),
        (Span(0, 7, "BRAND"), "label"),
    ],
)
def test_the_spans_alone_give_a_likely_reason(found: Span | None, likely: str) -> None:
    assert (likely, "PART") == (mistake(found).likely, mistake(found).label)


def test_what_is_no_entity_counts_under_the_label_it_was_given() -> None:
    one = mistake(Span(0, 3, "BRAND"), right=None)

    assert ("spurious", "BRAND") == (one.likely, one.label)


def test_a_mistake_is_known_without_a_word_of_its_text() -> None:
    assert "7:4-7-PART:0-7-PART" == mistake(Span(0, 7, "PART")).key
    of_file = mistake(None, known=False).key
    assert of_file.endswith(":4-7-PART:")
    assert "hub" not in of_file


def test_the_last_word_about_a_mistake_counts(store) -> None:
    one, other = mistake(None), mistake(Span(0, 7, "PART"))
    judge(store, one, "unclear")
    judge(store, one, "gold")

    assert {one.key: "gold"} == judgements(store)
    assert {("gold", "PART"): 1, ("boundary", "PART"): 1} == by_label([one, other], judgements(store))
