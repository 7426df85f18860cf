from __future__ import annotations

import json
from pathlib import Path

from loop.patterns.file import append_pattern, drop_pattern, drop_patterns, terms_of

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


def test_the_terms_of_a_file_are_its_strings_and_what_tokens_only_spell(tmp_path: Path):
    file = tmp_path / "patterns.jsonl"
    tokens = [{"LOWER": "brake"}, {"text": "disc"}]
    rows = [
        {"label": "PART", "pattern": "brake   pad"},
        {"label": "PART", "pattern": tokens},
        {"label": "PART", "pattern": [{"LOWER": {"IN": ["a", "b"]}}]},
        {"label": "PART", "pattern": [{"LOWER": "worn", "OP": "?"}]},
        {"label": "SHOP", "pattern": "brake pad"},
        {"label": 1, "pattern": "hub"},
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows) + "not JSON\n")

    assert {"brake pad": "PART", "brake disc": "PART"} == terms_of(file)
    assert {} == terms_of(tmp_path / "missing.jsonl")


def test_a_pattern_is_dropped_by_its_string_in_any_case_and_its_label(tmp_path: Path):
    file = tmp_path / "patterns.jsonl"
    for label in ("PART", "SHOP"):
        append_pattern(file, "Brake  pad", label, source="terms")

    assert 1 == drop_pattern(file, "brake pad", "PART")
    assert [{"label": "SHOP", "pattern": "Brake pad", "source": "terms"}] == [
        json.loads(line) for line in file.read_text().splitlines()
    ]
    assert 0 == drop_pattern(file, "brake pad", "PART")
