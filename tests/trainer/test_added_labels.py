"""Labels that come in the middle of a project."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import replace
from random import Random

import pytest
from trainer_kit import finish, weights
from workshop import workshop_gold

from loop.checkpoints.checkpoints import Checkpoints
from loop.editing import begin, chances, keymap, page_of, press
from loop.progress import progress
from loop.records import Answer, Question, Span, Text
from loop.session import Session
from loop.settings import ProjectPaths, Settings
from loop.store import NewText, Store
from loop.suggest import suggester_of
from loop.trainer import Trainer
from loop.trainer.label_questions import revisits
from loop.truth import of_texts, whole

EARLY, LATE = 10, 30


def job(text: str) -> Span:
    """The number of the job, which every text begins with."""
    return Span(4, text.index(" :"), "JOB")


def give(store: Store, first: int, last: int, labels: tuple[str, ...]) -> None:
    """Answers to the texts from `first` to `last`, complete for `labels`."""
    gold = workshop_gold(40)
    scheme = store.journal.scheme(labels)
    for text in store.corpus.texts(range(first, last + 1)):
        spans = (job(text.text), *gold[text.text]) if "JOB" in labels else gold[text.text]
        store.answers.add(
            Answer(f"answer {text.id}", text.id, "ann", "accept", spans=spans, scheme=scheme, complete=True)
        )


@pytest.fixture
def early(with_settings) -> Settings:
    return with_settings("update", round_size=5, steps=12, batch_size=8, new_per_batch=4)


@pytest.fixture
def late(early) -> Settings:
    return replace(early, project=replace(early.project, labels=("PART", "JOB")))


def test_answered_texts_that_may_hold_it_are_asked_about_again(paths, early, late, store, gold):
    give(store, 1, EARLY, ("PART",))
    finish(paths, early, store)
    give(store, EARLY + 1, LATE, ("PART", "JOB"))
    finish(paths, late, store)
    session = Session(paths, late, store, annotator="ann")
    asked = []
    while question := session.next():
        asked.append(question)
        spans = (job(question.text.text), *gold[question.text.text])
        session.answer(question, "accept", spans, seconds=1, keys=1)
    session.close()
    again = [question for question in asked if question.stream == "revisit"]
    standing = store.answers.standing()

    assert 1 <= len(again) <= EARLY
    assert len({question.text.id for question in asked}) == len(asked)
    for question in again:
        assert set(gold[question.text.text]) <= set(question.prediction)
        assert question.text.id <= EARLY
        assert "its answer does not cover JOB yet" in question.reason
        given = [answer for answer in standing if answer.text_id == question.text.id]
        assert [None, None] == [answer.retracts for answer in given]
        assert [given[1]] == whole(given, store.journal.schemes())
    assert len([answer for answer in standing if answer.trains]) - len(again) == len(
        of_texts([answer for answer in standing if answer.trains], store.journal.schemes())
    )
    texts = {answer.text_id for answer in standing if answer.trains}
    parts = sum(len(gold[text.text]) for text in store.corpus.texts(sorted(texts)))
    assert parts == progress(store, late, paths).spans["PART"]


def test_what_is_learned_does_not_depend_on_when_the_label_came_to_the_trainer(tmp_path, early, late):
    one, other = ProjectPaths(tmp_path / "one"), ProjectPaths(tmp_path / "other")
    for paths, in_between in ((one, True), (other, False)):
        with Store.create(paths.db) as store:
            store.corpus.add_batch((NewText(text) for text in workshop_gold(40)), source="gold")
            give(store, 1, EARLY, ("PART",))
            if in_between:
                finish(paths, early, store)
            give(store, EARLY + 1, EARLY + 5, ("PART", "JOB"))
            finish(paths, late, store)

    assert weights(one, 1, 2, 3) == weights(other, 1, 2, 3)


def test_an_answer_to_the_old_question_is_changed_without_touching_the_new_one(paths, early, late, store, gold):
    finish(paths, early, store)
    session = Session(paths, early, store, annotator="ann")
    question = session.next()
    assert question
    session.answer(question, "accept", gold[question.text.text], seconds=1, keys=1)
    session.close()
    session = Session(paths, late, store, annotator="ann")
    again = replace(question, id="again", stream="revisit")
    assert session.answered(again) is None
    later = session.answer(again, "accept", (job(question.text.text),), seconds=1, keys=1)
    changed = session.answer(question, "accept", (), seconds=1, keys=1)
    session.close()

    assert {changed.id, later.id} == {answer.id for answer in store.answers.standing()}


def test_answers_that_say_nothing_of_a_label_do_not_judge_temperatures(paths, early, late, store, gold):
    give(store, 1, 8, ("PART",))
    finish(paths, early, store)
    give(store, 9, 10, ("PART", "JOB"))
    finish(paths, late, store)

    assert 2 == len(Checkpoints(paths.models).info(2).tried)


def test_who_puts_an_earlier_answer_right_says_nothing_of_a_later_label(paths, late, store, gold):
    give(store, 1, 3, ("PART",))
    with closing(Session(paths, late, store, annotator="ann", question_for=question_about)) as session:
        flagged, corrected, anew = store.answers.standing()
        said = [
            session.answer(question_about(flagged), "accept", flagged.spans, seconds=1, keys=1, flag=True),
            session.answer(question_about(corrected), "accept", (), seconds=1, keys=1),
            session.answer(question_about(anew), "accept", (Span(4, 7, "JOB"),), seconds=1, keys=1),
        ]

    assert [1, 1, 2] == [answer.scheme for answer in said]


def test_a_text_that_is_skipped_when_it_is_asked_again_makes_room_for_others(paths, early, late, store, gold):
    give(store, 1, EARLY, ("PART",))
    finish(paths, early, store)
    give(store, EARLY + 1, LATE, ("PART", "JOB"))
    finish(paths, late, store)
    trainer = Trainer(paths, late, store)
    again = revisits(store, late, trainer.rounds, Random(0))
    store.answers.add(Answer("skip", again[0].text.id, "ann", "skip", scheme=2, question_id=again[0].id), again[0])
    left = revisits(store, late, trainer.rounds, Random(0))
    trainer.close()

    assert {question.text.id for question in again[1:]} == {question.text.id for question in left}


def test_a_span_of_the_earlier_answer_may_be_taken_back_and_the_rest_keeps_its_probabilities(
    paths, early, late, store, gold
):
    give(store, 1, EARLY, ("PART",))
    finish(paths, early, store)
    give(store, EARLY + 1, LATE, ("PART", "JOB"))
    finish(paths, late, store)
    trainer = Trainer(paths, late, store)
    asked = [one for one in revisits(store, late, trainer.rounds, Random(0)) if gold[one.text.text]]
    trainer.close()
    for question in asked:
        page = page_of(question, ("PART", "JOB"), suggester=suggester_of(question))
        answered = [page.mark(span) for span in gold[question.text.text]]
        before = begin(page)
        after = press(replace(before, cursor=answered[0].start), "d", keymap(page.labels))
        undone = press(after, "u", keymap(page.labels))
        jobs = [{mark for mark in chances(state) if mark.label == "JOB"} for state in (before, after)]

        assert set(answered) <= set(before.marks)
        assert set(answered[1:]) == {mark for mark in after.marks if mark.label == "PART"}
        assert jobs[0]
        assert jobs[1]
        assert before.marks == undone.marks
    assert asked


def question_about(answer: Answer) -> Question:
    (text,) = [text for text in workshop_texts() if text.id == answer.text_id]
    return Question(f"q{answer.text_id}", text, tuple(m.span() for m in re.finditer(r"\S+", text.text)), ())


def workshop_texts() -> list[Text]:
    return [Text(number, text) for number, text in enumerate(workshop_gold(40), start=1)]
