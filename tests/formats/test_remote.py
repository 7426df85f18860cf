from __future__ import annotations

import gzip
import sys
from pathlib import Path

import pytest

from loop.errors import InputError, LoopError
from loop.formats import files_of, is_there, read, write_predictions


def test_files_named_by_a_url_are_read_and_patterns_filled_in(tmp_path: Path):
    (tmp_path / "b.txt").write_text("two\n")
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(b'{"text": "one"}\n'))
    (tmp_path / "c.parquet").write_bytes(b"")
    files = files_of([f"{tmp_path.as_uri()}/[ab].*"])

    assert [f"{tmp_path.as_uri()}/{name}" for name in ("a.jsonl.gz", "b.txt")] == files
    assert ["one", "two"] == [raw.text for file in files for raw in read(file)]
    assert (True, False) == (is_there(str(files[0])), is_there(f"{tmp_path.as_uri()}/d"))


def test_predictions_go_to_a_url(tmp_path: Path):
    lines = tmp_path / "lines"
    lines.write_text('{"text":"one","entropy":0.0,"p":1.0,"spans":[],"meta":{"id":1}}\n')
    for name in ("out.jsonl", "out.jsonl.gz", "out.parquet"):
        write_predictions(lines, "memory://" + name)

    assert lines.read_text() == "".join(_content("memory://out.jsonl"))
    (one,) = read("memory://out.parquet")
    assert ("one", {"entropy": 0.0, "p": 1.0, "id": 1}) == (one.text, one.meta)


def _content(url: str) -> list[str]:
    import fsspec

    with fsspec.open(url, "rt") as file:
        return list(file)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("file:///no/such/file.txt", "cannot be read"),
        ("nowhere://a/b.txt", "fsspec does not know nowhere://"),
    ],
)
def test_a_url_that_leads_nowhere_is_named(url: str, problem: str):
    with pytest.raises(LoopError, match=problem):
        list(read(url))


def test_without_fsspec_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(LoopError, match="Files at s3:// need another package: fsspec"):
        list(read("s3://bucket/in.jsonl"))
    with pytest.raises(InputError):
        list(read("no-such-file.txt"))
