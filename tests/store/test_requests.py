from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from loop.records import NO_FOCUS, Answer, Focus, Question, Span
from loop.store import NewText, Store

NOTES = ("a KMC chain", "SRAM brake 100% worn", "my Canyon rubs")


@pytest.fixture
def store(tmp_path: Path):
    with Store.create(tmp_path / "loop.db") as store:
        metas = ({"shop": "A", "paid": True}, {"shop": "B", "year": 2024}, {"shop": "A", "year": 2024})
        texts = [NewText(text, meta=meta) for text, meta in zip(NOTES, metas, strict=True)]
        store.corpus.add_batch(texts, source="test")
        store.journal.scheme(["BRAND"])
        yield store


def asked(store: Store, text_id: int, **more) -> Question:
    return Question(f"q{text_id}", store.corpus.texts([text_id])[0], ((0, 1),), (), **more)


def answer(store: Store, text_id: int, **more) -> Answer:
    question = asked(store, text_id)
    said = {"verdict": "accept"} | more
    return store.answers.add(Answer(f"a{text_id}", text_id, "ann", question_id=question.id, scheme=1, **said), question)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ((("shop", "A"),), {1, 3}),
        ((("shop", "A"), ("year", "2024")), {3}),
        ((("paid", "true"),), {1}),
        ((("shop", "C"),), set()),
        ((('"odd$.', "A"),), set()),
    ],
)
def test_a_focus_means_the_same_texts_in_the_store_and_one_by_one(store: Store, where, expected):
    drawn = {text.id for text in store.corpus.sample_pool(10, Random(0), where=where)}
    covered = {text.id for text in store.corpus.texts([1, 2, 3]) if Focus(where=where).covers(text)}

    assert expected == drawn == covered


def test_each_focus_has_a_queue_of_its_own(store: Store):
    focus = Focus("BRAND", (("shop", "A"),), 3)
    store.questions.publish([asked(store, 1)], round=0)
    before = store.questions.head("ann", focus=focus)
    store.questions.publish([asked(store, 3)], round=0, focus=focus)
    after = store.questions.head("ann", focus=focus)

    assert before is None
    assert after
    assert 3 == after.text.id
    assert 1 == store.questions.head("ann", focus=NO_FOCUS).text.id


def test_what_was_begun_outside_the_focus_waits_for_a_session_without_it(store: Store):
    begun, held_out = asked(store, 1), asked(store, 2, stream="held_out")
    for question in (begun, held_out):
        store.drafts.save(question, "ann", "{}")
    wanted = (NO_FOCUS, Focus(where=(("shop", "A"),)), Focus(measure=3), Focus(where=(("shop", "C"),)))
    heads = [store.questions.head("ann", focus=focus) for focus in wanted]

    assert [2, 1, 2, None] == [head and head.text.id for head in heads]


def test_the_pool_is_searched_for_what_was_typed_and_nothing_is_a_wildcard(store: Store):
    answer(store, 3)

    assert [2] == [text.id for text in store.requests.search("sram B", limit=9)]
    assert [2] == [text.id for text in store.requests.search("0%", limit=9)]
    assert [] == store.requests.search("a_K", limit=9)
    assert [] == store.requests.search("Canyon", limit=9)


def test_a_chosen_text_is_wished_for_until_its_question_is_made_and_then_comes_first(store: Store):
    store.questions.publish([asked(store, 1)], round=0)
    assert [] == store.requests.asked_for()
    at_once = store.requests.ask_for(2, "ann")
    (wished,) = store.requests.asked_for()
    meanwhile = store.questions.head("ann")
    store.requests.serve(asked(store, 2, stream="chosen"))
    first = store.questions.head("ann")

    assert not at_once
    assert meanwhile
    assert first
    assert (2, 1, "q2", []) == (wished.text.id, meanwhile.text.id, first.id, store.requests.asked_for())
    following = store.questions.head("ann", after=first)
    assert following
    assert "q1" == following.id
    answer(store, 2)
    assert store.questions.head("ann") == following


def test_a_text_that_has_a_question_needs_no_trainer(store: Store):
    store.questions.publish([asked(store, 1), asked(store, 2)], round=0)

    assert store.requests.ask_for(2, "ann")
    head = store.questions.head("ann")
    assert head
    assert (2, []) == (head.text.id, store.requests.asked_for())


def test_a_question_that_was_swept_away_before_it_was_asked_is_wished_for_again(store: Store):
    store.requests.ask_for(2, "ann")
    store.requests.serve(asked(store, 2, stream="chosen"))
    store.questions.publish([asked(store, 1)], round=1)

    assert [2] == [wished.text.id for wished in store.requests.asked_for()]


def test_a_question_that_is_no_longer_wished_for_is_dropped(store: Store):
    store.requests.ask_for(3, "ann")
    store.requests.serve(asked(store, 2, stream="chosen"))

    assert {} == store.questions.get(["q2"])


def test_of_a_text_with_several_questions_the_one_about_the_chosen_place_comes_first(store: Store):
    first, last = (replace(asked(store, 1), id=id_, passage=passage) for id_, passage in (("a", (0, 4)), ("b", (6, 9))))
    store.questions.publish([first, last], round=0)

    assert store.requests.ask_for(1, "ann", (7, 9))
    assert (last, first) == (store.questions.head("ann"), store.questions.head("ann", after=last))
    assert (None, (7, 9)) == (store.requests.place("a", "ann"), store.requests.place("b", "ann"))
    assert store.requests.place("b", "bob") is None


def test_a_place_that_no_question_is_about_is_wished_for_by_each_who_chose_it(store: Store):
    store.questions.publish([replace(asked(store, 1), passage=(0, 4))], round=0)
    at_once = [store.requests.ask_for(1, who, place) for who, place in (("ann", (5, 6)), ("bob", (8, 9)))]
    wished = store.requests.asked_for()
    for id_, one in zip("ab", wished, strict=True):
        store.requests.serve(replace(asked(store, 1), id=id_, stream="chosen", passage=one.place), one.place)

    assert [False, False] == at_once
    assert [(1, (5, 6)), (1, (8, 9))] == [(one.text.id, one.place) for one in wished]
    assert ("a", "b") == tuple(store.questions.head(who).id for who in ("ann", "bob"))


def test_history_holds_what_stands_newest_first_and_every_word_narrows_it(store: Store):
    answer(store, 1, spans=(Span(2, 5, "BRAND"),))
    answer(store, 2, verdict="skip", reason="unsure", flag=True)
    answer(store, 3, memo="see the KMC note")

    def found(*typed, **more):
        return [past.answer.text_id for past in store.requests.history("ann", *typed, **more, limit=9)]

    assert [3, 2, 1] == found()
    assert [3, 1] == found("kmc")
    assert [1] == found("chain BRAND")
    assert [2] == found("unsure")
    assert [3, 2] == found(hard=True)
    assert [3] == [past.answer.text_id for past in store.requests.history("ann", limit=1)]
    assert [] == store.requests.history("bob", limit=9)


def test_unsure_texts_come_back_oldest_first_and_only_to_who_skipped_them(store: Store):
    answer(store, 2, verdict="skip", reason="unsure")
    answer(store, 1, verdict="skip", reason="unsure")
    answer(store, 3, verdict="skip", reason="bad text")

    assert ("q2", "q1") == (store.requests.unsure("ann", without=[]), store.requests.unsure("ann", without=[2]))
    assert (None, None) == (store.requests.unsure("ann", without=[1, 2]), store.requests.unsure("bob", without=[]))
