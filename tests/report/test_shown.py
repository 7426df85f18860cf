from __future__ import annotations

import pytest

from loop.records import Span
from loop.report.shown import colours, isolated, marked, shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("<b>&\"'", "&lt;b&gt;&amp;&quot;&#x27;"),
        ("a\x07b", "a<i>U+0007</i>b"),
        ("a\u202eb\u2066c", "a<i>U+202E</i>b<i>U+2066</i>c"),
        ("a\u200bb\ufeffc", "a<i>U+200B</i>b<i>U+FEFF</i>c"),
        ("\ud800<", "<i>U+D800</i>&lt;"),
        ("one\n\ttwo\u00a0three", "one\n\ttwo\u00a0three"),
        ("👩\u200d🔧 می\u200cخواهم", "👩\u200d🔧 می\u200cخواهم"),
    ],
)
def test_a_text_is_shown_as_it_is_and_what_is_not_seen_by_its_number(text: str, expected: str) -> None:
    assert expected == shown(text)


def test_a_span_is_marked_with_its_label_and_wrong_ones_with_a_sign() -> None:
    classes = colours(["A", "<B>"])
    html = marked("x <y> z", [Span(2, 5, "<B>"), Span(0, 1, "A")], classes, wrong=[Span(0, 1, "A")])

    assert (
        '<p class="text" dir="auto"><mark class="l0 wrong">x<b>✗ A</b></mark> '
        '<mark class="l1">&lt;y&gt;<b>&lt;B&gt;</b></mark> z</p>'
    ) == html


def test_more_labels_than_colours_begin_again() -> None:
    assert ["l0", "l6", "l0"] == [colours([str(n) for n in range(8)])[str(n)] for n in (0, 6, 7)]


def test_a_string_among_others_is_isolated() -> None:
    assert '<bdi dir="auto">שלום</bdi>' == isolated("שלום")
