from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from loop.errors import LoopError
from loop.formats import Answered, write
from loop.records import Answer, Text


def row(n: int) -> Answered:
    return Answered(Text(n, f"täxt {n}"), Answer(f"id{n}", n, "ann", "accept"), ((0, 4), (5, 6)))


def test_answers_are_written_one_per_line_for_their_owner_alone(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"

    assert 2 == write([row(1), row(2)], out)
    assert ["täxt 1", "täxt 2"] == [json.loads(line)["text"] for line in out.read_text("ascii").splitlines()]
    assert 0o600 == out.stat().st_mode & 0o777


@pytest.mark.parametrize(("format", "written"), [("jsonl", 2), ("conll", 1), ("doccano", 1), ("label-studio", 1)])
def test_an_answer_that_was_not_asked_about_all_labels_goes_where_that_can_be_told(tmp_path, format, written) -> None:
    assert written == write([row(1), replace(row(2), labels=("A",))], tmp_path / "out", format=format)


def test_the_same_answers_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write([row(1), row(2)], tmp_path / name)

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    def breaks() -> Iterator[Answered]:
        yield row(1)
        raise RuntimeError

    out = tmp_path / "out.jsonl"
    out.write_text("old")

    with pytest.raises(RuntimeError):
        write(breaks(), out)

    assert "old" == out.read_text()
    assert [out] == list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(LoopError, match="missing/out cannot be written"):
        write([row(1)], tmp_path / "missing" / "out")


def test_a_dash_writes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    write([row(1)], "-")

    assert "täxt 1" == json.loads(capsys.readouterr().out)["text"]
