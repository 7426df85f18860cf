from __future__ import annotations

from dataclasses import replace

import pytest

from loop.acquire.stopping import Gain, LabelFacts
from loop.progress.advice import advice, label_facts, overfitting_words
from loop.progress.forecast import Expected, note, noted
from loop.progress.held_out_gold import EvaluatedText, GoldText
from loop.progress.live_status import Unlearned
from loop.progress.model_change import OVERALL, ModelChange
from loop.progress.questions_left import QuestionsLeft
from loop.progress.text_kinds import TextKind
from loop.records import Focus, Span, Text

PART, BRAND = Span(0, 3, "PART"), Span(4, 7, "BRAND")
LETTERS = TextKind(Focus(batch=2), 40.0, (30.0, 50.0), 80.0, 0.2, 0.6)


def changed(percent, before=100, now=200):
    """A model whose predictions have changed so much since it had learned half of its answers."""
    return ModelChange(before, now, {OVERALL: 100.0 - percent, "PART": 100.0 - percent, "BRAND": 100.0})


LITTLE = changed(1.0)


def said(change=LITTLE, *, labels=(), pool=500, learned=200, minutes=None, weakest=None, expected=None):
    given = {"learned": learned, "minutes": minutes, "weakest": weakest, "expected": expected}
    return advice(change, None, labels, left=QuestionsLeft(pool), **given)


def by_curve(rest):
    return Expected(200, 500, Gain(1.0, 0.5, 1.5), Gain(*rest))


def test_a_model_that_no_longer_changes_is_a_reason_to_stop():
    advised = said()

    assert "stop" == advised.kind
    assert advised.words == (
        "Stop: the model's predictions hardly change any more; the 500 texts left would bring about 0.3 F1. "
        "`loop train` trains the final model."
    )
    assert 0.32 == pytest.approx(advised.rest, abs=0.005)


def test_a_model_that_changes_is_a_reason_to_go_on_with_the_time_that_it_takes():
    advised = said(changed(20.0), minutes=35.4)

    assert ("go on", 35.4) == (advised.kind, advised.minutes)
    assert "Go on: the 500 texts left would bring about 6.4 F1." == advised.words
    assert (3.0, 0.2, 8.5) == pytest.approx(advised.gain)


def test_each_label_has_a_gain_of_its_own():
    facts = [LabelFacts("PART", 300, 100), LabelFacts("BRAND", 80, 100), LabelFacts("TOOL", 80, 100)]

    assert {"PART": pytest.approx(6.43, abs=0.01), "BRAND": 0.0} == said(changed(20.0), labels=facts).labels
    assert {} == said(None, labels=facts).labels


def test_where_no_text_is_left_nobody_is_told_to_go_on():
    none = advice(None, None, (), left=QuestionsLeft(0), learned=0, minutes=None, unlearned=Unlearned(7, 3).words)

    assert "add texts" == none.kind == said(pool=0).kind
    assert none.words == (
        "Add texts of the kind that the model is for: none are left to annotate. "
        "7 answers have not been learned yet: the trainer learns them next."
    )
    assert said(pool=0).words.endswith("none are left to annotate.")
    assert ["", ""] == [Unlearned(0, 10).words, Unlearned(12, 0).words]


def test_cross_validation_has_to_agree_before_anybody_is_told_to_stop():
    much, little = by_curve((12.0, 2.0, 30.0)), by_curve((0.4, 0.0, 1.9))
    going_on, over, changing = said(expected=much), said(expected=little), said(changed(60.0), expected=little)

    assert ["go on", "stop", "go on"] == [advised.kind for advised in (going_on, over, changing)]
    assert "about 12.0 F1 (2.0 to 30.0) by cross-validation, and about 0.3 F1 judging by" in going_on.words
    assert "about 0.4 F1 (0.0 to 1.9) by cross-validation" in over.words
    assert "(0.0 to 1.9) by cross-validation, and much judging by how the predictions change" in changing.words


def test_little_that_may_be_much_is_no_reason_to_stop():
    unsure = Expected(200, 500, Gain(1.0, 0.0, 3.3), Gain(1.5, 0.0, 7.1))

    assert "go on" == said(expected=unsure).kind


def test_cross_validation_tells_where_rounds_cannot():
    advised = said(None, expected=by_curve((1.0, 0.0, 3.0)))

    assert ("stop", Gain(1.0, 0.5, 1.5)) == (advised.kind, advised.gain)


def test_what_cross_validation_expected_holds_for_about_as_many_answers_and_texts(store):
    note(store, by_curve((12.0, 2.0, 30.0)))

    assert by_curve((12.0, 2.0, 30.0)) == noted(store, answers=240, pool=400)
    assert noted(store, answers=260, pool=400) is None
    assert noted(store, answers=150, pool=400) is None
    assert noted(store, answers=200, pool=700) is None


def test_what_cannot_be_said_in_numbers_is_said_without():
    assert "would bring much" in said(changed(60.0)).words


def test_it_says_so_when_it_is_too_early_to_tell():
    assert ("wait", None) == (said(None).kind, said(None).gain)


def test_a_pool_that_is_nearly_used_up_wants_texts():
    advised = said(changed(50.0), pool=20, weakest=LETTERS)

    assert "add texts" == advised.kind
    assert "Add texts: F1 is 40 (30 to 50) where batch=2, 80 elsewhere" in advised.words


def test_the_kind_of_texts_that_is_worst_is_named_with_what_asks_about_it():
    advised = said(changed(20.0), weakest=LETTERS)

    assert "go on" == advised.kind
    assert advised.words == (
        "Go on, and ask about texts of one kind, or add such: F1 is 40 (30 to 50) where batch=2, 80 elsewhere, and "
        "60% of the mistakes are there, in 20% of the texts. `loop annotate --where batch=2` asks about them."
    )


def test_a_kind_of_which_no_text_is_left_is_to_be_added():
    advised = said(changed(20.0), weakest=replace(LETTERS, left=False))

    assert advised.words.startswith("Go on, and add texts of one kind: F1 is 40")
    assert "annotate" not in advised.words


def test_without_text_no_value_of_the_metadata_is_named():
    kind = replace(LETTERS, focus=Focus(where=(("patient", "Ann B."),)))
    advised = said(changed(20.0), weakest=kind)

    assert "`loop annotate --where 'meta.patient=Ann B.'`" in advised.words
    assert "Ann" not in f"{advised.private}"
    assert "F1 is 40 (30 to 50) where …, 80 elsewhere" in advised.private.words
    assert said() == said().private


def test_nobody_is_told_to_stop_just_before_the_end():
    advised = said(pool=80)

    assert "add texts" == advised.kind
    assert "the 80 texts left would bring about 0.1 F1" in advised.words
    assert "stop" == said(pool=100).kind


def test_a_weak_label_comes_before_more_of_the_same():
    facts = [LabelFacts("PART", 300, 100), LabelFacts("BRAND", 5, 10)]

    assert "look at label" == said(changed(20.0), labels=facts).kind
    assert "Look at BRAND" in said(labels=facts).words


def gold(text, *spans, batch=1):
    return GoldText(text, spans, ("PART", "BRAND"), text, Text(1, text, batch=batch))


def test_what_is_known_of_a_label_comes_from_answers_scores_and_confusions():
    texts = [EvaluatedText(gold(f"t{n}", PART, BRAND), (PART, Span(4, 7, "PART"))) for n in range(4)]
    facts = label_facts(("PART", "BRAND"), {"PART": 9, "BRAND": 3}, texts, {})

    assert [LabelFacts("PART", 9, 4), LabelFacts("BRAND", 3, 4, 0, "PART", 4)] == facts


def test_only_overfitting_has_words():
    assert "" == overfitting_words(said())
