"""How many of an annotator's mistakes `loop check` finds, and how many of its findings are mistakes.

    python benchmarks/checks.py --quick
    python benchmarks/checks.py --data ../shared/data --json checks.json

An oracle answers questions and spoils every twentieth span: it is missed, or has an edge or a label that is wrong. A
finding is right when its answer is one of those that were spoilt. "chance" is the share of answers that were.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from _common import options, show, write_json
from _data import base_of, labels_of, splits
from _learning import settings_of

from loop.oracle import Oracle
from loop.progress.answered import whole_answers
from loop.quality import Finding, check
from loop.settings import ProjectPaths
from loop.simulate import Gold, Scenario, simulate
from loop.store import Store

SETS = ("demo", "food_ingredients", "crossner_ai")
NOISE = 0.05


def main() -> None:
    """Simulate, check, and print a row for every set, seed and kind of finding."""
    parser = options(__doc__ or "")
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    sets, seeds, answers = (SETS[:1], 1, 80) if asked.quick else (SETS, asked.seeds, 300)
    rows = [row for name in sets for seed in range(seeds) for row in one(name, asked.data, seed, answers)]
    show(f"Mistakes found by loop check, {answers} answers", rows)
    write_json(asked.json, rows, seeds=range(seeds), noise=NOISE, answers=answers)


def one(name: str, data: Path, seed: int, answers: int) -> Iterator[dict[str, Any]]:
    """The rows of one simulated annotator."""
    pool, _ = splits(data, name, "test")
    settings = settings_of(labels_of(pool), "expected_errors", seed, base_of(name))
    with tempfile.TemporaryDirectory(prefix="loop-") as folder:
        paths = ProjectPaths(Path(folder))
        nothing: Gold = dict(list(pool.items())[:1])
        for _ in simulate(paths, settings, pool, nothing, Scenario(answers, noise=NOISE, every=answers)):
            pass
        with Store(paths.db) as store:
            given, schemes = whole_answers(store), store.journal.schemes()
    oracle = Oracle(pool)
    spoilt = {each.answer.id for each in given if oracle.spans(each.question) != each.answer.spans}
    found = check(given, schemes)
    for kind in ("inconsistent", "improbable"):
        yield {"set": name, "seed": seed, "chance": 100 * len(spoilt) / len(given), "kind": kind} | _hits(
            [finding for finding in found if finding.kind == kind], spoilt
        )


def _hits(found: Sequence[Finding], spoilt: set[str]) -> dict[str, float]:
    """How many findings; in percent, how many of the first ten and of all are mistakes, and of how many mistakes."""
    ids = list(dict.fromkeys(finding.answer.id for finding in found))
    right = [id_ in spoilt for id_ in ids]
    first = right[:10]
    return {
        "found": len(ids),
        "first ten right": 100 * sum(first) / max(1, len(first)),
        "right": 100 * sum(right) / max(1, len(right)),
        "of all mistakes": 100 * sum(right) / max(1, len(spoilt)),
    }


if __name__ == "__main__":
    main()
