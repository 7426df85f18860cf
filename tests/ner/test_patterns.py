from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.pipeline import EntityRuler

from loop.errors import InputError
from loop.ner.patterns import Pattern, Patterns, PatternsFile, add_patterns, read_patterns
from loop.records import Span
from loop.settings import ProjectPaths, ProjectSettings, Settings

NLP = spacy.blank("en")
LABELS = ("A", "B")
ROWS: list[dict[str, Any]] = [
    {"label": "A", "pattern": "brake pad"},
    {"label": "A", "pattern": [{"lower": "drop"}, {"lower": "-"}, {"lower": "bar"}], "id": "x"},
    {"label": "B", "pattern": [{"TEXT": "AA"}]},
    {"label": "B", "pattern": [{"LOWER": "size"}, {"IS_DIGIT": True, "OP": "+"}]},
    {"label": "A", "pattern": [{"ORTH": "no"}, {"LOWER": {"IN": ["1", "2"]}}]},
]
TEXT = "Brake Pad, drop-bar, aa AA, size 12 3; no 2 brake pads"


def written(folder: Path, rows: list[Any]) -> Path:
    path = folder / "patterns.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def hits(path: Path, text: str = TEXT) -> list[str]:
    return [text[hit.start : hit.end] for hit in Patterns(NLP, path, labels=LABELS).hits(NLP(text))]


def test_terms_match_in_any_case_and_the_longest_hit_stays(tmp_path: Path) -> None:
    assert ["Brake Pad", "drop-bar", "AA", "size 12 3", "no 2"] == hits(written(tmp_path, ROWS))


def test_the_hits_are_those_of_spacys_entity_ruler(tmp_path: Path) -> None:
    ruler = EntityRuler(NLP, phrase_matcher_attr="LOWER")
    ruler.add_patterns(ROWS)
    expected = [Span(ent.start_char, ent.end_char, ent.label_) for ent in ruler(NLP(TEXT)).ents]

    assert expected == Patterns(NLP, written(tmp_path, ROWS), labels=LABELS).hits(NLP(TEXT))


def test_no_term_stays_in_the_pipelines_vocabulary(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    Patterns(nlp, written(tmp_path, [{"label": "A", "pattern": "Xanthippe"}]), labels=LABELS)

    assert "Xanthippe" not in set(nlp.vocab.strings)
    assert "xanthippe" not in set(nlp.vocab.strings)


@pytest.mark.parametrize(
    "row",
    [
        3,
        {"label": "A", "pattern": " "},
        {"label": "A", "pattern": ["brake"]},
        {"label": "A", "pattern": [{"NO_SUCH": "brake"}]},
        {"label": "A", "pattern": [{"LOWER": {"IN": 3}}]},
        {"label": "C", "pattern": "brake"},
    ],
)
def test_what_is_no_pattern_is_named_by_its_line(tmp_path: Path, row: Any) -> None:
    with pytest.raises(InputError, match=r"patterns\.jsonl, line 2") as caught:
        hits(written(tmp_path, [ROWS[0], row]))

    assert caught.value.hint


def test_added_patterns_stand_behind_the_others_and_known_ones_are_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, ROWS[:1])
    new = [Pattern("A", "saddle", "f", 1), Pattern("A", "brake pad", "f", 2), Pattern("A", "saddle", "f", 3)]

    assert (1, 2) == add_patterns(path, new, labels=LABELS)
    assert ["brake pad", "saddle"] == [pattern.pattern for pattern in read_patterns(path, LABELS)]


def test_the_projects_patterns_are_read_anew_when_they_change(tmp_path: Path) -> None:
    settings = Settings(project=ProjectSettings(labels=LABELS))
    file = PatternsFile(ProjectPaths(tmp_path), settings)
    without = file.hits(NLP)
    unchanged = file.changed
    written(tmp_path, ROWS[:1])
    changed, with_it = file.changed, file.hits(NLP)

    assert (None, False, True) == (without, unchanged, changed)
    assert with_it is not None
    assert [Span(0, 9, "A")] == with_it(NLP(TEXT))[:1]
    assert not file.changed


def test_a_file_that_a_setting_names_must_be_there(tmp_path: Path) -> None:
    settings = Settings(project=ProjectSettings(labels=LABELS, patterns="missing.jsonl"))

    with pytest.raises(InputError, match=r"missing\.jsonl: cannot be read"):
        PatternsFile(ProjectPaths(tmp_path), settings).hits(NLP)


@pytest.mark.skipif("LOOP_DATA" not in os.environ, reason="needs the patterns by Prodigy's makers, in LOOP_DATA")
def test_published_patterns_can_all_be_read() -> None:
    folder = Path(os.environ["LOOP_DATA"]) / "prodigy_exports"
    names = {"patterns_countries-GPE.jsonl": "GPE", "patterns_skateboarding_tricks-TRICK.jsonl": "TRICK"}

    assert 1_025 <= sum(len(list(read_patterns(folder / name, [label]))) for name, label in names.items())
