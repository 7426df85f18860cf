from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from loop.errors import StoreError
from loop.records import Answer, Question, Span, Text
from loop.store import NewAnswer, NewText, Store
from loop.store.batches import ROWS, UNFINISHED
from loop.store.journal import get_state
from loop.store.locks import ProcessLock
from loop.truth import whole

# Adds a batch of many texts and is killed in the middle of writing it.
KILLED = f"""
import os, signal, sys
from pathlib import Path
from loop.store import NewText, Store, batches

inserted = batches._insert_staged
def insert(connection, batch, start):
    if start >= {2 * ROWS}:
        os.kill(os.getpid(), signal.SIGKILL)
    return inserted(connection, batch, start)

batches._insert_staged = insert
store = Store(Path(sys.argv[1]))
store.corpus.add_batch([NewText(f"text {{n}}") for n in range({4 * ROWS})], source="many")
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "data" / "loop.db") as store:
        yield store


def many(n: int = 3 * ROWS) -> list[NewText]:
    return [NewText(f"text {i}", source="f.txt", line=i) for i in range(n)]


def unfinished(store: Store) -> object:
    with store._database.read() as connection:
        return get_state(connection, UNFINISHED)


def accept(text_id: int, id_: str = "a1") -> Answer:
    return Answer(id_, text_id, "ann", "accept", scheme=1)


def test_many_texts_come_in_as_one_batch_in_their_order(store: Store):
    report = store.corpus.add_batch([*many(), NewText("text 7")], source="f.txt")
    texts = store.corpus.texts(list(range(1, 3 * ROWS + 1)))

    assert (report.added, report.duplicates) == (3 * ROWS, 1)
    assert [f"text {i}" for i in range(3 * ROWS)] == [text.text for text in texts]
    assert unfinished(store) is None


def test_what_a_file_suggests_and_where_a_text_stands_are_kept(store: Store):
    new = NewText("one two", source="f.jsonl", line=7, suggested=(Span(0, 3, "A"),))
    store.corpus.add_batch([new], source="f")

    assert [Text(1, "one two", 1, suggested=(Span(0, 3, "A"),), source="f.jsonl", line=7)] == store.corpus.texts([1])


def test_texts_that_cannot_be_written_to_the_end_all_go_again(store: Store, monkeypatch: pytest.MonkeyPatch):
    from loop.store import batches

    inserted = batches._insert_staged

    def full(connection, batch, start):
        if start >= 2 * ROWS:
            raise sqlite3.OperationalError("disk full")
        return inserted(connection, batch, start)

    monkeypatch.setattr(batches, "_insert_staged", full)
    with pytest.raises(sqlite3.OperationalError):
        store.corpus.add_batch(many(), source="f.txt")

    assert (0, [], None) == (store.corpus.size(), store.corpus.batches(), unfinished(store))


@pytest.mark.integration
def test_a_killed_add_is_taken_back_when_the_store_is_opened_next(store: Store):
    killed = subprocess.run([sys.executable, "-c", KILLED, str(store.path)], env=os.environ)
    half = store.corpus.size()
    with Store(store.path) as again:
        left = again.corpus.size(), again.corpus.batches(), unfinished(again)

    assert (-signal.SIGKILL, 2 * ROWS, (0, [], None)) == (killed.returncode, half, left)


@pytest.mark.integration
def test_texts_answered_before_a_killed_add_was_taken_back_stay_with_their_answers(store: Store):
    subprocess.run([sys.executable, "-c", KILLED, str(store.path)], env=os.environ)
    store.journal.scheme(["A"])
    store.answers.add(accept(5))
    with Store(store.path) as again:
        assert (1, 1) == (again.corpus.size(), len(again.answers.standing()))
        assert [1] == [batch.answered for batch in again.corpus.batches()]


@pytest.mark.integration
def test_texts_that_are_being_added_now_are_left_alone_by_others(store: Store):
    lock = ProcessLock(store.path.parent / "adding.lock")
    subprocess.run([sys.executable, "-c", KILLED, str(store.path)], env=os.environ)
    lock.acquire()
    with Store(store.path) as again:
        seen = again.corpus.size()
        with pytest.raises(StoreError, match="is adding or removing texts"):
            again.corpus.remove_batch(1)
    lock.release()

    assert 2 * ROWS == seen


def test_answers_are_let_in_between_the_parts_of_many_texts(store: Store, monkeypatch: pytest.MonkeyPatch):
    store.corpus.add_batch([NewText("one")], source="f")
    store.journal.scheme(["A"])
    pauses: list[float] = []

    def answer(seconds: float) -> None:
        if seconds:
            store.answers.add(accept(1, f"a{len(pauses)}"))
            pauses.append(seconds)

    monkeypatch.setattr("loop.store.database.time.sleep", answer)
    store.corpus.add_batch(many(), source="f.txt")

    assert 3 == len(pauses) == len(store.answers.standing())


def test_a_batch_of_many_texts_is_removed_but_for_what_is_answered(store: Store):
    store.corpus.add_batch(many(), source="f.txt")
    store.journal.scheme(["A"])
    store.answers.add(accept(1500))

    assert (3 * ROWS - 1, 1) == store.corpus.remove_batch(1)
    assert (1, None) == (store.corpus.size(), unfinished(store))


def asked(text: str, id_: str = "q1") -> Question:
    return Question(
        id_,
        Text(0, text),
        ((0, 3),),
        (),
        stream="uncertain",
        reason="the model is uncertain about it",
        round=3,
        entropy=0.5,
    )


def test_numbers_of_batches_follow_each_other_whatever_brought_nothing(store: Store, monkeypatch: pytest.MonkeyPatch):
    store.journal.scheme(["A"])
    store.corpus.add_batch([NewText("one")], source="f")
    assert 0 == store.corpus.add_batch([NewText("one")], source="f").batch
    assert 0 == store.import_answers([NewAnswer(NewText("one"), accept(0))], labels=["A"], source="g").batch.batch
    store.corpus.add_batch(many(), source="many")
    assert 0 == store.corpus.add_batch(many(), source="many").batch
    with monkeypatch.context() as patched:
        patched.setattr("loop.store.batches._insert_staged", lambda *_: 1 / 0)
        never = [NewText(f"never {n}") for n in range(2 * ROWS)]
        with pytest.raises(ZeroDivisionError):
            store.corpus.add_batch(never, source="cut short")
    added = store.corpus.add_batch([NewText("two")], source="f")

    assert 3 == added.batch
    assert [1, 2, 3] == [batch.id for batch in store.corpus.batches()]


def test_the_number_of_a_batch_that_was_taken_back_is_not_given_to_another(store: Store):
    store.corpus.add_batch([NewText("one")], source="f")
    store.corpus.remove_batch(1)

    assert 2 == store.corpus.add_batch([NewText("two")], source="f").batch


def test_answers_texts_and_questions_from_elsewhere_come_in_together(store: Store):
    rows = [
        NewAnswer(NewText("two"), accept(0, "a1"), asked("two")),
        NewAnswer(NewText("one"), accept(0, "a2")),
        NewAnswer(NewText("two"), accept(0, "a3"), asked("two")),
    ]
    done = store.import_answers(rows, labels=["A"], source="f.jsonl")
    kept = store.questions.get(["q1"])["q1"]

    assert (2, 3, 0) == (done.batch.added, done.added, done.known)
    assert [("two", "q1"), ("one", None), ("two", "q1")] == [
        (store.corpus.texts([answer.text_id])[0].text, answer.question_id) for answer in store.answers.standing()
    ]
    assert ("uncertain", "the model is uncertain about it", 3, 0.5) == (
        kept.stream,
        kept.reason,
        kept.round,
        kept.entropy,
    )
    assert 0 == store.corpus.pool_size()
    assert ["batch_added", "labels", *["answer"] * 3, "imported"] == [kind for _, kind, _ in store.journal.events()]


def test_an_imported_answer_ends_the_draft_and_the_question_that_waited(store: Store):
    store.corpus.add_batch([NewText("one"), NewText("two")], source="f")
    store.journal.scheme(["A"])
    waiting = [Question(f"w{n}", text, ((0, 3),), ()) for n, text in enumerate(store.corpus.texts([1, 2]))]
    store.questions.publish(waiting, round=0)
    store.drafts.save(waiting[0], "ann", "{}")
    store.drafts.save(waiting[0], "bob", "{}")
    store.import_answers([NewAnswer(NewText("one"), accept(0, "a1"))], labels=["A"], source="f")

    assert (None, "{}", 1) == (
        *(store.drafts.of(waiting[0], who) for who in ("ann", "bob")),
        store.questions.waiting(),
    )


def test_answers_that_are_there_already_stay_as_they_are(store: Store):
    row = NewAnswer(NewText("one"), accept(0, "a1"))
    store.import_answers([row, row], labels=["A"], source="f")
    done = store.import_answers([row, NewAnswer(NewText("two"), accept(0, "a2"))], labels=["A"], source="f")

    assert (1, 1, 1) == (done.batch.added, done.added, done.known)


@pytest.mark.parametrize(
    "clash",
    [NewAnswer(NewText("two"), accept(0, "a1")), NewAnswer(NewText("two"), accept(0, "a9"), asked("two"))],
)
def test_an_id_that_belongs_to_another_text_leaves_the_store_as_it_was(store: Store, clash: NewAnswer):
    store.import_answers([NewAnswer(NewText("one"), accept(0, "a1"), asked("one"))], labels=["A"], source="f")
    before = store.corpus.size(), store.answers.all(), store.journal.events()
    fine = NewAnswer(NewText("three"), accept(0, "a3"))

    with pytest.raises(StoreError, match="belongs to another text"):
        store.import_answers([fine, clash], labels=["A", "B"], source="g")

    assert before == (store.corpus.size(), store.answers.all(), store.journal.events())


SPAN = Span(0, 3, "A")


def test_answers_do_not_take_the_place_of_others_by_the_same_person_unless_they_may(store: Store):
    mine = replace(accept(1, "mine"), spans=(SPAN,))
    store.corpus.add_batch([NewText("one"), NewText("two")], source="f")
    store.journal.scheme(["A"])
    store.answers.add(replace(mine, scheme=1))
    before = store.answers.all(), store.journal.events()
    rows = [NewAnswer(NewText("one"), accept(0, "empty")), NewAnswer(NewText("two"), accept(0, "other text"))]

    with pytest.raises(StoreError, match=r"1 of the texts have different answers by ann,") as raised:
        store.import_answers(rows, labels=["A"], source="g")

    assert "--replace" in raised.value.hint
    assert before == (store.answers.all(), store.journal.events())
    store.import_answers(rows, labels=["A"], source="g", replacing=True)
    assert ["empty", "other text"] == [answer.id for answer in whole(store.answers.standing(), {1: "A"})]


@pytest.mark.parametrize(
    "more",
    [{"annotator": "bob"}, {"complete": False}, {"repeat": True}, {"verdict": "skip"}, {"verdict": "reject"}],
)
def test_what_contradicts_nobody_comes_in(store: Store, more: dict):
    store.corpus.add_batch([NewText("one")], source="f")
    store.journal.scheme(["A"])
    store.answers.add(replace(accept(1, "mine"), spans=(SPAN,), scheme=1))

    rows = [NewAnswer(NewText("one"), replace(accept(0, "other"), **more))]
    assert 1 == store.import_answers(rows, labels=["A"], source="g").added
