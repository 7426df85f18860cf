from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from made_sources import source_of

from loop.formats.plain import read_plain
from loop.formats.raw import RawText

texts = st.lists(st.text(st.characters(exclude_characters="\n\0\ufeff", codec="utf-8"), min_size=1))


def test_every_line_that_is_not_blank_is_a_text() -> None:
    source = source_of("one\n \t\n two \r\nthree")

    assert [RawText("one", "f", 1), RawText(" two ", "f", 3), RawText("three", "f", 4)] == list(
        read_plain(source, text_field="text")
    )


@given(texts)
def test_texts_written_one_per_line_are_read_again(lines: list[str]) -> None:
    kept = [line for line in lines if line.strip()]
    read = read_plain(source_of("".join(f"{line}\r\n" for line in lines)), text_field="text")

    assert kept == [raw.text for raw in read]
