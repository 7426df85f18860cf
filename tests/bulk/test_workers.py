from __future__ import annotations

import json
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from loop.bulk import Job, Predicted, chunked, predicted
from loop.errors import InputError, LoopError, PipelineError
from loop.formats import RawText, read_all

pytestmark = pytest.mark.integration


def run(model: str, *paths: Path, workers: int = 1) -> list[Predicted]:
    return list(predicted(Job(model), chunked(read_all(paths)), workers=workers))


def test_bytes_and_order_do_not_depend_on_the_number_of_workers_and_a_bad_line_comes_after_what_was_read_before(
    model: str, source: Path, texts: list[str], tmp_path: Path
):
    bad, alone, together = tmp_path / "bad.jsonl", run(model, source), []
    bad.write_text('{"text": "the chain is worn"}\n' * 300 + "{\n")
    with pytest.raises(InputError, match="line 301"):
        together.extend(predicted(Job(model), chunked(read_all([source, bad])), workers=2))
    rows = [json.loads(line) for chunk in alone for line in chunk.lines.splitlines()]

    assert texts == [row["text"] for row in rows]
    assert any(row["spans"] for row in rows)
    assert alone == together[:-1]
    assert 256 == together[-1].texts


def test_fields_of_a_text_come_out_again(model: str):
    (chunk,) = predicted(Job(model), chunked([RawText("one", "in", 1, {"id": 7}), RawText("two", "in", 2)]))
    one, two = map(json.loads, chunk.lines.splitlines())

    assert {"id": 7} == one["meta"]
    assert "meta" not in two


def test_what_was_read_before_a_bad_line_is_predicted_first(model: str, tmp_path: Path):
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "the chain is worn"}\n' * 600 + "{\n")
    found = []
    with pytest.raises(InputError, match="line 601"):
        found.extend(chunk.texts for chunk in predicted(Job(model), chunked(read_all([path]))))

    assert [256, 256] == found


@pytest.mark.parametrize(
    "error", [PipelineError("No.", hint="Try."), InputError("in", "is bad.", line=3, hint="Fix it.")]
)
def test_an_error_comes_back_from_a_worker_as_it_is(error: LoopError):
    again = pickle.loads(pickle.dumps(error))

    assert (type(error), str(error), error.hint) == (type(again), str(again), again.hint)


def test_a_killed_run_takes_its_workers_along_and_goes_on_to_the_same_bytes(
    model: str, source: Path, texts: list[str], tmp_path: Path
):
    out = tmp_path / "out.jsonl"
    command = [sys.executable, "-m", "loop", "predict", model, "-", str(out), "--format", "txt", "--workers", "2"]
    content = source.read_bytes()
    with subprocess.Popen(command, stdin=subprocess.PIPE) as run_:
        assert run_.stdin
        run_.stdin.write(content)
        run_.stdin.flush()  # its end does not come: the run waits for more
        wait_until(lambda: journal(out).count(b"\n") > 2)
        children = Path(f"/proc/{run_.pid}/task/{run_.pid}/children").read_text().split()
        run_.kill()
        run_.stdin.close()
    wait_until(lambda: not any(is_running(pid) for pid in children))

    assert len(children) >= 2
    assert not out.exists()

    again = subprocess.run([*command[:-1], "1"], input=content, capture_output=True)

    assert b"Resuming after" in again.stderr
    assert b"".join(chunk.lines for chunk in run(model, source)) == out.read_bytes()


def journal(out: Path) -> bytes:
    path = Path(f"{out}.partial") / "journal"
    return path.read_bytes() if path.exists() else b""


def is_running(pid: str) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


def wait_until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < limit, "it did not come to that"
        time.sleep(0.02)
