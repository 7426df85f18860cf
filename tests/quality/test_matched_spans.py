from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.quality import edge_confusion, label_confusion, matched, strict_f1
from loop.records import Span

PART, BRAND = Span(0, 5, "PART"), Span(0, 5, "BRAND")


@pytest.mark.parametrize(
    ("gold", "found", "kind", "edges"),
    [
        (PART, PART, "right", "right"),
        (PART, BRAND, "label", "right"),
        (PART, Span(0, 8, "PART"), "edges", "longer"),
        (PART, Span(2, 5, "PART"), "edges", "shorter"),
        (PART, Span(3, 8, "PART"), "edges", "shifted"),
        (PART, Span(3, 8, "BRAND"), "both", "shifted"),
        (PART, None, "missed", None),
        (None, PART, "spurious", None),
    ],
)
def test_a_span_is_compared_with_what_was_found_in_its_place(gold, found, kind, edges) -> None:
    (match,) = matched([gold] if gold else [], [found] if found else [])

    assert (kind, edges) == (match.kind, match.edges)


def test_spans_that_only_touch_have_nothing_to_do_with_each_other() -> None:
    assert ["missed", "spurious"] == [one.kind for one in matched([Span(0, 5, "A")], [Span(5, 8, "A")])]


def test_equal_edges_belong_together_before_a_longer_overlap() -> None:
    gold, long, exact = Span(4, 8, "A"), Span(0, 9, "A"), Span(4, 8, "B")

    assert [("spurious", None), ("label", gold)] == [(one.kind, one.gold) for one in matched([gold], [long, exact])]


def test_a_span_split_in_two_matches_the_larger_half() -> None:
    assert ["spurious", "edges"] == [
        one.kind for one in matched([Span(0, 10, "A")], [Span(0, 3, "A"), Span(4, 10, "A")])
    ][::-1]


SPANS = st.lists(
    st.builds(lambda start, size, label: Span(start, start + size, label), st.integers(0, 20), st.integers(1, 6),
              st.sampled_from("AB")), max_size=6, unique=True)  # fmt: skip


@given(SPANS, SPANS)
def test_every_span_stands_in_exactly_one_match(gold: list[Span], found: list[Span]) -> None:
    matches = matched(gold, found)

    assert sorted(gold) == sorted(one.gold for one in matches if one.gold)
    assert sorted(found) == sorted(one.found for one in matches if one.found)
    assert len(set(gold) & set(found)) == sum(one.kind == "right" for one in matches)


def test_confusions_count_labels_and_edges() -> None:
    matches = [
        *matched([PART, Span(10, 15, "PART")], [BRAND, Span(10, 18, "PART")]),
        *matched([BRAND], []),
        *matched([], [PART]),
    ]

    assert {("PART", "BRAND"): 1, ("PART", "PART"): 1, ("BRAND", ""): 1, ("", "PART"): 1} == label_confusion(matches)
    assert {("PART", "longer"): 1} == edge_confusion(matches)


def test_f1_is_of_all_texts_together_and_the_same_in_both_directions() -> None:
    first, second = [[PART, Span(6, 9, "PART")], []], [[PART], [BRAND]]

    assert 50.0 == strict_f1(zip(first, second, strict=True)) == strict_f1(zip(second, first, strict=True))
    assert 100.0 == strict_f1([([PART], [PART, PART])])
    assert 0.0 == strict_f1([([PART], [BRAND])])
    assert strict_f1([([], [])]) is None
