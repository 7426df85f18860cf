"""Several questions about one text: what an answer about a part of it leaves to be asked."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from loop.records import Answer, Question, Text
from loop.store import NewAnswer, NewText, Store
from loop.store.sessions import InHand

LONG, OTHER = "a long text " * 20, "another text"
PASSAGES = ((0, 40), (40, 80), (100, 140), (200, 240))


@pytest.fixture
def store(tmp_path: Path):
    with Store.create(tmp_path / "loop.db") as store:
        store.journal.scheme(["PART"])
        store.corpus.add_batch([NewText(LONG), NewText(OTHER)], source="test")
        yield store


@pytest.fixture
def asked(store: Store) -> list[Question]:
    """The queue: q0 to q3 about passages of one text, and q4 about the other text."""
    long, other = store.corpus.texts([1, 2])
    questions = [ask(long, f"q{n}", passage) for n, passage in enumerate(PASSAGES)] + [ask(other, "q4")]
    store.questions.publish(questions, round=0)
    return questions


def ask(text: Text, id_: str, passage: tuple[int, int] | None = None) -> Question:
    tokens = tuple(match.span() for match in re.finditer(r"\S+", text.text))
    return Question(id_, text, tokens, (), passage=passage)


def say(question: Question, **changes) -> Answer:
    """An answer to a question, about what it asks."""
    said = {
        "verdict": "accept",
        "passage": question.passage,
        "complete": question.passage is None,
        "question_id": question.id,
    }
    return Answer(**{"id": f"to {question.id}"} | said | changes, text_id=question.text.id, annotator="ann", scheme=1)


def left(store: Store, annotator: str = "bob") -> list[str]:
    """The ids of the questions of the queue, each as it follows once the one before is answered as it is asked."""
    with store._database.read() as connection:
        rows = connection.exec_driver_sql("SELECT question_id FROM queue ORDER BY rank")
        found = [row[0] for row in rows]
    head = store.questions.head(annotator)
    assert (head.id if head else None) == (found[0] if found else None)
    assert len(found) == store.questions.waiting()
    return found


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["q0", "q2", "q3", "q4"]),
        ({"passage": (41, 79)}, ["q0", "q2", "q3", "q4"]),
        ({"passage": (30, 80)}, ["q2", "q3", "q4"]),
        ({"passage": (40, 101)}, ["q0", "q3", "q4"]),
        ({"passage": None, "complete": True}, ["q4"]),
        ({"passage": None, "complete": True, "verdict": "skip"}, ["q4"]),
        ({"passage": None, "complete": True, "verdict": "unusable"}, ["q4"]),
        ({"passage": (100, 140), "question_id": "nobody's"}, ["q0", "q1", "q3", "q4"]),
    ],
)
def test_an_answer_ends_the_questions_about_what_it_is_about(store: Store, asked: list[Question], changes, expected):
    given = say(asked[1], **changes)
    store.answers.add(given, replace(asked[1], id=given.question_id))

    assert expected == left(store)


@pytest.mark.parametrize("verdict", ["accept", "reject"])
def test_a_yes_or_no_to_a_span_ends_the_question_about_its_passage_only(store: Store, asked: list[Question], verdict):
    since = store.journal.last_seq()
    for question in asked[:2]:
        store.drafts.save(question, "ann", "{}")
    store.answers.add(say(asked[1], verdict=verdict, passage=None, complete=False, mode="teach"), asked[1])
    once = left(store)
    kept = store.drafts.of(asked[0], "ann")
    store.questions.publish([replace(one, id=f"{one.id} again") for one in asked], round=1, since=since)

    assert (["q0", "q2", "q3", "q4"], "{}") == (once, kept)
    assert ["q0", "q0 again", "q2 again", "q3 again", "q4 again"] == [store.questions.head("ann").id, *left(store)]
    assert {1, 2} == pool(store)


def test_an_answer_that_is_widened_later_ends_the_questions_that_it_touches_then(store: Store, asked: list[Question]):
    store.answers.add(say(asked[0]), asked[0])
    store.answers.add(say(asked[0], id="wider", passage=(0, 120), retracts="to q0"))

    assert ["q3", "q4"] == left(store)


def test_the_question_that_follows_is_about_another_passage_even_of_the_same_text(store: Store, asked: list[Question]):
    first = store.questions.head("ann")
    following = store.questions.head("ann", after=first)
    beyond = store.questions.head("ann", after=replace(first, passage=(0, 70)))
    elsewhere = store.questions.head("ann", after=replace(first, passage=None))

    assert ("q0", "q1", "q2", "q4") == tuple(one.id for one in (first, following, beyond, elsewhere))


def test_what_was_answered_while_a_queue_was_built_is_not_asked(store: Store, asked: list[Question]):
    since = store.journal.last_seq()
    store.answers.add(say(asked[1]), asked[1])
    again = [replace(one, id=f"{one.id} again") for one in asked]
    store.questions.publish(again, round=1, since=since)

    assert ["q0 again", "q2 again", "q3 again", "q4 again"] == left(store)


def test_what_was_answered_before_a_queue_was_built_may_be_asked_again(store: Store, asked: list[Question]):
    """As for a label that was added since."""
    store.answers.add(say(asked[1]), asked[1])
    since = store.journal.last_seq()
    store.questions.publish([replace(one, id=f"{one.id} again") for one in asked], round=1, since=since)

    assert [f"q{n} again" for n in range(5)] == left(store)


def test_drafts_of_other_passages_outlive_an_answer_and_those_that_it_touches_do_not(
    store: Store, asked: list[Question]
):
    for annotator in ("ann", "bob"):
        for question in asked:
            store.drafts.save(question, annotator, "{}")
    store.answers.add(say(asked[1], passage=(40, 110)), asked[1])

    assert ["q0", "q3", "q4"] == [one.id for one in asked if store.drafts.of(one, "ann")]
    assert asked == [one for one in asked if store.drafts.of(one, "bob")]


def test_a_draft_that_changes_another_answer_outlives_a_wider_one(store: Store, asked: list[Question]):
    for question in asked[:2]:
        store.answers.add(say(question), question)
    store.drafts.save(asked[0], "ann", "{}")
    store.answers.add(say(asked[1], id="wider", passage=(0, 80), retracts="to q1"))

    assert "{}" == store.drafts.of(asked[0], "ann")


def test_a_chosen_question_is_asked_until_it_is_answered_in_part(store: Store, asked: list[Question]):
    text = asked[0].text
    store.requests.ask_for(text.id, "ann")
    chosen = store.questions.head("ann")
    following = store.questions.head("ann", after=chosen)
    store.answers.add(say(chosen, passage=(chosen.passage[0] + 5, chosen.passage[1] - 5)), chosen)
    after = store.questions.head("ann")

    assert chosen.text == following.text == after.text
    assert following == after
    assert chosen.id != after.id


def test_a_chosen_question_that_another_answer_touches_is_not_asked(store: Store, asked: list[Question]):
    store.requests.ask_for(1, "ann")
    chosen = store.questions.head("ann")
    other = next(one for one in asked if one.id != chosen.id)
    store.answers.add(say(other, passage=(0, 240)), other)

    assert "q4" == store.questions.head("ann").id


def test_imported_answers_about_passages_leave_the_others_to_be_asked(store: Store, asked: list[Question]):
    for question in asked[:4]:
        store.drafts.save(question, "ann", "{}")
    said = replace(say(asked[1]), id="imported", question_id=None, mode="import")
    store.import_answers([NewAnswer(NewText(LONG), said)], labels=["PART"], source="file")

    assert ["q0", "q2", "q3", "q4"] == left(store)
    assert ["q0", "q2", "q3"] == [one.id for one in asked if store.drafts.of(one, "ann")]
    assert 2 == store.corpus.pool_size()


def test_annotators_at_work_are_asked_about_different_passages_of_one_text(store: Store, asked: list[Question]):
    first = store.questions.head("ann")
    beside = store.questions.head("bob", taken=[InHand(1, (20, 60))])
    last = store.questions.head("bob", taken=[InHand(1)])

    assert ("q0", "q2", "q4") == tuple(one.id for one in (first, beside, last))


def covers(store: Store, *passages: tuple[int, int], **more) -> list[Answer]:
    given = []
    for passage in passages:
        id_ = f"{passage} {len(store.answers.all())}"
        said = {"passage": passage, "complete": False, "scheme": 1} | more
        given.append(store.answers.add(Answer(id_, 1, "ann", "accept", **said)))
    return given


def pool(store: Store) -> set[int]:
    """The texts of the pool, which the flags and the doctor agree about."""
    assert [] == store.problems()
    found = {text.id for text in store.corpus.unanswered([1, 2])}
    assert len(found) == store.corpus.pool_size()
    return found


END = len(LONG)


def test_a_text_is_answered_once_passages_cover_all_but_white_space(store: Store):
    open_ = []
    for passage in [(0, 100), (101, 200), (190, END - 4), (100, 101), (END - 4, END - 1)]:
        covers(store, passage)
        open_.append(1 in pool(store))

    assert [True, True, True, True, False] == open_
    assert " " == LONG[-1]
    assert [(2, 1)] == [(batch.texts, batch.answered) for batch in store.corpus.batches()]


def test_a_text_that_was_covered_is_open_again_once_an_answer_is_taken_back_or_narrowed(store: Store):
    first, second = covers(store, (0, 100), (100, END))
    covered = pool(store)
    covers(store, (150, END), retracts=second.id)
    narrowed = pool(store)
    covers(store, (100, 150))
    again = pool(store)
    store.answers.add(Answer("gone", 1, "ann", "retract", scheme=1, retracts=first.id))

    assert ({2}, {1, 2}, {2}, {1, 2}) == (covered, narrowed, again, pool(store))


def test_a_text_that_was_covered_is_open_again_for_a_label_that_is_added_and_not_for_one_that_goes(store: Store):
    covers(store, (0, END))
    store.journal.scheme(["PART", "JOB"])
    added = pool(store)
    store.relabel(["PART"], {"JOB": None}, draft=lambda draft, _: draft)

    assert ({1, 2}, {2}) == (added, pool(store))


def test_repeats_and_answers_for_some_labels_cover_nothing(store: Store):
    covers(store, (0, END), repeat=True)
    covers(store, (0, END), scheme=store.journal.scheme(["PART", "JOB"], asked=["PART"]))

    assert {1, 2} == pool(store)


def test_of_a_held_out_text_one_passage_is_enough(store: Store):
    covers(store, (0, 40), held_out=True)

    assert {2} == pool(store)


def test_imported_passages_cover_a_text_and_are_widened_to_its_words(store: Store):
    rows = [
        replace(say(ask(store.corpus.texts([1])[0], f"{one}", one)), question_id=None) for one in ((0, 99), (99, END))
    ]
    store.import_answers([NewAnswer(NewText(LONG), row) for row in rows], labels=["PART"], source="file")

    assert {2} == pool(store)


def test_what_is_wrongly_marked_is_marked_anew(store: Store):
    covers(store, (0, END))
    with store._database.write() as connection:
        connection.exec_driver_sql("UPDATE texts SET answered = NOT answered")
    (problem,) = store.problems()
    store.repair(problem)

    assert "2 texts are wrongly marked as answered or unanswered." == problem.what
    assert {2} == pool(store)
