from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from trainer_kit import SMALL

from loop.base.assembly import assemble
from loop.base.other_pipeline import OtherPipeline
from loop.errors import PipelineError
from loop.records import Span, Text
from loop.scoring.questions import question, read_texts

TEXT = Text(1, "a new chain from Acme")


@Language.component("asked_for_money")
def asked_for_money(doc):
    raise ConnectionError(f"the service does not answer about {doc.text}")


@pytest.fixture
def rules(tmp_path: Path) -> str:
    nlp = spacy.blank("en")
    patterns = [{"label": "PART", "pattern": "new chain"}, {"label": "ORG", "pattern": "Acme"}]
    nlp.add_pipe("entity_ruler").add_patterns(patterns)
    nlp.to_disk(tmp_path / "rules")
    return str(tmp_path / "rules")


def test_it_finds_the_labels_that_are_wanted(rules: str):
    assert {1: (Span(2, 11, "PART"),)} == OtherPipeline(rules, ["PART"])([TEXT])


def test_it_is_asked_about_no_text_twice(rules: str):
    other = OtherPipeline(rules, ["PART"])
    first = other([TEXT])
    other._nlp = None
    other._name = "nowhere"

    assert first == other([TEXT])


def test_when_it_fails_nothing_is_suggested_and_no_text_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    nlp = spacy.blank("en")
    nlp.add_pipe("asked_for_money")
    nlp.to_disk(tmp_path / "service")

    assert {1: ()} == OtherPipeline(str(tmp_path / "service"), ["PART"])([TEXT])
    assert "failed: ConnectionError" in (said := capsys.readouterr().err)
    assert "Acme" not in said


def test_a_pipeline_that_is_not_there_is_an_error():
    with pytest.raises(PipelineError, match="nowhere"):
        OtherPipeline("nowhere", ["PART"])([TEXT])


@pytest.mark.parametrize("suggested", [(), (Span(6, 11, "PART"),)])
def test_its_spans_are_shown_as_such_where_the_file_says_nothing(suggested, rules: str):
    text = replace(TEXT, suggested=suggested)
    (one,) = read_texts(assemble("blank:en", ["PART"], seed=0), [text])
    asked = question(replace(one, others=(Span(2, 11, "PART"),)), stream="typical", round=0)

    assert asked.prediction == (suggested or (Span(2, 11, "PART"),))
    assert [candidate.source for candidate in asked.candidates] == (["file"] if suggested else ["pipeline"])
    assert ("from another pipeline: “new chain”" in asked.reason) is not bool(suggested)


def test_a_held_out_question_shows_nothing_of_it():
    (one,) = read_texts(assemble("blank:en", ["PART"], seed=0), [TEXT])

    assert () == question(replace(one, others=(Span(2, 11, "PART"),)), stream="held_out", round=0).prediction


def test_one_that_is_trained_for_other_labels_is_refused_with_those_it_finds():
    with pytest.raises(PipelineError, match=r"none of the labels PER, PART, but CARDINAL, DATE, .*PERSON") as refused:
        OtherPipeline(SMALL, ["PER", "PART"])([TEXT])

    assert "names under [suggest]" in refused.value.hint
    assert {1: ()} == OtherPipeline(SMALL, ["PER", "PART"], names={"PERSON": "PER"})([TEXT])
