from __future__ import annotations

from loop.cli.checkpoints_diff import diff_lines
from loop.progress.round_diff import TextDiff, gained
from loop.records import Span

PART, SHOP = Span(0, 5, "PART"), Span(6, 9, "SHOP")


def test_a_text_counts_as_better_when_the_second_round_is_nearer_to_what_is_right() -> None:
    assert 1 == TextDiff("chain Joe", (), (PART,), (PART, SHOP)).gain
    assert -2 == TextDiff("chain Joe", (PART,), (SHOP,), (PART,)).gain
    assert 0 == TextDiff("chain Joe", (PART,), (SHOP,), None).gain


def test_the_gain_in_f_has_an_interval_and_nobody_gains_where_nobody_said_what_is_right() -> None:
    better = [TextDiff(f"{n}", (), (PART,), (PART,), unit=f"{n}") for n in range(30)]
    points, (low, high) = gained(better, ["PART"]) or (0.0, (0.0, 0.0))

    assert (100.0, 100.0) == (points, high)
    assert 0 < low <= 100
    assert gained([TextDiff("x", (), (PART,), None)], ["PART"]) is None


def test_texts_are_shown_with_what_each_side_found() -> None:
    texts = [
        TextDiff("same", (), (), ()),
        TextDiff("chain Joe", (), (PART,), (PART, SHOP)),
        TextDiff("chain Jim", (PART,), (), (PART,)),
    ]

    assert [
        "They differ in 2 of 3 texts.",
        "In 1 of these round 7 is closer to the gold spans, in 1 further from them.",
        "",
        "chain Joe",
        "  round 3  –",
        "  round 7  PART “chain”",
        "  right    PART “chain”, SHOP “Joe”",
        "",
        "1 more text; show more with --limit.",
    ] == list(diff_lines(texts, 3, 7, limit=1))


def test_nothing_is_said_about_right_where_nobody_said_it() -> None:
    assert ["They differ in 1 of 1 text.", "", "chain", "  round 1  –", "  round 2  PART “chain”"] == list(
        diff_lines([TextDiff("chain", (), (PART,), None)], 1, 2, limit=5)
    )
