"""Small data sets in the layout that the benchmarks read, made of the bundled corpus under other labels."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random
from typing import Any

from loop.formats import RawText, read_all

DEMO = Path(__file__).parents[2] / "data" / "demo"
# What the labels of the bundled corpus are called in each set; spans of the others are left out.
LABELS = {
    "food_ingredients": {"PART": "INGRED"},
    "fashion_brands": {"BRAND": "FASHION_BRAND"},
    "ncbi_disease": {"FAULT": "Disease"},
    "crossner_ai": {"BRAND": "organisation", "PART": "product", "FAULT": "task"},
    "uner_en_ewt": {"BRAND": "ORG", "PART": "LOC", "FAULT": "PER"},
    "uner_zh": {"BRAND": "ORG", "PART": "LOC", "FAULT": "PER"},
}
VERDICTS = ("accept", "accept", "accept", "reject", "ignore")


def write_small_data(folder: Path, *, train: int, dev: int, test: int) -> Path:
    """Write every data set that a benchmark may ask for, with so many texts; return the folder."""
    texts = list(read_all([DEMO / "pool.jsonl", DEMO / "test.jsonl"]))
    for name, labels in LABELS.items():
        chosen = iter(Random(name).sample(texts, train + dev + test))
        for split, size in (("train", train), ("dev", dev), ("test", test)):
            write_lines(folder / name / f"{split}.jsonl", (row(next(chosen), labels, i) for i in range(size)))
    food = folder / "food_ingredients"
    write_lines(food / "raw.jsonl", ({"text": raw.text} for raw in texts))
    patterns = map(json.loads, (DEMO / "patterns.jsonl").read_text(encoding="utf-8").splitlines())
    write_lines(food / "patterns.jsonl", ({**one, "label": "INGRED"} for one in patterns if one["label"] == "PART"))
    exported = (row(raw, {"BRAND": "PRODUCT"}, i) | {"answer": VERDICTS[i % 5]} for i, raw in enumerate(texts[:150]))
    write_lines(folder / "prodigy_exports" / "annotated_notes.jsonl", exported)
    return folder


def row(raw: RawText, labels: Mapping[str, str], number: int) -> dict[str, Any]:
    """A line of a set; three of them make a document."""
    spans = [
        {"start": span.start, "end": span.end, "label": labels[span.label]}
        for span in raw.spans or ()
        if span.label in labels
    ]
    return {"text": raw.text, "spans": spans, "meta": {"source": "data/demo", "id": f"{number // 3}-{number % 3}"}}


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(one) + "\n" for one in rows), encoding="utf-8")
