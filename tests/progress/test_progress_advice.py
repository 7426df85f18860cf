from __future__ import annotations

from loop.acquire.stopping import Gain, LabelFacts
from loop.progress.advice import advice, label_facts, overfitting_words, weakest_kind
from loop.progress.forecast import Expected, note, noted
from loop.progress.held_out_gold import EvaluatedText, GoldText
from loop.progress.live_status import Unlearned
from loop.records import Span, Text
from loop.store import RoundInfo

PART, BRAND = Span(0, 3, "PART"), Span(4, 7, "BRAND")


def rounds(n, agreement):
    return [
        RoundInfo(i, 10 * i, 12, 1.0, 1.0, 0, "spacy 3.8", "", "digest", agreement=agreement) for i in range(1, n + 1)
    ]


def said(n=20, agreement=99.9, *, labels=(), pool=500, minutes=None, weakest="", expected=None, new_names=""):
    given = {"minutes": minutes, "weakest": weakest, "expected": expected, "new_names": new_names}
    return advice(rounds(n, agreement), None, labels, pool=pool, **given)


def by_curve(rest):
    return Expected(200, 500, Gain(1.0, 0.5, 1.5), Gain(*rest))


def test_a_model_that_no_longer_changes_is_a_reason_to_stop():
    advised = said()

    assert "stop" == advised.kind
    assert "the 500 texts left would bring about 0.2 F1" in advised.words
    assert "`loop curve` checks" in advised.words
    assert (99.9, 0.2) == (round(advised.agreement or 0, 1), round(advised.rest or 0, 1))


def test_a_model_that_changes_is_a_reason_to_go_on_with_the_time_that_it_takes():
    advised = said(agreement=95.0, minutes=35.4)

    assert "go on" == advised.kind
    assert "would bring about 10.0 F1" in advised.words
    assert "cannot tell" in advised.words
    assert "about 35 minutes" in advised.words


def test_where_no_text_is_left_nobody_is_told_to_go_on():
    none = advice([], None, (), pool=0, minutes=None, weakest="", unlearned=Unlearned(7, 3).words)

    assert "add texts" == none.kind == said(pool=0).kind
    assert none.words == (
        "Add texts of the kind that the model is for: none are left to annotate. "
        "7 answers have not been learned yet: the trainer learns them next."
    )
    assert said(pool=0).words.endswith("none are left to annotate.")
    assert ["", ""] == [Unlearned(0, 10).words, Unlearned(12, 0).words]


def test_cross_validation_has_to_agree_before_anybody_is_told_to_stop():
    much, little = by_curve((12.0, 2.0, 30.0)), by_curve((0.4, 0.0, 1.9))
    going_on, over, changing = said(expected=much), said(expected=little), said(agreement=80.0, expected=little)

    assert ["go on", "stop", "go on"] == [advised.kind for advised in (going_on, over, changing)]
    assert "about 12.0 F1 (2.0 to 30.0) by cross-validation, and about 0.2 F1 judging by" in going_on.words
    assert "The next 100 answers should bring +1.0 F1 (+0.5 to +1.5)" in going_on.words
    assert "about 0.4 F1 (0.0 to 1.9) by cross-validation" in over.words
    assert "`loop curve`" not in over.words
    assert "(0.0 to 1.9) by cross-validation, and much judging by the changes between rounds" in changing.words


def test_little_that_may_be_much_is_no_reason_to_stop():
    unsure = Expected(200, 500, Gain(1.0, 0.0, 3.3), Gain(1.5, 0.0, 7.1))

    assert "go on" == said(expected=unsure).kind


def test_cross_validation_tells_where_rounds_cannot():
    assert "stop" == said(n=3, expected=by_curve((1.0, 0.0, 3.0))).kind


def test_what_cross_validation_expected_holds_for_about_as_many_answers_and_texts(store):
    note(store, by_curve((12.0, 2.0, 30.0)))

    assert by_curve((12.0, 2.0, 30.0)) == noted(store, answers=240, pool=400)
    assert noted(store, answers=260, pool=400) is None
    assert noted(store, answers=150, pool=400) is None
    assert noted(store, answers=200, pool=700) is None


def test_what_cannot_be_said_in_numbers_is_said_without():
    assert "would bring much" in said(agreement=80.0).words


def test_it_says_so_when_it_is_too_early_to_tell():
    assert "wait" == said(n=3).kind
    assert "wait" == said(n=0).kind


def test_a_pool_that_is_nearly_used_up_wants_texts():
    advised = said(agreement=50.0, pool=20, weakest="like those of batch 2 (letters.txt)")

    assert "add texts" == advised.kind
    assert "like those of batch 2 (letters.txt)" in advised.words


def test_nobody_is_told_to_stop_just_before_the_end():
    advised = said(pool=80)

    assert "add texts" == advised.kind
    assert "the 80 texts left would bring about 0.1 F1" in advised.words


def test_a_weak_label_comes_before_more_of_the_same():
    facts = [LabelFacts("PART", 300, 100), LabelFacts("BRAND", 5, 10)]

    assert "look at label" == said(agreement=95.0, labels=facts).kind
    assert "Look at BRAND" in said(labels=facts).words


def gold(text, *spans, batch=1):
    return GoldText(text, spans, ("PART", "BRAND"), text, Text(1, text, batch=batch))


def test_what_is_known_of_a_label_comes_from_answers_scores_and_confusions():
    texts = [EvaluatedText(gold(f"t{n}", PART, BRAND), (PART, Span(4, 7, "PART"))) for n in range(4)]
    facts = label_facts(("PART", "BRAND"), {"PART": 9, "BRAND": 3}, texts, {})

    assert [LabelFacts("PART", 9, 4), LabelFacts("BRAND", 3, 4, 0, "PART", 4)] == facts


def test_the_batch_in_which_the_model_does_worst_is_named():
    good = [EvaluatedText(gold(f"g{n}", PART, BRAND), (PART, BRAND)) for n in range(40)]
    bad = [EvaluatedText(gold(f"b{n}", PART, BRAND, batch=2), ()) for n in range(40)]

    assert "like those of batch 2 (letters.txt)" == weakest_kind([*good, *bad], {1: "notes", 2: "letters.txt"})
    assert "" == weakest_kind(good, {1: "notes"})
    assert "" == weakest_kind([*good, *bad[:5]], {1: "notes", 2: "letters.txt"})


def test_only_overfitting_has_words():
    assert "" == overfitting_words(said())


def test_models_that_agree_are_no_reason_to_stop_while_most_names_are_new():
    advised = said(new_names="50% of the BRAND names in random texts (10 of 20) are in no other answer")

    assert "go on" == advised.kind
    assert "hardly change any more, but 50% of the BRAND names" in advised.words
    assert "go on" == said(agreement=90.0, new_names="50% of them").kind
