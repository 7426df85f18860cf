from __future__ import annotations

import json
from pathlib import Path

from loop.patterns.file import drop_patterns

LINES = [
    {"label": "PART", "pattern": "chain"},
    {"label": "PART", "pattern": [{"LOWER": "chain"}]},
    {"label": "PART", "pattern": "brake"},
]


def test_string_patterns_are_dropped_and_counted_and_other_lines_stay(tmp_path: Path):
    file = tmp_path / "patterns.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in LINES))
    dropped = drop_patterns(file, lambda string: string == "chain")

    assert 1 == dropped
    assert LINES[1:] == [json.loads(line) for line in file.read_text().splitlines()]
    assert 0 == drop_patterns(file, lambda string: string == "chain")
