from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.pipeline import EntityRuler
from spacy.tokens import Token

from loop.errors import InputError
from loop.patterns.matching import Patterns
from loop.patterns.parsing import Pattern, add_patterns, read_patterns
from loop.patterns.project_patterns import PatternsFile
from loop.patterns.trials import caveat
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


def matches(path: Path, text: str = TEXT) -> list[str]:
    return [text[match.start : match.end] for match in Patterns(NLP, path, labels=LABELS).matches(NLP(text), NLP)]


def test_terms_match_in_any_case_and_the_longest_hit_stays(tmp_path: Path) -> None:
    assert ["Brake Pad", "drop-bar", "AA", "size 12 3", "no 2"] == matches(written(tmp_path, ROWS))


def test_the_hits_are_those_of_spacys_entity_ruler(tmp_path: Path) -> None:
    ruler = EntityRuler(NLP, phrase_matcher_attr="LOWER")
    ruler.add_patterns(ROWS)
    expected = [Span(ent.start_char, ent.end_char, ent.label_) for ent in ruler(NLP(TEXT)).ents]

    assert expected == Patterns(NLP, written(tmp_path, ROWS), labels=LABELS).matches(NLP(TEXT), NLP)


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
        {"label": "A", "pattern": [{"TEXT": {"REGEX": "(abc"}}]},
        {"label": "A", "pattern": [{"POS": "PROPN"}]},
        {"label": "A", "pattern": [{"tag": "NN"}]},
        {"label": "A", "pattern": [{"LEMMA": {"IN": ["be"]}}]},
        {"label": "A", "pattern": [{"DEP": "nsubj"}]},
        {"label": "A", "pattern": [{"MORPH": {"IS_SUPERSET": ["Number=Sing"]}}]},
        {"label": "A", "pattern": [{"ENT_TYPE": "ORG"}]},
        {"label": "A", "pattern": [{"IS_SENT_START": True}]},
        {"label": "A", "pattern": [{"_": {"nobody_registered_it": True}}]},
        {"label": "C", "pattern": "brake"},
    ],
)
def test_what_is_no_pattern_is_named_by_its_line(tmp_path: Path, row: Any) -> None:
    with pytest.raises(InputError, match=r"patterns\.jsonl, line 2") as caught:
        matches(written(tmp_path, [ROWS[0], row]))

    assert caught.value.hint


def test_added_patterns_stand_behind_the_others_and_known_ones_are_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, ROWS[:1])
    new = [Pattern("A", "saddle", "f", 1), Pattern("A", "brake pad", "f", 2), Pattern("A", "saddle", "f", 3)]

    assert (1, 2) == add_patterns(path, new, labels=LABELS)
    assert ["brake pad", "saddle"] == [pattern.pattern for pattern in read_patterns(path, LABELS)]


def test_the_projects_patterns_are_read_anew_when_they_change(tmp_path: Path) -> None:
    settings = Settings(project=ProjectSettings(labels=LABELS))
    file = PatternsFile(ProjectPaths(tmp_path), settings)
    without = file.matches(NLP)
    unchanged = file.changed
    written(tmp_path, ROWS[:1])
    changed, with_it = file.changed, file.matches(NLP)

    assert (None, False, True) == (without, unchanged, changed)
    assert with_it is not None
    assert [Span(0, 9, "A")] == with_it(NLP(TEXT))[:1]
    assert not file.changed


def test_a_file_that_a_setting_names_must_be_there(tmp_path: Path) -> None:
    settings = Settings(project=ProjectSettings(labels=LABELS, patterns="missing.jsonl"))

    with pytest.raises(InputError, match=r"missing\.jsonl: cannot be read"):
        PatternsFile(ProjectPaths(tmp_path), settings).matches(NLP)


@pytest.mark.skipif("LOOP_DATA" not in os.environ, reason="needs the patterns by Prodigy's makers, in LOOP_DATA")
def test_published_patterns_can_all_be_read() -> None:
    folder = Path(os.environ["LOOP_DATA"]) / "prodigy_exports"
    names = {"patterns_countries-GPE.jsonl": "GPE", "patterns_skateboarding_tricks-TRICK.jsonl": "TRICK"}

    assert 1_025 <= sum(len(list(read_patterns(folder / name, [label]))) for name, label in names.items())


@pytest.mark.parametrize("term", ["Corp.", "CORP.", "corp.", "St.", "don't", "DON'T", "U.S.", "iPhone Inc."])
def test_a_term_matches_in_any_case_whatever_the_tokenizer_makes_of_it(tmp_path: Path, term: str) -> None:
    path = written(tmp_path, [{"label": "A", "pattern": term}])

    for shown in (term, term.lower(), term.upper(), term.title(), term.swapcase()):
        assert [shown] == matches(path, f"at {shown} now")


def test_a_term_in_another_case_has_its_place_where_lower_case_is_longer(tmp_path: Path) -> None:
    path = written(tmp_path, [{"label": "A", "pattern": "Rome"}])

    assert ["ROME"] == matches(path, "\u0130\u0130 in ROME")


def test_a_list_of_patterns_is_read_and_named_by_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "patterns.json"
    path.write_text('[\n {"label": "A", "pattern": "a"},\n\n {"label": "B",\n "pattern": "b"}]')
    found = list(read_patterns(path, LABELS))
    path.write_text('[{"label": "A"')

    assert [("a", 2), ("b", 4)] == [(pattern.pattern, pattern.line) for pattern in found]
    with pytest.raises(InputError, match="begins with \\[ but is not a list of patterns"):
        list(read_patterns(path, LABELS))


def test_all_labels_of_patterns_that_the_project_lacks_are_named_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, [{"label": label, "pattern": "x"} for label in ("A", "C", "D", "C")])

    with pytest.raises(InputError, match=r"line 2: .*: 'C' \(line 2\), 'D' \(line 3\)") as caught:
        list(read_patterns(path, LABELS))

    assert "`loop labels add C,D`" in caught.value.hint


def test_lines_of_the_projects_file_that_cannot_be_used_are_left_out_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = [{"label": "A", "pattern": [{"POS": "X"}]}, [1], {"label": "C", "pattern": "x"}, ROWS[0]]
    file = PatternsFile(ProjectPaths(written(tmp_path, bad).parent), Settings(project=ProjectSettings(labels=LABELS)))
    found = file.matches(NLP)
    said = capsys.readouterr().err

    assert found is not None
    assert [Span(0, 9, "A")] == found(NLP(TEXT))
    assert [True, True, True, False] == [f"patterns.jsonl, line {n}: " in said for n in (1, 2, 3, 4)]
    assert 3 == len(file.problems(NLP))


def test_each_pattern_of_the_projects_file_is_tried_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int | None] = []
    monkeypatch.setattr("loop.patterns.matching.refuse_failing", lambda pattern, *_: tried.append(pattern.line))
    file = PatternsFile(ProjectPaths(written(tmp_path, ROWS).parent), Settings(project=ProjectSettings(labels=LABELS)))
    file.matches(NLP)
    file.matches(NLP)

    assert [4, 5] == tried


def test_a_pattern_that_fails_at_one_text_is_left_out_from_then_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails_at_aa(token: Any) -> bool:
        if token.text == "AA":
            raise RuntimeError
        return True

    Token.set_extension("fails_at_aa", getter=fails_at_aa, force=True)
    rows = [{"label": "A", "pattern": [{"_": {"fails_at_aa": True}, "LOWER": "x"}]}, ROWS[3]]
    patterns = Patterns(NLP, written(tmp_path, rows), labels=LABELS)
    found = [patterns.matches(NLP(text), NLP) for text in ("x size 1", "AA size 1", "x size 1")]
    Token.remove_extension("fails_at_aa")

    assert [["A", "B"], ["B"], ["B"]] == [[span.label for span in spans] for spans in found]
    assert "patterns.jsonl, line 1: failed while it was matched: RuntimeError" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ([{"LOWER": "Apple"}], "can never match"),
        ([{"LOWER": "brake pad"}], "can never match"),
        ([{"TEXT": {"IN": []}}], "can never match"),
        ([{}], "matches every token"),
        ([{"OP": "*"}], "matches every token"),
        ([{"TEXT": {"REGEX": ".*"}}], "matches every token"),
        ([{"LOWER": "apple"}], ""),
        ([{"IS_DIGIT": True}], ""),
        ("Apple", ""),
    ],
)
def test_what_can_match_nothing_or_matches_everything_is_told(pattern: Any, words: str) -> None:
    assert caveat(Pattern("A", pattern, "f", 1), NLP).startswith(words)
    assert bool(words) == bool(caveat(Pattern("A", pattern, "f", 1), NLP))
