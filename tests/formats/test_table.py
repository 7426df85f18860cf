from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_sources import source_of

from loop.errors import InputError
from loop.formats.raw import RawText
from loop.formats.table import read_table

cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"))


def rows_of(content: str, text_field: str = "text") -> list[RawText]:
    return list(read_table(source_of(content, "t.csv"), text_field=text_field))


def test_the_named_column_is_the_text_and_the_others_its_meta() -> None:
    assert [RawText("a b", "t.csv", 2, {"id": "7", "who": "x"}), RawText("c", "t.csv", 3, {"id": "8"})] == rows_of(
        "id,body,who\n7,a b,x\n8,c,\n", "body"
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_first_line_decides_what_parts_the_cells(delimiter: str) -> None:
    content = f'id{delimiter}text\n1{delimiter}"a, b; c"\n'

    assert ["a, b; c"] == [raw.text for raw in rows_of(content)]


def test_a_row_over_several_lines_is_named_by_its_first() -> None:
    rows = rows_of('text,n\n"a\nb",1\n\nc,2\n')

    assert [("a\nb", 2), ("c", 5)] == [(raw.text, raw.line) for raw in rows]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "line 1: its first line does not name one column text"),
        ("body,n\na,1\n", "line 1: its first line does not name one column text"),
        ("text,text\na,b\n", "line 1: its first line does not name one column text"),
        ("text,n\na\n", "line 2: has 1 cells, but the first line names 2 columns"),
        ("text,n\nsecret,1\nsecret,1,2\n", "line 3: has 3 cells"),
        ('text,n\n"secret,1\n', "line 2: is not a csv file"),
        ('text,n\n"a"secret,1\n', "line 2: is not a csv file"),
        ("text,n\nsecret\rsecret,1\n", "line 2: is not a csv file"),
    ],
)
def test_a_broken_table_is_named_by_its_line_and_nothing_of_it_is_shown(content: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        rows_of(content)

    assert words in str(caught.value)
    assert "secret" not in str(caught.value) + caught.value.hint


def test_a_cell_of_ten_megabytes_is_read() -> None:
    text = "x" * 10_000_000

    assert text == rows_of(f"text\n{text}\n")[0].text


@given(st.lists(st.tuples(cells, cells), min_size=1), st.sampled_from([",", ";", "\t"]))
def test_what_the_standard_library_writes_is_read_again(rows: list[tuple[str, str]], delimiter: str) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([("text", "note"), *rows])

    assert rows == [(raw.text, raw.meta.get("note", "")) for raw in rows_of(out.getvalue())]
