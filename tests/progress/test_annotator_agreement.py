from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from loop.cli.status import status_json, status_lines
from loop.progress import progress
from loop.progress.agreement import AnnotatorAgreement, annotator_agreement
from loop.quality.shared_texts import Confusion
from loop.records import Answer, Question, Span
from loop.session import Review, Stop
from loop.store import NewText, Store

LABELS = ("PART", "BRAND")
TEXT = "Sram hub"
BRAND, PART, WRONG = Span(0, 4, "BRAND"), Span(5, 8, "PART"), Span(5, 8, "BRAND")
Give = Callable[..., Answer]
AIDED = {"mode": "correct", "shown": (PART,)}


@pytest.fixture
def filled(store: Store) -> Store:
    """A store with texts 1 to 30 of three words, and the labels PART and BRAND."""
    store.corpus.add_batch((NewText(f"{TEXT} {n}") for n in range(30)), source="made")
    return store


@pytest.fixture
def give(store: Store) -> Give:
    """Make an answer, later than those before: `give("anna", 1, PART)`."""
    numbers = count(1)

    def given(annotator: str, text_id: int, *spans: Span, labels: Sequence[str] = LABELS, **more: Any) -> Answer:
        n, scheme = next(numbers), store.journal.scheme(labels)
        said: dict[str, Any] = {"mode": "manual", "scheme": scheme, "seq": n, "rank": n}
        return Answer(f"{annotator}-{n}", text_id, annotator, "accept", spans, **said | more)

    return given


def found_in(store: Store, answers: Iterable[Answer]) -> AnnotatorAgreement:
    found = annotator_agreement(store, list(answers), LABELS)
    assert found is not None
    return found


def put(store: Store, answers: Iterable[Answer]) -> None:
    """Store these answers as given in a session, each to a question of its own."""
    for answer in answers:
        (text,) = store.corpus.texts([answer.text_id])
        question = Question(f"q{answer.id}", text, ((0, 4), (5, 8), (9, len(text.text))), ())
        store.answers.add(replace(answer, question_id=question.id), question)


def test_where_nobody_answers_the_same_text_there_is_none(filled: Store, give: Give) -> None:
    assert annotator_agreement(filled, [give("anna", 1, PART), give("ben", 2, PART)], LABELS) is None


def test_answers_with_and_without_suggestions_are_told_apart(filled: Store, give: Give) -> None:
    answers = [give(name, n, PART, **(AIDED if n > 11 else {})) for n in range(1, 21) for name in ("anna", "ben")]
    mixed = [give("anna", 21, PART, **AIDED), give("ben", 21, PART)]
    found = found_in(filled, answers + mixed)

    assert {"without": 11, "with": 9, "any": 21} == {one.suggestions: one.overall.texts for one in found.conditions}


@pytest.mark.parametrize("who", ["anna", "ben"])
def test_settling_differences_in_a_review_makes_nobody_agree(paths, with_settings, filled: Store, give: Give, who: str):
    put(filled, [give("anna", 1, PART), give("anna", 2, PART), give("ben", 1, WRONG), give("ben", 2, WRONG)])
    theirs = [one for one in filled.answers.standing() if one.annotator == "ben"]
    asked = filled.questions.get(one.question_id or "" for one in theirs)
    stops = [Stop(asked[one.question_id or ""], one, "anna answered differently") for one in theirs]
    before = found_in(filled, filled.answers.all())
    review = Review(paths, with_settings("project", labels=LABELS), filled, stops=stops, annotator=who)
    while question := review.next():
        review.answer(question, "accept", [PART], seconds=1, keys=1)
    review.close()

    assert {PART} == {span for one in filled.answers.standing() for span in one.spans}
    assert before == found_in(filled, filled.answers.all())
    assert (Confusion("PART", "BRAND", 2),) == before.conditions[0].pairs[0].confusions


def test_a_label_added_later_is_compared_where_both_were_asked_about_it(filled: Store, give: Give) -> None:
    first = [give("anna", n, PART, labels=("PART",)) for n in range(1, 21)]
    later = [give("anna", n, PART) for n in range(21, 26)]
    labels = (
        found_in(filled, [*first, *later, *(give("ben", n, PART, BRAND) for n in range(1, 26))]).conditions[0].labels
    )

    assert (25, 5) == (labels["PART"].texts, labels["BRAND"].texts)
    assert labels["PART"].f1
    assert 100.0 == labels["PART"].f1.value


def test_partial_answers_and_repeats_are_no_second_opinion(filled: Store, give: Give) -> None:
    partial, repeat = give("ben", 1, PART, complete=False, mode="teach"), give("cy", 1, PART, repeat=True)

    assert annotator_agreement(filled, [give("anna", 1, PART), partial, repeat], LABELS) is None


def test_of_passages_the_part_that_both_were_asked_about_counts(filled: Store, give: Give) -> None:
    whole = [give("anna", n, PART, BRAND) for n in range(1, 22)]
    parts = [give("ben", n, PART, complete=False, passage=(5, 8)) for n in range(1, 22)]
    one = found_in(filled, whole + parts).conditions[0].overall
    assert one.f1

    assert (21, 21, 100.0) == (one.texts, one.tokens, one.f1.value)


def test_the_tokens_are_those_of_the_questions_and_words_where_nobody_was_asked(filled: Store, give: Give) -> None:
    (text, *_) = filled.corpus.texts([1])
    halves = Question("q", text, ((0, 2), (2, 4), (4, 5), (5, 8)), ())  # a white space, and all but the last word
    filled.answers.add(give("anna", 1, PART, question_id="q"), halves)
    answers = [*filled.answers.all(), give("ben", 1, PART, mode="import")]
    imported = [give(name, 2, PART, mode="import") for name in ("anna", "ben")]

    assert 4 == found_in(filled, answers).conditions[0].overall.tokens
    assert 3 == found_in(filled, imported).conditions[0].overall.tokens


def test_of_three_annotators_each_pair_that_shares_texts_is_compared(filled: Store, give: Give) -> None:
    anna = [give("anna", n, PART) for n in range(1, 21)]
    everything = found_in(filled, anna + [give("ben" if n % 2 else "cy", n, PART) for n in range(1, 21)]).conditions[-1]

    assert [("anna", "ben"), ("anna", "cy")] == [(pair.first, pair.second) for pair in everything.pairs]
    assert ([10, 10], 20) == ([pair.overall.texts for pair in everything.pairs], everything.overall.texts)
    assert everything.overall.kappa is None
    assert everything.pairs[0].overall.kappa


def test_each_annotator_is_compared_with_the_adjudicated_answers(filled: Store, give: Give) -> None:
    answers = []
    for number in range(1, 21):
        sides = give("anna", number, PART, BRAND), give("ben", number, WRONG)
        answers += [*sides, give("cy", number, PART, BRAND, adjudicates=tuple(one.id for one in sides))]
    found = found_in(filled, answers)

    assert [("anna", None, 100.0), ("ben", None, 0.0)] == [
        (one.first, one.second, one.overall.f1 and one.overall.f1.value) for one in found.adjudicated
    ]
    assert {Confusion("BRAND", "PART", 20), Confusion(None, "BRAND", 20)} == {*found.adjudicated[1].confusions}
    assert ("anna", "ben") == found.conditions[0].annotators


def test_one_annotator_alone_can_be_compared_with_adjudicated_answers(filled: Store, give: Give) -> None:
    first = give("anna", 1, PART)
    found = found_in(filled, [first, give("ben", 1, WRONG, adjudicates=(first.id,))])

    assert ((), ["anna"]) == (found.conditions, [one.first for one in found.adjudicated])


def test_agreement_of_annotators_with_themselves_is_beside(filled: Store, give: Give) -> None:
    answers = [give("anna", 1, PART), give("ben", 1, PART), give("ben", 1, WRONG, repeat=True)]

    assert {"ben": (1, 0)} == {name: (one.pairs, one.same) for name, one in found_in(filled, answers).repeats.items()}


def test_groups_are_the_units_of_resampling(store: Store, give: Give) -> None:
    store.corpus.add_batch((NewText(f"{TEXT} {n}", group=f"g{n // 6}") for n in range(30)), source="made")
    answers = [give(name, n, PART) for n in range(1, 31) for name in ("anna", "ben")]
    repeats = [give("anna", n, PART, repeat=True) for n in range(1, 31)]
    found = found_in(store, answers + repeats)
    one = found.conditions[0].overall.f1
    assert one

    # Thirty texts of five groups: enough for a number, too few for an interval.
    assert (100.0, None) == (one.value, one.interval)
    assert (100.0, None) == (found.repeats["anna"].f1, found.repeats["anna"].interval)


def test_status_says_it_in_lines_and_for_programs(paths, with_settings, filled: Store, give: Give) -> None:
    answers = []
    for number in range(1, 31):
        more = AIDED if number > 20 else {}
        ben = [WRONG] if number % 4 == 0 else [PART]
        answers += [give("anna", number, PART, **more), give("ben", number, *ben, **more)]
    put(filled, answers)
    now = progress(filled, with_settings("project", labels=LABELS), paths)
    said = [line for line in status_lines(now, []) if line.startswith(("agreement", "         most"))]
    without, aided, everything = json.loads(status_json(now, []))["agreement"]["conditions"]

    assert [
        f"agreement anna and ben, 20 texts without suggestions: {', '.join(figures(without['overall']))}",
        f"agreement anna and ben, 10 texts with suggestions: {', '.join(figures(aided['overall']))}",
        "         most often anna PART ↔ BRAND ben: 7; `loop check --kind disagreement` lists them",
    ] == said
    assert (10, None) == (aided["overall"]["texts"], aided["overall"]["f1"]["value"])
    assert (20, 75.0) == (without["overall"]["texts"], without["overall"]["f1"]["value"])
    assert {"first": "PART", "second": "BRAND", "spans": 7} == everything["pairs"][0]["confusions"][0]


def test_where_nobody_marks_anything_or_little_status_says_so(paths, with_settings, filled: Store, give: Give) -> None:
    settings = with_settings("project", labels=LABELS)
    put(filled, [give("anna", 1), give("ben", 1)])
    nothing = progress(filled, settings, paths)
    put(filled, [give("anna", 2, PART), give("ben", 2, PART)])
    little = progress(filled, settings, paths)

    assert "agreement anna and ben, 1 text without suggestions: nobody marks anything" in status_lines(nothing, [])
    assert "agreement anna and ben, 2 texts without suggestions: too few for an interval" in status_lines(little, [])
    assert {"texts": 1, "tokens": 3, "f1": None} == {
        key: value
        for key, value in json.loads(status_json(nothing, []))["agreement"]["conditions"][0]["overall"].items()
        if key in ("texts", "tokens", "f1", "f")
    }


def test_status_compares_each_annotator_with_the_adjudicated_answers(paths, with_settings, filled: Store, give: Give):
    answers = []
    for number in range(1, 8):
        first = give("anna", number, PART)
        answers += [first, give("ben", number, PART, adjudicates=(first.id,))]
    put(filled, answers)
    now = progress(filled, with_settings("project", labels=LABELS), paths)

    assert [
        "agreement of the adjudicated answers and anna, 7 texts: F1 65 to 100, kappa 0.65 to 1.00, alpha 0.65 to 1.00"
    ] == [line for line in status_lines(now, []) if line.startswith("agreement")]


def figures(overall: dict[str, Any]) -> list[str]:
    """The figures of the JSON as `loop status` writes them."""
    said = []
    for name, key, single, bound in (("F1", "f1", 1, 0), ("kappa", "kappa", 2, 2), ("alpha", "alpha", 2, 2)):
        value, (low, high) = overall[key]["value"], overall[key]["interval"]
        interval = f"{low:.{bound}f} to {high:.{bound}f}"
        said.append(f"{name} {interval}" if value is None else f"{name} {value:.{single}f} ({interval})")
    return said


def test_a_project_of_one_annotator_says_nothing_of_agreement(paths, with_settings, filled: Store, give: Give) -> None:
    put(filled, [give("anna", 1, PART)])
    now = progress(filled, with_settings("project", labels=LABELS), paths)

    assert now.agreement is None
    assert not [line for line in status_lines(now, []) if line.startswith("agreement")]
