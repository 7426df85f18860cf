from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from loop.errors import StoreError
from loop.oracle import Oracle
from loop.patterns.file import append_pattern
from loop.records import Answer, Question, Span, Text
from loop.session import Session
from loop.store import NewAnswer, NewText


def lay_out(store, n: int) -> list[Question]:
    texts = store.corpus.texts(range(1, n + 1))
    asked = [Question(f"q{text.id}", text, ((0, 3),), ()) for text in texts]
    store.questions.publish(asked, round=0)
    return asked


@pytest.fixture
def session(paths, settings, store, gold):
    lay_out(store, 6)
    session = Session(paths, settings, store, annotator="ann")
    yield session
    session.close()


def accept(session: Session, spans=(), **more):
    question = session.next()
    assert question
    return session.answer(question, "accept", spans, seconds=1.5, keys=3, **more)


def test_an_answer_is_in_the_store_when_answer_returns_and_the_next_question_follows(session, store):
    first = session.next()
    answer = accept(session, [Span(0, 3, "PART")])

    assert store.answers.standing() == [answer]
    assert (answer.seconds, answer.keys, answer.annotator, answer.scheme) == (1.5, 3, "ann", 1)
    assert session.next().id != first.id


def test_a_project_knows_nothing_until_it_has_an_answer_or_a_pattern(session, paths, settings, store):
    assert session.knows_nothing

    append_pattern(paths.patterns(None), "hub", "PART")
    session.close()
    patterned = Session(paths, settings, store)
    patterned.close()
    paths.patterns(None).unlink()
    store.answers.add(Answer("a", 1, "ann", "accept", scheme=1))
    answered = Session(paths, settings, store)
    answered.close()

    assert (False, False) == (patterned.knows_nothing, answered.knows_nothing)


def test_a_second_session_of_the_same_annotator_is_refused_until_the_first_is_closed(session, paths, settings, store):
    with pytest.raises(StoreError, match=r"^ann has a session open on .* already"):
        Session(paths, settings, store, annotator="ann")
    session.close()
    Session(paths, settings, store, annotator="ann").close()


def test_two_annotators_are_never_asked_about_the_same_text(session, paths, settings, store):
    other = Session(paths, settings, store, annotator="ben")
    first, second = session.next(), other.next()
    following, beyond = session.upcoming(first), other.upcoming(second)
    session.answer(first, "accept", (), seconds=1.0, keys=1)
    third, at_work = session.next(), session.status().others
    other.close()

    assert following == third
    assert 4 == len({one.text.id for one in (first, second, following, beyond)})
    assert (("ben",), ()) == (at_work, session.status().others)


def test_a_chosen_text_that_somebody_has_in_hand_is_refused(session, paths, settings, store):
    other = Session(paths, settings, store, annotator="ben")
    theirs = other.next()
    with pytest.raises(StoreError, match=r"^ben has this text in hand"):
        session.texts.choose(theirs.text)
    other.close()

    assert session.texts.choose(theirs.text)


def test_what_somebody_left_is_asked_of_the_next(session, paths, settings, store):
    theirs = session.next()
    session.close()
    other = Session(paths, settings, store, annotator="ben")
    asked = other.next()
    other.close()

    assert theirs == asked


def test_a_chosen_text_is_asked_of_who_chose_it(session, paths, settings, store):
    other = Session(paths, settings, store, annotator="ben")
    chosen = other.upcoming(other.next())
    other.close()
    session.texts.choose(chosen.text)
    other = Session(paths, settings, store, annotator="ben")
    asked = session.next(), other.next()
    other.close()

    assert chosen == asked[0]
    assert chosen != asked[1]


def test_a_draft_brings_the_annotator_back_to_its_question(session, paths, settings, store):
    _, second = accept(session), session.next()
    session.save_draft(second, '{"spans": []}')
    session.close()
    lay_out(store, 0)
    again = Session(paths, settings, store, annotator="ann")

    assert again.next() == second
    assert again.draft(second) == '{"spans": []}'
    again.close()


def test_a_reopened_answer_that_is_given_again_unchanged_stays_as_it_was(session, store):
    answer = accept(session, [Span(0, 3, "PART")])
    question, reopened = session.reopen()
    again = session.answer(question, "accept", [Span(0, 3, "PART")], seconds=9, keys=9)

    assert reopened == again == answer
    assert store.answers.all() == [answer]


def test_a_reopened_answer_that_is_changed_replaces_the_old_one(session, store):
    old = accept(session)
    question, _ = session.reopen()
    new = session.answer(question, "accept", [Span(0, 3, "PART")], seconds=1, keys=1)

    assert new.retracts == old.id
    assert store.answers.standing() == [new]
    assert [answer.id for answer in store.answers.all()] == [old.id, new.id]


def test_a_reopened_answer_is_replaced_even_when_it_is_finished_in_a_later_session(session, paths, settings, store):
    old = accept(session)
    question, _ = session.reopen()
    session.save_draft(question, "{}")
    session.close()
    again = Session(paths, settings, store, annotator="ann")
    resumed = again.next()
    again.answer(resumed, "skip", (), seconds=1, keys=1)

    assert resumed.id == question.id
    assert [answer.retracts for answer in store.answers.standing()] == [old.id]
    again.close()


def test_reopening_again_goes_further_back_and_starts_over_after_an_answer(session):
    answers = [accept(session) for _ in range(3)]
    back = [session.reopen()[1].id for _ in range(3)]
    end = session.reopen()
    question = session.next()
    session.answer(question, "accept", (), seconds=1, keys=1)

    assert back == [answer.id for answer in reversed(answers)]
    assert end is None
    assert session.reopen()[0].id == question.id


def test_what_the_annotator_agreed_on_is_kept_with_each_answer(session, paths, settings, store):
    before = accept(session).guideline_hash
    session.close()
    paths.guidelines.write_text("A part is a part.")
    again = Session(paths, settings, store, annotator="ann")
    after = accept(again).guideline_hash
    again.close()

    assert before != after


def test_the_status_counts_what_stands(session):
    accept(session)
    accept(session)
    question, _ = session.reopen()
    session.answer(question, "skip", (), seconds=1, keys=1, reason="unsure")
    status = session.status()

    assert (status.answers_today, status.answers_total, status.left_in_queue, status.pool_left) == (1, 1, 4, 38)
    assert status.last
    assert status.last.reason == "unsure"
    assert status.trainer == "stopped"


def test_answers_to_a_text_taken_back_are_refused_with_a_way_out(session, store):
    question = session.next()
    store.corpus.remove_batch(1)

    with pytest.raises(StoreError) as caught:
        session.answer(question, "accept", (), seconds=1, keys=1)
    assert caught.value.hint


def test_a_held_out_question_never_trains(session):
    question = replace(session.next(), stream="held_out", text=session.next().text)
    answer = session.answer(question, "accept", (), seconds=1, keys=1)

    assert answer.held_out
    assert not answer.trains


def test_the_oracle_answers_on_whole_tokens():
    question = Question("q", Text(1, "new chainset x"), ((0, 3), (4, 12), (13, 14)), ())
    oracle = Oracle({"new chainset x": [Span(4, 9, "PART"), Span(9, 14, "PART")]})

    assert oracle.spans(question) == (Span(4, 14, "PART"),)


def test_an_answer_from_elsewhere_is_in_the_history_and_is_changed_there(session, paths, settings, store):
    session.close()
    gold = Answer("g1", 0, "ann", "accept", (Span(0, 3, "PART"),), mode="import")
    store.import_answers([NewAnswer(NewText("old hub"), gold)], labels=("PART",), source="gold.jsonl")
    (text,) = store.corpus.texts(store.corpus.find(["old hub"]).values())
    asked = Question("made", text, ((0, 3), (4, 7)), gold.spans)
    finding = Session(paths, settings, store, annotator="ann", question_for=lambda _: asked)
    (past,) = finding.texts.history("old", hard=False)
    opened, before = finding.open(past.answer)
    changed = finding.answer(opened, "accept", [Span(4, 7, "PART")], seconds=1, keys=1)
    finding.close()

    assert (asked, gold.spans) == (opened, before.spans)
    assert "g1" == changed.retracts
    assert [answer.spans for answer in store.answers.standing()] == [(Span(4, 7, "PART"),)]


@pytest.mark.integration
def test_a_session_needs_nothing_that_takes_long_to_import_before_its_first_screen():
    heavy = ["numpy", "spacy", "alembic", "loop.formats", "loop.quality", "loop.trainer"]
    code = f"import sys, loop.cli, loop.session, loop.terminal.app; print([m for m in {heavy} if m in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert "[]\n" == printed


def test_the_screen_says_that_a_round_is_held_as_long_as_it_is(paths, settings, store):
    session = Session(paths, settings, store, annotator="ann")
    store.journal.pin(0)
    held = session.status().forgotten
    store.journal.pin(None)
    after = session.status().forgotten
    session.close()

    assert "round 0 is pinned" in held
    assert "" == after


@pytest.mark.integration
def test_the_session_and_its_screen_start_without_numpy():
    code = "import sys, loop.session, loop.terminal.app; print('numpy' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "False\n" == ran.stdout


def test_texts_of_the_gold_file_are_never_asked_about_nor_chosen(paths, settings, store, gold):
    first = store.corpus.texts([1])[0]
    paths.root.mkdir(exist_ok=True)
    (paths.root / "gold.jsonl").write_text(json.dumps({"text": first.text, "spans": []}), encoding="utf-8")
    with_gold = replace(settings, project=replace(settings.project, eval="gold.jsonl"))
    session = Session(paths, with_gold, store, annotator="ann")

    with pytest.raises(StoreError, match="held out for evaluation"):
        session.texts.choose(first)
    session.close()


def test_where_the_rest_may_not_be_asked_about_texts_skipped_as_unsure_come_back(session, store):
    first = session.next()
    session.answer(first, "skip", (), seconds=1, keys=1, reason="unsure")
    waiting = session.next()
    store.questions.publish([], round=0)
    again = session.next()

    assert waiting is not None
    assert store.corpus.pool_size()
    assert again is not None
    assert first.text == again.text
    assert session.next() is None
