from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import _common
import pytest
from _common import beside, grouped, percentiles, show, timed, wait, write_json
from _data import labels_of, rows, splits

from loop.records import Span


def test_a_wait_ends_with_what_was_waited_for():
    done = iter([False, False, True])

    assert 0 < wait(lambda: next(done), "the third look") < 10


def test_a_wait_in_vain_ends_and_says_for_what():
    with pytest.raises(SystemExit, match=r"Waited for round 3 in vain, 0\.01 s long"):
        wait(lambda: False, "round 3", patience=0.01)


def test_a_wait_ends_when_nobody_is_left_to_do_it():
    with pytest.raises(SystemExit, match="Waited in vain for round 3: the process that was to do it has ended"):
        wait(lambda: False, "round 3", alive=lambda: False)


def test_what_was_done_last_by_a_process_that_has_ended_is_done():
    done = iter([False, True, True])

    assert wait(lambda: next(done), "round 3", alive=lambda: False) < 10


@pytest.mark.integration
def test_what_runs_beside_a_benchmark_ends_with_it():
    program = "print('begun', flush=True); import time; time.sleep(600)"

    with beside("-c", program, stdout=subprocess.PIPE) as process:
        begun = process.stdout.readline()

    assert "begun\n" == begun
    assert -signal.SIGKILL == process.poll()


def test_work_is_timed_by_the_clock_asked_for():
    clock = iter([3.0, 5.5])

    assert (2.5, "done") == timed(lambda: "done", lambda: next(clock))


def test_percentiles_are_those_of_all_times():
    assert {"p50": 50.0, "p99": 99.0, "max": 100.0} == pytest.approx(percentiles(list(range(101))))


def test_rows_are_grouped_in_the_order_in_which_groups_come():
    found = [{"set": name, "f": f} for name, f in (("b", 1), ("a", 2), ("b", 3))]

    assert [(("b",), [found[0], found[2]]), (("a",), [found[1]])] == list(grouped(found, "set").items())


@pytest.mark.integration  # the platform is asked of `uname`
def test_json_says_where_its_figures_come_from(tmp_path: Path):
    write_json(tmp_path / "out.json", [{"f": 1.5}], seeds=range(2), split="dev")

    written = json.loads((tmp_path / "out.json").read_text())
    assert [{"f": 1.5}] == written["rows"]
    assert [0, 1] == written["seeds"]
    assert "dev" == written["split"]
    assert {"platform", "cores", "python"} == set(written["machine"])
    assert set(_common.PACKAGES) == set(written["versions"])


def test_nothing_is_written_without_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    write_json(None, [{"f": 1.5}], seeds=[])

    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("count", [1, 2])
def test_a_table_shows_every_column_of_its_rows(count: int, capsys: pytest.CaptureFixture[str]):
    show("Figures", [{"set": "a long name for a set", "F": 2.346}] * count)

    printed = capsys.readouterr().out
    assert all(word in printed for word in ("Figures", "set", "a long name for a set", "F", "2.35"))


def test_a_data_set_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(SystemExit, match=r"nothing/train\.jsonl is not there: --data names the folder"):
        splits(tmp_path, "nothing", "dev")


def test_sets_are_read_as_they_are_written(tiny_data: Path):
    pool, scored = splits(tiny_data, "ncbi_disease", "test")

    assert (60, 20, ("Disease",)) == (len(pool), len(scored), labels_of(pool, scored))
    first = rows(tiny_data / "ncbi_disease" / "train.jsonl")[0]
    assert [tuple(Span(*span.values()) for span in first["spans"])] == [pool[first["text"]]]


def test_the_dev_texts_of_crossner_join_its_few_training_texts(tiny_data: Path):
    pool, scored = splits(tiny_data, "crossner_ai", "test")

    assert (80, 20) == (len(pool), len(scored))


def test_the_bundled_corpus_is_a_set_as_well(tmp_path: Path):
    pool, scored = splits(tmp_path, "demo", "dev")

    assert (708, 219, ("BRAND", "FAULT", "PART")) == (len(pool), len(scored), labels_of(pool, scored))
