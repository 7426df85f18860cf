from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from loop.bulk import Chunk, Predicted, Unfinished
from loop.errors import LoopError

SIGNATURE = {"model": "m", "all_spans": False, "chunk": [2, 10]}
CHUNKS = [Chunk("in", (f"text {n}", "same"), ({}, {})) for n in range(6)]


def lines_of(chunk: Chunk) -> bytes:
    return b"".join(
        json.dumps({"text": text, "entropy": 0.0, "p": 1.0, "spans": []}).encode() + b"\n" for text in chunk.texts
    )


def work(folder: Path, chunks: list[Chunk], *, stop_after: int | None = None, **options: Any) -> int:
    """Go on with a run; how many chunks it had to do."""
    unfinished = Unfinished(folder, options.pop("signature", SIGNATURE), **options)
    done = 0
    try:
        for chunk in unfinished.rest(chunks):
            if done == stop_after:
                return done
            unfinished.add(Predicted(chunk.source, chunk.digest(), len(chunk.texts), lines_of(chunk)))
            done += 1
    finally:
        unfinished.close()
    return done


def kept(folder: Path) -> bytes:
    return (folder / "lines").read_bytes()


EXPECTED = b"".join(map(lines_of, CHUNKS))


@pytest.mark.parametrize("first", range(7))
def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path, first: int):
    assert first == work(tmp_path / "out", CHUNKS, stop_after=first)
    assert 6 - first == work(tmp_path / "out", CHUNKS)
    assert EXPECTED == kept(tmp_path / "out")


@pytest.mark.parametrize("lost", [2, 7, 50, 200])
@pytest.mark.parametrize("file", ["lines", "journal"])
def test_what_a_crash_has_torn_off_is_done_again(tmp_path: Path, file: str, lost: int):
    folder = tmp_path / "out"
    work(folder, CHUNKS, stop_after=4)
    os.truncate(folder / file, (folder / file).stat().st_size - lost)

    assert work(folder, CHUNKS) > 2
    assert EXPECTED == kept(folder)


def test_lines_that_a_crash_left_as_zeros_are_done_again(tmp_path: Path):
    folder = tmp_path / "out"
    work(folder, CHUNKS, stop_after=4)
    size = len(lines_of(CHUNKS[0]))
    (folder / "lines").write_bytes(EXPECTED[:size] + bytes(size) + EXPECTED[2 * size :])

    assert 5 == work(folder, CHUNKS)
    assert EXPECTED == kept(folder)


def test_lines_beyond_the_journal_are_dropped(tmp_path: Path):
    folder = tmp_path / "out"
    work(folder, CHUNKS, stop_after=2)
    with (folder / "lines").open("ab") as file:
        file.write(b'{"text": "half')

    assert 4 == work(folder, CHUNKS)
    assert EXPECTED == kept(folder)


def test_another_model_or_setting_is_refused_and_named_unless_dropped(tmp_path: Path):
    folder, other = tmp_path / "out", SIGNATURE | {"all_spans": True}
    work(folder, CHUNKS, stop_after=4)
    with pytest.raises(LoopError, match="different run: all_spans"):
        work(folder, CHUNKS, signature=other)

    assert 2 == work(folder, CHUNKS)
    assert 6 == work(folder, CHUNKS, signature=other, drop_other=True)


@pytest.mark.parametrize("others", [[*CHUNKS[:2], CHUNKS[5], *CHUNKS[3:]], CHUNKS[:2]])
def test_other_texts_are_refused_unless_what_differs_is_dropped(tmp_path: Path, others: list[Chunk]):
    folder = tmp_path / "out"
    work(folder, CHUNKS, stop_after=4)
    with pytest.raises(LoopError, match="other texts: they differ after text 4"):
        work(folder, others)

    assert len(others) - 2 == work(folder, others, drop_other=True)
    assert b"".join(map(lines_of, others)) == kept(folder)
    assert 0 == work(folder, others)


def test_a_line_that_was_fixed_after_what_is_finished_changes_nothing(tmp_path: Path):
    fixed = [*CHUNKS[:4], CHUNKS[0], CHUNKS[5]]
    work(tmp_path / "out", CHUNKS, stop_after=4)

    assert 2 == work(tmp_path / "out", fixed)
    assert b"".join(map(lines_of, fixed)) == kept(tmp_path / "out")


def test_two_runs_do_not_write_the_same_output(tmp_path: Path):
    one = Unfinished(tmp_path / "out", SIGNATURE)
    with pytest.raises(LoopError, match="Another run is using"):
        Unfinished(tmp_path / "out", SIGNATURE)
    one.close()

    Unfinished(tmp_path / "out", SIGNATURE).close()


@pytest.fixture
def done(tmp_path: Path) -> Iterator[Unfinished]:
    work(tmp_path / "out.partial", CHUNKS)
    unfinished = Unfinished(tmp_path / "out.partial", SIGNATURE)
    yield unfinished
    unfinished.close()


def test_the_finished_file_is_private_and_nothing_is_left_beside_it(tmp_path: Path, done: Unfinished):
    assert 0o700 == done.folder.stat().st_mode & 0o777
    done.finish(str(tmp_path / "out.jsonl"))

    assert [tmp_path / "out.jsonl"] == list(tmp_path.iterdir())
    assert EXPECTED == (tmp_path / "out.jsonl").read_bytes()
    assert 0o600 == (tmp_path / "out.jsonl").stat().st_mode & 0o777


def test_a_file_that_cannot_be_written_loses_nothing(tmp_path: Path, done: Unfinished):
    with pytest.raises(LoopError, match="cannot be written"):
        done.finish(str(tmp_path / "nowhere" / "out.jsonl"))

    assert EXPECTED == kept(done.folder)
