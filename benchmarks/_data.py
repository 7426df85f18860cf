"""The data sets: those in the folder of `--data`, and the bundled corpus, which is the set "demo".

Each set is a folder with train.jsonl, dev.jsonl and test.jsonl, lines of {"text", "spans": [{"start", "end", "label"}],
"meta"}. Beside them food_ingredients has patterns.jsonl and raw.jsonl, texts without spans; prodigy_exports has nothing
but annotated_*.jsonl, as Prodigy writes it.
"""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

from _common import REPOSITORY

from loop.records import Span
from loop.simulate import Gold

DEMO = REPOSITORY / "data" / "demo"
CHOSEN_BY = 100
BASES = {"uner_zh": "blank:zh"}


def base_of(name: str) -> str:
    """The pipeline that a set is learned from."""
    return BASES.get(name, "blank:en")


def rows(path: Path) -> list[dict[str, Any]]:
    """The lines of a file.

    Raises:
        SystemExit: it is not there.
    """
    if not path.is_file():
        raise SystemExit(f"{path} is not there: --data names the folder of the data sets.")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def spans_of(row: dict[str, Any]) -> tuple[Span, ...]:
    """The gold spans of a line."""
    return tuple(Span(span["start"], span["end"], span["label"]) for span in row["spans"])


def gold(path: Path) -> Gold:
    """The texts of a file with their gold spans."""
    return {row["text"]: spans_of(row) for row in rows(path)}


def splits(data: Path, name: str, split: str) -> tuple[Gold, Gold]:
    """The pool of a set, and the texts of a split to score on.

    crossner_ai's 100 training texts are joined by its dev texts, but for 100 to choose by; the bundled corpus has test
    texts alone.
    """
    if name == "demo":
        return gold(DEMO / "pool.jsonl"), gold(DEMO / "test.jsonl")
    parts = ("train", "dev") if name == "crossner_ai" else ("train",)
    pool = {text: spans for part in parts for text, spans in gold(data / name / f"{part}.jsonl").items()}
    scored = gold(data / name / f"{split}.jsonl")
    if name == "crossner_ai" and split == "dev":
        scored = {text: scored[text] for text in Random(0).sample(sorted(scored), min(CHOSEN_BY, len(scored) // 2))}
        pool = {text: spans for text, spans in pool.items() if text not in scored}
    return pool, {text: spans for text, spans in scored.items() if text not in pool}


def labels_of(*texts: Gold) -> tuple[str, ...]:
    """The labels that occur in the texts."""
    return tuple(sorted({span.label for some in texts for spans in some.values() for span in spans}))
