"""Every benchmark as it is called, with `--quick`, on small data."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from scripts import NAMES, quick

pytestmark = [pytest.mark.slow, pytest.mark.integration]

Rows = Sequence[Mapping[str, Any]]


class Printed(NamedTuple):
    """What a benchmark is to print: how many rows with which columns, the seeds, and what is true of the rows."""

    rows: int
    columns: str
    holds: Callable[[Rows], bool]
    seeds: tuple[int, ...] = (0,)


def are_percent(rows: Rows, *names: str) -> bool:
    return all(0 <= row[name] <= 100 for row in rows for name in names)


def are_positive(rows: Rows, *names: str) -> bool:
    return all(row[name] > 0 for row in rows for name in names)


PRINTED = {
    "advice": Printed(
        1,
        "set, seed, pool, F1 of all, stop at, rest said, rest true, saved, rest true at 70%, F1 inside, F1 off by, "
        "width",
        lambda rows: rows[0]["pool"] == 450 and are_percent(rows, "F1 of all"),
    ),
    "checks": Printed(
        2,
        "set, seed, chance, kind, found, first ten right, right, of all mistakes",
        lambda rows: are_percent(rows, "first ten right", "right", "of all mistakes") and are_positive(rows, "chance"),
    ),
    "confidence": Printed(
        12,
        "model, method, texts, words a second, of plain time, AUROC entity, AUROC text",
        lambda rows: all(0 <= row["AUROC text"] <= 1 for row in rows) and are_positive(rows, "texts"),
    ),
    "coverage": Printed(
        2,
        "population, true F1, units, gold spans, P, R, F1, width of F1, no interval",
        lambda rows: are_percent(rows, "P", "R", "F1", "true F1") and [row["units"] for row in rows] == [50, 200],
        seeds=(1,),
    ),
    "encoder": Printed(
        2,
        "set, features, seeds, F1 at 25, F1 at 50, F1 at 100, F1 at 200, F1 at 300, ECE, AUROC",
        lambda rows: are_percent(rows, "F1 at 25", "F1 at 300") and are_positive(rows, "seeds"),
    ),
    "forgetting": Printed(
        6,
        "case, recipe, seed, taught, old gold, others agree, kept here, kept there, seconds",
        lambda rows: are_percent(rows, "taught", "old gold", "others agree", "kept here", "kept there"),
    ),
    "formats": Printed(
        13,
        "what, seconds, more",
        lambda rows: rows[-1]["more"] == "byte-identical" and all(row["seconds"] >= 0 for row in rows),
    ),
    "keys": Printed(
        1,
        "set, answers, shown right, %, none, analyses, candidates, re-deciding, all, saved, %",
        lambda rows: 1 <= rows[0]["analyses"] <= rows[0]["none"],
    ),
    "latency": Printed(
        4,
        "machine, tokens, move p50, move p99, edit p50, edit p99, accept p50, accept p99, first question, rounds, "
        "waits, load before",
        lambda rows: (
            [(row["machine"], row["tokens"]) for row in rows]
            == [("idle", 20), ("idle", 200), ("training", 20), ("training", 200)]
            and are_positive(rows, "move p50", "edit p50", "accept p50", "first question")
        ),
    ),
    "learning": Printed(
        4,
        "set, method, seeds, area/answers, area/tokens, area/seconds, F 100, Δ 100, F 200, Δ 200, F 300, Δ 300, "
        "answers ×, tokens ×, seconds ×",
        lambda rows: (
            [row["method"] for row in rows] == ["random", "expected_errors"] * 2 and are_percent(rows, "F 100")
        ),
    ),
    "lift": Printed(
        4,
        "set, idea, seed, seconds, F50",
        lambda rows: are_percent(rows, "F50") and are_positive(rows, "seconds"),
    ),
    "predict": Printed(
        2,
        "pipeline, words/s plain, words/s loop, ratio, median of slices, lowest",
        lambda rows: are_positive(rows, "words/s plain", "words/s loop", "ratio", "lowest"),
        seeds=(),
    ),
    "refusals": Printed(
        3,
        "way, seed, F before, F, no, still there, moved, gone",
        lambda rows: (
            are_percent(rows, "F before", "F")
            and all(row["no"] == row["still there"] + row["moved"] + row["gone"] for row in rows)
        ),
    ),
    "scale": Printed(
        2,
        "texts, texts/s in, store MB, s per round, CPU s per round, of it learning, s first queue, s pretraining, "
        "ms answer to next, ms slowest, ms status, MB trainer, MB session, MB import",
        lambda rows: [row["texts"] for row in rows] == [1200, 5000] and are_positive(rows, "s per round", "MB trainer"),
    ),
    "session": Printed(
        1,
        "texts, seconds of init, seconds to first question, answers, exported, keys per answer, median, "
        "ms from answer to next question, median, slowest ms, rounds, seconds per round, "
        "ingredients found in 1,000 texts",
        lambda rows: (rows[0]["answers"], rows[0]["exported"], rows[0]["rounds"]) == (12, 12, 1),
    ),
    "soak": Printed(
        4,
        "answers, MB session, MB trainer, MB store, MB log, MB models, rounds kept, minutes",
        lambda rows: (
            [row["answers"] for row in rows] == [25, 50, 75, 100] and are_positive(rows, "MB session", "MB models")
        ),
    ),
    "questions": Printed(
        2,
        "set, way, seeds, 5 min, 10 min, 20 min, 40 min, 60 min, answers",
        lambda rows: are_percent(rows, "5 min", "60 min") and are_positive(rows, "answers"),
    ),
    "store": Printed(
        4,
        "meanwhile, p50, p99, max, p50 to alone, p99 to alone, max to alone",
        lambda rows: all(0 < row["p50"] <= row["p99"] <= row["max"] for row in rows),
    ),
    "start": Printed(
        2,
        "set, start, seeds, begins after s, F1 then, 5 min, 10 min, 20 min, 40 min, 60 min, 25 answers, 100 answers",
        lambda rows: are_percent(rows[:2], "F1 then", "5 min", "60 min", "25 answers"),
    ),
    "teams": Printed(
        2,
        "set, overlap, review, F1 at 50, F1 at 100, F1 at 200, minutes, seeds",
        lambda rows: are_percent(rows, "F1 at 50", "F1 at 200") and are_positive(rows, "minutes"),
    ),
    "update": Printed(
        4,
        "set, seed, recipe, answers, f, seconds",
        lambda rows: are_percent(rows, "f") and are_positive(rows, "seconds", "answers"),
    ),
}


def test_every_benchmark_is_known():
    assert NAMES == sorted(PRINTED)


@pytest.mark.parametrize("name", NAMES)
def test_a_quick_run_prints_its_table_and_writes_where_its_figures_come_from(
    name: str, small_data: Path, tmp_path: Path
):
    folder = tmp_path / "work"
    folder.mkdir()
    expected = PRINTED[name]
    printed = quick(name, small_data, tmp_path / "out.json", folder)
    written = json.loads((tmp_path / "out.json").read_text(), parse_constant=pytest.fail)
    rows = written["rows"][: expected.rows]

    assert [expected.columns] * expected.rows == [", ".join(row) for row in rows]
    assert list(expected.seeds) == written["seeds"]
    assert {"machine", "versions"} < set(written)
    assert all(math.isfinite(value) for row in rows for value in row.values() if isinstance(value, float))
    assert expected.holds(rows)
    assert tables_hold(printed, rows)
    assert [] == list(folder.iterdir()), "a benchmark leaves nothing behind"


def tables_hold(printed: str, rows: Rows) -> bool:
    """Whether a table says what the rows say: what is text as it is."""
    return all(value in printed for row in rows for value in row.values() if isinstance(value, str))
