from __future__ import annotations

import gzip
import io
import os
import sys
from pathlib import Path

import pytest

from loop.errors import InputError
from loop.formats.lines import numbered_lines


def lines_of(tmp_path: Path, content: bytes) -> list[tuple[int, str]]:
    path = tmp_path / "in.txt"
    path.write_bytes(content)
    return list(numbered_lines(path))


def test_lines_are_numbered_from_one_and_keep_their_ends(tmp_path: Path) -> None:
    assert [(1, "a\n"), (2, "\r\n"), (3, "b")] == lines_of(tmp_path, b"a\n\r\nb")


def test_only_a_newline_ends_a_line(tmp_path: Path) -> None:
    text = "a\u2028b\x0bc\x85d\re"

    assert [(1, text)] == lines_of(tmp_path, text.encode())


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path: Path) -> None:
    assert [(1, "a\n"), (2, "\ufeffb")] == lines_of(tmp_path, b"\xef\xbb\xbfa\n\xef\xbb\xbfb")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"fine\ncaf\xe9\n", "in.txt, line 2: byte 4 of the line is not valid UTF-8"),
        ("text".encode("utf-16"), "in.txt, line 1: byte 1 of the line is not valid UTF-8"),
        (b"\x1f\x8b\x08\x00", "in.txt: is a damaged gzip file"),
        (gzip.compress(b"a\n" * 9999, mtime=0)[:30], "in.txt: is a damaged gzip file"),
        (b"\xed\xa0\x80", "in.txt, line 1: byte 1 of the line is not valid UTF-8"),
        (b"a\nb\0c\n", "in.txt, line 2: contains a NUL"),
    ],
)
def test_bytes_that_are_no_text_are_named_by_file_and_line(tmp_path: Path, content: bytes, words: str) -> None:
    with pytest.raises(InputError) as caught:
        lines_of(tmp_path, content)

    assert words in str(caught.value)
    assert caught.value.hint


def test_a_line_of_ten_megabytes_is_read(tmp_path: Path) -> None:
    size = 10 * 1024 * 1024

    assert [size, 1] == [len(line) for _, line in lines_of(tmp_path, b"x" * (size - 1) + b"\n" + b"y")]


def test_a_line_without_end_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loop.formats.lines._LONGEST", 100)

    with pytest.raises(InputError, match="line 2: is longer"):
        lines_of(tmp_path, b"x\n" + b"x" * 101)


@pytest.mark.parametrize("name", ["missing.txt", "."])
def test_what_cannot_be_opened_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be read") as caught:
        list(numbered_lines(tmp_path / name))

    assert str(tmp_path) in str(caught.value)


def test_what_is_packed_with_gzip_is_unpacked(tmp_path: Path) -> None:
    assert [(1, "a\n"), (2, "b")] == lines_of(tmp_path, gzip.compress(b"\xef\xbb\xbfa\nb", mtime=0))


def test_a_dash_reads_standard_input_and_leaves_it_open(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO("ä\nb".encode()))
    monkeypatch.setattr(sys, "stdin", stdin)

    assert [(1, "ä\n"), (2, "b")] == list(numbered_lines("-"))
    assert not stdin.closed


def test_a_name_that_is_no_utf8_is_escaped(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/a\xff.txt")
    Path(path).write_bytes(b"a\0")

    with pytest.raises(InputError, match=r"a\\xff\.txt, line 1"):
        list(numbered_lines(path))
