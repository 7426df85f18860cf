from __future__ import annotations

from itertools import pairwise
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.errors import InputError
from loop.formats import RawText
from loop.intake.cleaning import CLEANINGS, cleaned
from loop.records import Span


def clean(text: str, *cleanings: Any) -> str:
    return next(cleaned([RawText(text, "f", 1)], cleanings, spans=False)).text


@pytest.mark.parametrize(
    ("escaped", "text"),
    [
        ("R&amp;D &lt;3 &#8211; &#x1F600;", "R&D <3 – 😀"),
        ("a&nbsp;b", "a\xa0b"),
        ("&#146;", "’"),
        ("twice &amp;amp;lt;b&amp;gt;", "twice <b>"),
        (
            "AT&T; R&D, ?a=1&copy=2 &unknown; &#0; &#xD800; &#1; &",
            "AT&T; R&D, ?a=1&copy=2 &unknown; &#0; &#xD800; &#1; &",
        ),
        ("<b>tags stay</b>", "<b>tags stay</b>"),
    ],
)
def test_references_are_decoded_and_nothing_else(escaped: str, text: str) -> None:
    assert text == clean(escaped, "references")


@pytest.mark.parametrize(
    ("marked_up", "text"),
    [
        ("<p>One <b class='x' id='y'>two</b>.</p><p>Three<br/>four</p>", "\nOne two.\n\nThree\nfour\n"),
        ("a <!-- note -->b<SCRIPT type='x'>if (a < b) { c() }</script >c<style>p > b {}</style>", "a bc"),
        ("<address> at <time>, <name>", "<address> at <time>, <name>"),
        ("<p <b>x</b> <!-- <!-- y", "<p x <!-- <!-- y"),
        (
            "1 < 2 > 0, <ann@x.org>, <3, <Ann>, List<String>, a<b",
            "1 < 2 > 0, <ann@x.org>, <3, <Ann>, List<String>, a<b",
        ),
        ("R&amp;D", "R&amp;D"),
    ],
)
def test_tags_are_taken_out_and_words_stay_apart(marked_up: str, text: str) -> None:
    assert text == clean(marked_up, "tags")


def test_escaped_tags_are_taken_out_where_both_are_asked_for() -> None:
    assert "bold & plain" == clean("&lt;b&gt;bold&lt;/b&gt; &amp;amp; plain", "tags", "references")


WELL = (
    "It’s a “test” – naïve café, Ångström, à la carte, ŁÓDŹ, ÉCOLE, übergroß… €5 ™ 😀",
    "Привет, мир",
    "Καλημέρα κόσμε",
    "今天天气",
    "Señor ¿qué? ¡Año! PÃO DE AÇÚCAR",
    "Příliš žluťoučký kůň",
    "Zażółć gęślą jaźń",
)


def misread(text: str, encoding: str) -> str:
    return "".join(bytes([byte]).decode(encoding, "replace").replace("\ufffd", chr(byte)) for byte in text.encode())


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
@pytest.mark.parametrize("text", WELL)
def test_utf8_read_as_another_encoding_is_repaired(text: str, encoding: str) -> None:
    assert text == clean(misread(text, encoding), "encoding")
    assert text == clean(misread(misread(text, encoding), encoding), "encoding")


@pytest.mark.parametrize(
    "text", [*WELL, "«IRMÃ» disse", "A IRMÃ” disse", "AMANHÃ… talvez", "CAFÉ…", "“café»”", "Ä… hm", "FRÅ…", "né…", "Ã"]
)
def test_what_can_be_meant_is_no_wrong_encoding(text: str) -> None:
    assert text == clean(text, "encoding")


def test_windows_1252_read_as_latin_1_is_repaired() -> None:
    assert "It’s “here” – €5\x85" == clean("It\x92s \x93here\x94 \x96 \x805\x85", "encoding")
    assert "It’s é" == clean("It\x92s Ã©", "encoding")


def test_a_text_that_is_broken_in_part_is_repaired_in_part() -> None:
    assert "cafés – AMANHÃ…, “é”" == clean("cafÃ©s – AMANHÃ…, “Ã©”", "encoding")


def moved(text: str, *spans: tuple[int, int], cleanings: tuple[Any, ...] = ("encoding", "tags", "references")) -> Any:
    raw = RawText(text, "f.jsonl", 7, spans=tuple(Span(*span, "A") for span in spans))
    raw = next(cleaned([raw], cleanings, spans=True))
    return raw.text, [raw.text[span.start : span.end] for span in raw.spans or ()]


def test_spans_stay_on_their_words() -> None:
    text = "&lt;&amp; cafÃ© <b>R&amp;D</b> in Rome"
    spans = [(text.index(words), text.index(words) + len(words)) for words in ("cafÃ©", "R&amp;D", "Rome")]

    assert ("<& café R&D in Rome", ["café", "R&D", "Rome"]) == moved(text, *spans)


def test_a_span_around_a_tag_is_on_the_words_in_it() -> None:
    assert ("\nAnn\n here", ["Ann"]) == moved("<p>Ann</p> here", (0, 10))


@pytest.mark.parametrize("span", [(0, 3), (2, 8), (0, 5), (10, 13)])
def test_a_span_that_would_be_cut_or_lost_is_refused_by_its_line(span: tuple[int, int]) -> None:
    with pytest.raises(
        InputError, match=rf"f\.jsonl, line 7: its span {span[0]}-{span[1]} begins, ends or lies inside"
    ):
        moved("&#32; Ann <b>went", span)


def test_spans_that_are_ignored_are_no_reason_to_refuse_a_text() -> None:
    raw = RawText("R&amp;D", "f", 1, spans=(Span(0, 3, "A"),))

    assert ["R&D"] == [one.text for one in cleaned([raw], ["references"], spans=False)]


words = st.lists(
    st.sampled_from(["Ann", "&amp;", "&lt;b&gt;", "<b>", "</p>", "Ã©", "é", " ", "x", "&", "â€™"]), min_size=1
)


@given(words, st.data())
def test_every_span_of_whole_words_covers_what_it_covered_or_is_refused(parts: list[str], data: st.DataObject) -> None:
    text = "".join(parts)
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    if not text[start:end].strip():
        return
    try:
        _, covered = moved(text, (start, end))
    except InputError:
        return

    assert clean(text[start:end], *CLEANINGS).strip() == covered[0].strip()


@given(st.text())
def test_edits_are_in_order_and_never_make_a_text_longer(text: str) -> None:
    for find in CLEANINGS.values():
        edits = list(find(text))

        assert all(one.end <= other.start for one, other in pairwise(edits))
        assert all(len(one.new) <= one.end - one.start for one in edits)


@pytest.mark.parametrize("part", ["<p ", '<p "', "<!--", "<script>", "&amp", "amp;", "&", "Ã", "Ã©", "â€", "é»”", "<"])
def test_no_text_takes_long(part: str) -> None:
    text = "&" + part * (100_000 // len(part))
    before = process_time()
    clean(text, *CLEANINGS)

    assert process_time() - before < 2
