from __future__ import annotations

import pytest
from evaluated_project import BRAND, PART, add_round
from unit_lattices import units

from loop.progress.corpus_sample import asked_at_random, corpus_sample, read_before_learned
from loop.progress.held_out_gold import EvaluatedText, GoldText
from loop.progress.scores import scores
from loop.records import Answer, Question, Span, Text, TokenSpan
from loop.store import NewText

LABELS = ("PART", "BRAND")
WORDS = ((0, 3), (4, 7))
FOUND = units(LABELS, (0.7, 0.1), (0.2, 0.3), own=[TokenSpan(0, 1, "PART")])


@pytest.fixture
def give(store):
    """Answers a question about a new text, in which the round that asked had found a part."""

    def give(number, *, round, stream="random", lattice=FOUND, group=None, again=False, **more):
        text = f"SRM abc {number}"
        store.corpus.add_batch([NewText(text, group=group)], source="made")
        (id_,) = store.corpus.find([text]).values()
        asked = {"lattice": lattice, "stream": stream, "round": round, "passage": more.get("passage")}
        question = Question(f"q{number}{again or ''}", Text(id_, text), WORDS, (PART, BRAND), **asked)
        given = {"spans": (PART, BRAND), "scheme": store.journal.scheme(LABELS), "shown": (PART, BRAND)} | more
        answer = Answer(f"a{number}{again or ''}", id_, "ann", "accept", question_id=question.id, **given)
        store.answers.add(answer, question)

    return give


@pytest.fixture
def read(store):
    def read():
        return {one.gold.text: one.found for one in read_before_learned(store, store.answers.training(), LABELS)}

    return read


def test_what_the_model_found_counts_and_not_what_else_was_shown(store, give, read):
    add_round(store, 1, {})
    give(1, round=1)

    assert {"SRM abc 1": (PART,)} == read()


def test_only_texts_that_a_model_had_read_and_rounds_learn_count(store, give, read):
    add_round(store, 1, {})
    for number, stream in enumerate(("uncertain", "focused", "short", "chosen"), 1):
        give(number, round=1, stream=stream)
    give(5, round=1, lattice=b"")
    give(6, round=1, lattice=b"damaged")
    give(7, round=1, held_out=True)
    give(8, round=1)

    assert [f"SRM abc {number}" for number in (1, 2, 3, 4, 8)] == [*read()]
    assert ["q5", "q6", "q7", "q8"] == [one.question_id for one in asked_at_random(store, store.answers.standing())]


def test_rounds_that_knew_less_than_seven_in_ten_answers_are_too_old(store, give, read):
    add_round(store, 1, {})  # which learned 10 answers, the next one 20
    give(0, round=0)
    give(1, round=1)
    until_now = {*read()}
    add_round(store, 2, {})
    give(2, round=2)

    assert ({"SRM abc 1"}, {"SRM abc 2"}) == (until_now, {*read()})


def test_only_rounds_in_force_count(store, give, read):
    for number in (1, 2):
        add_round(store, number, {})
        give(number, round=number)
    store.journal.pin(1)

    assert {"SRM abc 1"} == {*read()}


def test_a_text_counts_once_with_the_first_question_about_it(store, give, read):
    add_round(store, 1, {})
    give(1, round=1, spans=(PART,), passage=(0, 3), complete=False)
    give(1, round=1, spans=(BRAND,), passage=(4, 7), complete=False, again=True)
    give(2, round=1, stream="revisit")
    give(3, round=1, stream="review")

    assert {"SRM abc 1": (PART,)} == read()
    (one,) = read_before_learned(store, store.answers.training(), LABELS)
    assert (PART,) == one.gold.spans  # what the second question is about was not asked yet


def test_of_a_group_only_what_is_learned_first_counts(store, give, read):
    add_round(store, 1, {})
    for number in (1, 2):
        give(number, round=1, group="document")

    assert {"SRM abc 1"} == {*read()}


def test_of_a_passage_only_what_lies_in_it_is_judged(store, give, read):
    add_round(store, 1, {})
    give(1, round=1, spans=(BRAND,), passage=(4, 7), complete=False)

    assert {"SRM abc 1": ()} == read()


def test_a_text_without_entities_counts_as_well(store, give, read):
    add_round(store, 1, {})
    give(1, round=1, spans=())
    give(2, round=1, spans=(Span(0, 7, "PART"),))

    assert {"SRM abc 1": (PART,), "SRM abc 2": (PART,)} == read()


@pytest.fixture
def sample(store):
    def sample(held_out=()):
        return corpus_sample(store, held_out, store.answers.training(), LABELS)

    return sample


def held(n):
    return [EvaluatedText(GoldText(f"held {i}", (PART,), LABELS, f"held {i}"), (PART,)) for i in range(n)]


def test_chosen_texts_stand_for_one_another_and_random_ones_for_what_is_left(store, give, sample):
    for number in (1, 2):
        add_round(store, number, {})
    store.corpus.add_batch([NewText(f"left {n}") for n in range(80)], source="made")
    for number in range(1, 11):
        give(number, round=2, spans=(PART,))
    for number in range(11, 21):
        give(number, round=2, stream="uncertain", spans=(BRAND,))
    found = sample(held(3))
    by_kind = [set(found.weights[:3]), set(found.weights[3:13]), set(found.weights[13:])]
    (in_held,), (in_random,), (in_chosen,) = by_kind
    score = scores(found.texts, LABELS, found.weights)

    assert (3, 10, 10) == found.drawn
    assert 9 == pytest.approx(in_random / in_chosen)  # 90 texts are left or were drawn at random, 10 were chosen
    assert 12.195 == pytest.approx((10 * in_random + 10 * in_chosen) / in_held, abs=1e-3)  # 1 / (0.9²/10 + 0.1²/10)
    assert 1 == pytest.approx(sum(found.weights) / 23)
    assert score
    assert (23, 23) == (score.overall.texts, score.overall.gold)  # as counted, not as weighted
    assert 100 * (3 + 0.9 * 12.195) / 15.195 == pytest.approx(score.overall.strict.f1, abs=0.01)


def test_without_random_texts_chosen_ones_say_nothing_of_the_others(store, give, sample):
    add_round(store, 1, {})
    give(1, round=1, stream="uncertain")

    assert (0, 0, 0) == sample().drawn
    assert (2, (1.0, 1.0)) == (sample(held(2)).drawn.held_out, sample(held(2)).weights)


def test_random_texts_alone_count_alike_if_there_are_enough(store, give, sample):
    add_round(store, 1, {})
    for number in range(1, 6):
        give(number, round=1)
    few = sample()
    give(6, round=1)

    assert (0, ()) == (few.drawn.at_random, few.weights)
    assert (0, 6, (1.0,) * 6) == (sample().drawn.held_out, sample().drawn.at_random, sample().weights)
    assert sample().texts == sample().unchosen


def test_spans_of_little_weight_are_worth_few(store, give, sample):
    add_round(store, 1, {})
    for number in range(1, 9):
        give(number, round=1, stream="random" if number < 7 else "chosen", spans=(PART,) if number < 7 else (BRAND,))
    store.corpus.add_batch([NewText(f"left {n}") for n in range(100_000)], source="made")
    found = sample()
    score = scores(found.texts, LABELS, found.weights)

    assert score
    assert (8, 6.0) == (score.overall.gold, pytest.approx(score.overall.worth, abs=0.01))
    assert (2, 2.0, 0.0) == (score.labels["BRAND"].gold, score.labels["BRAND"].worth, score.labels["BRAND"].strict.r)
    assert 100.0 == score.labels["PART"].strict.r
