from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_sources import source_of
from wcwidth import iter_graphemes

from loop.errors import InputError, LoopError
from loop.formats import RawText, get_reader
from loop.formats.units import UNITS, OffsetUnit
from loop.records import Span

# How long a text is in each unit: what somebody else's program would count.
COUNTS = {
    "characters": len,
    "utf-16": lambda text: len(text.encode("utf-16-le")) // 2,
    "utf-8": lambda text: len(text.encode()),
    "graphemes": lambda text: len(list(iter_graphemes(text))),
    "characters-lf": lambda text: len(text.replace("\r\n", "\n")),
    "utf-16-lf": lambda text: len(text.replace("\r\n", "\n").encode("utf-16-le")) // 2,
    "characters-crlf": lambda text: len(text.replace("\r\n", "\n").replace("\n", "\r\n")),
}
FAMILY = "\N{MAN}\N{EMOJI MODIFIER FITZPATRICK TYPE-1-2}\N{ZERO WIDTH JOINER}\N{FIRE ENGINE}"


def row(text: str, name: str, unit: str, *, named: bool = False) -> dict[str, Any]:
    """A row that marks `name` in `text`, its offsets counted in `unit`."""
    before, after = text.split(name)[0], text.split(name)[0] + name
    span = {"start": COUNTS[unit](before), "end": COUNTS[unit](after), "label": "A"}
    return {"text": text, "spans": [span | ({"text": name} if named else {})]}


def read(*rows: dict[str, Any], unit: str | None = None) -> list[RawText]:
    source = source_of("".join(json.dumps(each) + "\n" for each in rows), "f.jsonl")
    source.unit = OffsetUnit(unit)
    return list(get_reader("jsonl")(source, text_field="text"))


def marked(raw: RawText) -> list[str]:
    return [raw.text[span.start : span.end] for span in raw.spans or ()]


def refusal(*rows: dict[str, Any], unit: str | None = None) -> InputError:
    with pytest.raises(InputError) as caught:
        read(*rows, unit=unit)
    return caught.value


def test_every_unit_is_tried() -> None:
    assert COUNTS.keys() == UNITS.keys()


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("\N{FIRE ENGINE}\N{FIRE ENGINE} the Ann of Rome left", "utf-16"),
        ("Zoë ißt Ann of Rome gern", "utf-8"),
        (f"{FAMILY} firemen, Ann of Rome too", "graphemes"),
        ("one\r\ntwo\r\nthree\r\nto Ann of Rome went", "characters-lf"),
        ("\N{FIRE ENGINE} one\r\ntwo\r\nto Ann of Rome went", "utf-16-lf"),
        ("one\ntwo\nthree\nto Ann of Rome went", "characters-crlf"),
    ],
)
def test_offsets_in_another_unit_are_converted_where_the_spans_own_text_or_words_bear_that_out(
    text: str, unit: str, named: bool
) -> None:
    (raw,) = read(row(text, "Ann of Rome", unit, named=named))

    assert ["Ann of Rome"] == marked(raw)
    assert [f"Offsets converted from {UNITS[unit].words}"] == [note.words for note in raw.notes]


words = st.lists(
    st.sampled_from(["Ann", "of", "Zoë", "\N{FIRE ENGINE}", FAMILY, "e\u0301", "日本", "\r\n", "\n"]), max_size=8
)


@given(words, words, st.sampled_from(sorted(COUNTS)))
def test_a_span_that_names_its_text_is_found_whatever_counts_its_offsets(
    before: list[str], after: list[str], unit: str
) -> None:
    (raw,) = read(row(" ".join([*before, "Rome", *after]), "Rome", unit, named=True))

    assert ["Rome"] == marked(raw)


@given(words, words)
def test_what_counts_characters_is_read_as_it_is(before: list[str], after: list[str]) -> None:
    (raw,) = read(row(" ".join([*before, "Rome", *after]), "Rome", "characters"))

    assert (["Rome"], ()) == (marked(raw), tuple(raw.notes))


EMOJI = "\N{FIRE ENGINE} Ann went to Rome today"


def test_a_later_row_in_another_unit_is_refused_with_the_line_of_the_earlier_one() -> None:
    error = refusal(row(EMOJI, "Ann", "characters"), row("Bo", "Bo", "utf-16"), row(EMOJI, "Rome", "utf-16"))

    assert "f.jsonl, line 3: its offsets count UTF-16 units (as in JavaScript), unlike those of line 1." == str(error)
    assert "--offsets" in error.hint


def test_rows_in_which_all_units_are_the_same_leave_it_open() -> None:
    rows = [row("Ann", "Ann", "utf-16"), row(EMOJI, "Ann", "utf-16"), row("Zoë Bo", "Bo", "utf-16")]

    assert [["Ann"], ["Ann"], ["Bo"]] == [marked(raw) for raw in read(*rows)]


def test_a_row_that_fits_its_files_unit_is_read_in_it_though_characters_fit_as_well() -> None:
    both = row("\N{FIRE ENGINE}\N{FIRE ENGINE} a b c d", "b", "utf-16")  # as characters, it marks "c"

    assert [["Ann"], ["b"]] == [marked(raw) for raw in read(row(EMOJI, "Ann", "utf-16"), both)]


def test_spans_that_fit_words_no_unit_makes_whole_are_refused_if_another_unit_fits_them_better() -> None:
    inside = {"text": "\N{FIRE ENGINE} Ann went to Rome2day", "spans": [
        {"start": 3, "end": 6, "label": "A"}, {"start": 15, "end": 19, "label": "A"},
    ]}  # fmt: skip

    assert "start or end inside words" in str(refusal(inside))
    assert [["Ann", "Rome"]] == [marked(raw) for raw in read(inside, unit="utf-16")]


def test_spans_inside_of_words_are_as_they_are_where_no_unit_fits_them_better() -> None:
    (raw,) = read(row("\N{FIRE ENGINE} the Brexitvote", "Brexit", "characters"))

    assert ["Brexit"] == marked(raw)


def test_a_span_that_names_another_text_in_every_unit_is_refused() -> None:
    given = row(EMOJI, "Ann", "utf-16", named=True)
    given["spans"][0]["text"] = "secret"
    error = refusal(given)

    assert "f.jsonl, line 1: the text of span 1 is not at its offsets." == str(error)
    assert "secret" not in error.hint


def test_what_label_studio_does_to_white_space_is_no_other_text() -> None:
    given = {"text": "to  Ann  Lee\nand", "spans": [{"start": 4, "end": 16, "label": "A", "text": "Ann Lee\\nand"}]}
    (raw,) = read(given)

    assert ["Ann  Lee\nand"] == marked(raw)


def test_a_unit_that_is_said_needs_no_words_to_bear_it_out_but_no_text_may_contradict_it() -> None:
    inside = row(EMOJI, "om", "utf-16")
    error = refusal(row(EMOJI, "Ann", "characters", named=True), unit="utf-16")

    assert [["om"]] == [marked(raw) for raw in read(inside, unit="utf-16")]
    assert "its offsets count characters, not the unit you named" in str(error)


def test_a_unit_that_nobody_knows_is_refused_with_those_there_are() -> None:
    with pytest.raises(LoopError, match="'inches' is not a unit of offsets") as caught:
        OffsetUnit("inches")

    assert "utf-16" in caught.value.hint


def test_a_row_whose_tokens_are_where_they_should_be_counts_characters() -> None:
    text = "\N{FIRE ENGINE}\N{FIRE ENGINE} Ann xRome"
    tokens = [{"start": 3, "end": 6, "text": "Ann"}, {"start": 7, "end": 12, "text": "xRome"}]
    given = {"text": text, "tokens": tokens, "spans": [{"start": 5, "end": 8, "label": "A"}]}

    assert ("n x", "Ann") == (marked(read(given)[0])[0], marked(read({**given, "tokens": []})[0])[0])


def test_scripts_without_spaces_have_words_everywhere() -> None:
    (raw,) = read(row("日本語の東京です🎉", "東京", "characters"))

    assert (Span(4, 6, "A"),) == raw.spans
