from __future__ import annotations

import pytest
import spacy
from spacy.language import Language

from loop.patterns.numbered import NumberedPatterns
from loop.records import Span


@pytest.fixture
def nlp() -> Language:
    return spacy.blank("en")


def term(pattern: object, label: str = "PART") -> dict[str, object]:
    return {"label": label, "pattern": pattern}


def matches(nlp: Language, text: str, *rows: dict[str, object] | None) -> list[tuple[int, str, str]]:
    doc = nlp.make_doc(text)
    found = NumberedPatterns(nlp, rows).matches(doc)

    assert all(isinstance(span, Span) for _, span in found)
    return [(n, text[span.start : span.end], span.label) for n, span in found]


def test_every_match_says_which_pattern_it_is_of(nlp) -> None:
    rows = term("hub"), term([{"LOWER": "rim"}], "TOOL"), term([{"IS_DIGIT": True}])

    assert [(0, "Hub", "PART"), (1, "rim", "TOOL"), (2, "7", "PART")] == matches(nlp, "Hub 7 and rim", *rows)


def test_of_overlapping_matches_the_longest_stays(nlp) -> None:
    assert [(1, "rear hub", "PART")] == matches(nlp, "a rear hub", term("hub"), term("rear hub"))


def test_several_patterns_may_match_the_same_tokens(nlp) -> None:
    rows = term("hub"), term("hub", "TOOL"), term([{"LOWER": "hub"}])

    assert [(0, "hub", "PART"), (1, "hub", "TOOL"), (2, "hub", "PART")] == matches(nlp, "a hub", *rows)


def test_a_number_without_a_pattern_is_passed_over(nlp) -> None:
    assert [(1, "hub", "PART")] == matches(nlp, "a hub", None, term("hub"), None)
    assert [] == matches(nlp, "a hub", None)
    assert [] == matches(nlp, "a hub")


def test_labels_need_not_be_those_of_the_project(nlp) -> None:
    assert [(0, "hub", "X")] == matches(nlp, "a hub", term("hub", "X"))


def test_patterns_leave_no_words_in_the_pipeline(nlp) -> None:
    NumberedPatterns(nlp, [term("Qwertz"), term([{"LOWER": "qwertz"}])])

    assert not {"Qwertz", "qwertz"} & {*nlp.vocab.strings}
