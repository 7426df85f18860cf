from __future__ import annotations

import json

import pytest
import spacy
import srsly
from terms_kitchen import KITCHEN

from loop.errors import LoopError, StoreError
from loop.patterns.file import relabel_patterns
from loop.store import NewText
from loop.terms.project_terms import ProjectBook, project_review, teaching_texts


@pytest.fixture
def settings(with_settings):
    return with_settings("project", base="blank:en", labels=("FOOD", "PLACE"), vectors=None)


@pytest.fixture
def cooking(paths, store):
    paths.root.mkdir(exist_ok=True)
    store.corpus.add_batch(
        map(NewText, [f"{text} Number {n}." for n in range(2) for text in KITCHEN]), source="kitchen"
    )
    return store


@pytest.fixture
def review(paths, settings, cooking):
    return lambda: project_review(paths, settings, cooking)


def patterns(paths):
    return list(srsly.read_jsonl(paths.patterns(None)))


def test_examples_and_confirmed_terms_are_patterns_with_their_source(paths, review):
    first = review()
    first.examples({"FOOD": ["garlic"]})
    first.next_page()
    term = first.current.term.string
    first.decide("yes")

    assert [
        {"label": "FOOD", "pattern": "garlic", "source": "example"},
        {"label": "FOOD", "pattern": term, "source": "terms"},
    ] == patterns(paths)


def test_spacys_entity_ruler_takes_the_file_as_it_is(paths, review):
    review().examples({"FOOD": ["garlic"]})
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").from_disk(paths.patterns(None))

    assert [("garlic", "FOOD")] == [(ent.text, ent.label_) for ent in nlp("More garlic, please.").ents]


def test_decisions_survive_a_restart_and_undo_a_decision_leaves_none(paths, review, cooking):
    first = review()
    first.examples({"FOOD": ["garlic"]})
    first.next_page()
    decided = [each.term.string for each in first.proposals[:4]]
    for verdict in ("no", "depends", "yes", "no"):
        first.decide(verdict)
    first.undo()
    again = review()
    again.next_page()
    proposed = [each.term.string for each in again.proposals]

    assert decided[3] in proposed
    assert not {*decided[:3], "garlic"} & {*proposed}
    assert [("garlic", "yes"), (decided[0], "no"), (decided[1], "depends"), (decided[2], "yes")] == [
        (each.string, each.verdict) for each in cooking.terms.standing()
    ]


def test_a_depends_is_remembered_and_never_a_pattern(paths, review, cooking):
    first = review()
    first.examples({"FOOD": ["garlic"]})
    first.next_page()
    first.decide("depends")

    assert ["garlic"] == [row["pattern"] for row in patterns(paths)]
    assert "depends" == cooking.terms.standing()[-1].verdict


def test_the_pattern_file_says_what_is_confirmed_however_a_pattern_left_it(paths, review):
    first = review()
    first.examples({"FOOD": ["garlic", "salt"]})
    paths.patterns(None).write_text(json.dumps({"label": "FOOD", "pattern": "salt"}) + "\n")
    again = review()

    assert ["salt"] == again.known("FOOD")
    assert 1 == again.examples({"PLACE": ["garlic"]})


def test_killed_between_pattern_and_event_a_confirmed_term_is_kept(paths, review, cooking, monkeypatch):
    first = review()
    first.examples({"FOOD": ["garlic"]})
    first.next_page()
    term = first.current.term.string
    monkeypatch.setattr(cooking.terms, "add", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        first.decide("yes")

    assert {term, "garlic"} == {*review().known("FOOD")}


def test_a_decision_that_cannot_be_stored_leaves_no_pattern_and_stays_undecided(paths, review, cooking, monkeypatch):
    first = review()
    first.examples({"FOOD": ["garlic"]})
    first.next_page()
    asked = first.current

    def full(_):
        raise StoreError("The disk is full.")

    monkeypatch.setattr(cooking.terms, "add", full)
    with pytest.raises(StoreError):
        first.decide("yes")

    assert ["garlic"] == [row["pattern"] for row in patterns(paths)]
    assert asked == first.current


def test_a_pattern_file_that_cannot_be_written_decides_nothing(paths, review, cooking, monkeypatch):
    first = review()
    first.examples({"FOOD": ["garlic"]})
    first.next_page()
    paths.patterns(None).unlink()
    paths.patterns(None).mkdir()

    with pytest.raises(LoopError):
        first.decide("yes")

    assert ["garlic"] == [each.string for each in cooking.terms.standing()]


def test_long_texts_are_read_up_to_a_bound_however_many_there_are(paths, settings, cooking, monkeypatch):
    monkeypatch.setattr("loop.terms.project_terms.CHARACTERS", 100)
    read = [len(text.text) for text in teaching_texts(paths, settings, cooking)]

    assert sum(read[:-1]) < 100 <= sum(read)


def test_terms_that_the_tokens_of_a_pattern_spell_out_are_known(paths, review):
    paths.patterns(None).write_text('{"label": "FOOD", "pattern": [{"lower": "olive"}, {"lower": "oil"}]}\n')

    assert ["olive oil"] == review().known("FOOD")


def test_renamed_and_removed_labels_are_followed(paths, settings, review, cooking, with_settings):
    first = review()
    first.examples({"FOOD": ["garlic"], "PLACE": ["shop"]})
    first.next_page()
    refused = first.current.term.string
    first.decide("no")
    names = {"FOOD": "MEAL", "PLACE": None}
    cooking.relabel(["MEAL"], names, draft=lambda draft, _: draft)
    relabel_patterns(paths.patterns(None), names)
    now = with_settings("project", base="blank:en", labels=("MEAL",), vectors=None)

    assert [("garlic", "MEAL", ("MEAL",)), (refused, None, ("MEAL",))] == [
        (each.string, each.label, each.labels) for each in cooking.terms.standing()
    ]
    assert {"garlic": "MEAL"} == ProjectBook(paths, now, cooking).confirmed()


def test_a_project_whose_texts_are_all_held_out_has_no_terms(paths, settings, cooking, with_settings, monkeypatch):
    monkeypatch.setattr("loop.held_out.is_held_out", lambda *_, **__: True)

    with pytest.raises(LoopError, match="no texts to find terms in"):
        project_review(paths, settings, cooking)
