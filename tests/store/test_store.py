from __future__ import annotations

import sqlite3
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from random import Random

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, create_engine

from loop.errors import StoreError
from loop.records import Answer, Candidate, Question, Span, Text
from loop.store import NewText, Store
from loop.store.database import SCHEMA_VERSION
from loop.store.naming import Naming, read_naming
from loop.store.schema import metadata


@pytest.fixture
def store(tmp_path: Path):
    with Store.create(tmp_path / "data" / "loop.db") as store:
        store.journal.scheme(["PART"])
        yield store


def fill(store: Store, *contents: str) -> list[Text]:
    store.corpus.add_batch([NewText(text) for text in contents], source="test")
    return store.corpus.texts(list(store.corpus.find(contents).values()))


def ask(text: Text, id_: str | None = None) -> Question:
    return Question(id_ or f"q{text.id}", text, ((0, 3),), (Span(0, 3, "PART"),), (Candidate(Span(0, 3, "PART"), 0.5),))


def say(text: Text, id_: str, **changes) -> Answer:
    return replace(Answer(id_, text.id, "ann", "accept", scheme=1, question_id=f"q{text.id}"), **changes)


def test_a_new_store_has_exactly_the_tables_of_the_schema(store: Store):
    engine = create_engine(f"sqlite:///{store.path}")
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
        version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
    engine.dispose()

    assert differences == []
    assert version == SCHEMA_VERSION


def test_an_answer_that_comes_while_those_that_train_are_read_waits_for_the_next_reading(store: Store, monkeypatch):
    first, second = fill(store, "one", "two")
    store.answers.add(say(first, "a"), ask(first))
    asked = ask(second)

    def meanwhile(connection: Connection) -> Naming:
        monkeypatch.undo()
        with Store(store.path) as session:
            session.answers.add(say(second, "b"), asked)
        return read_naming(connection)

    monkeypatch.setattr("loop.store.answers.read_naming", meanwhile)

    assert ["a"] == [answer.id for answer in store.answers.training()]
    assert ["a", "b"] == [answer.id for answer in store.answers.training()]


def test_only_the_owner_can_read_the_store(store: Store):
    fill(store, "one")

    files = [store.path, *store.path.parent.glob("loop.db-*")]
    assert len(files) == 3
    assert {0o600} == {stat.S_IMODE(file.stat().st_mode) for file in files}
    assert stat.S_IMODE(store.path.parent.stat().st_mode) == 0o700


def test_every_commit_reaches_the_disk(store: Store):
    with store._database.read() as connection:
        pragmas = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]

    assert pragmas == ["wal", 2]


@pytest.mark.parametrize("content", [b"not a database, but long enough to be looked at" * 40, b"\x00" * 8192])
def test_a_file_that_is_no_store_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "loop.db"
    path.write_bytes(content)

    with pytest.raises(StoreError):
        Store(path)
    assert path.read_bytes() == content


def test_a_sqlite_file_of_something_else_is_refused(tmp_path: Path):
    path = tmp_path / "loop.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()

    with pytest.raises(StoreError, match="not a loop store"):
        Store(path)


@pytest.mark.parametrize(("microseconds", "count"), [(-1, 1), (0, 1), (1, 0)])
def test_answers_since_a_time_are_those_given_at_it_or_later(store: Store, microseconds: int, count: int):
    (text,) = fill(store, "one")
    given = datetime(2026, 11, 30, tzinfo=timezone.utc)  # midnight, from which on the answers of a day are counted
    store.answers.add(say(text, "a", at=given), ask(text))

    assert count == store.answers.count(since=given + timedelta(microseconds=microseconds))


def test_duplicates_are_dropped_and_counted(store: Store):
    fill(store, "one", "two")

    report = store.corpus.add_batch([NewText("two"), NewText("three"), NewText("three")], source="more")

    assert (report.added, report.duplicates) == (1, 2)
    assert store.corpus.size() == 3


def test_a_batch_of_known_texts_leaves_no_trace(store: Store):
    fill(store, "one")

    assert store.corpus.add_batch([NewText("one")], source="again").batch == 0
    assert [batch.source for batch in store.corpus.batches()] == ["test"]


def test_a_batch_says_how_many_of_its_texts_are_answered(store: Store):
    texts = fill(store, "one", "two", "three")
    store.questions.publish([ask(text) for text in texts], round=0)
    for text in texts[:2]:
        store.answers.add(say(text, f"a{text.id}"))

    assert [(batch.texts, batch.answered) for batch in store.corpus.batches()] == [(3, 2)]


def test_an_import_is_all_or_nothing(store: Store):
    def broken():
        for number in range(12_000):
            yield NewText(f"text {number}")
        raise ValueError("line 12001")

    with pytest.raises(ValueError, match="line 12001"):
        store.corpus.add_batch(broken(), source="broken")
    assert store.corpus.size() == 0


def test_a_batch_taken_back_keeps_the_answered_texts(store: Store):
    one, _two = fill(store, "one", "two")
    store.questions.publish([ask(text) for text in store.corpus.texts([1, 2])], round=0)
    store.answers.add(say(one, "a1"))

    assert store.corpus.remove_batch(1) == (1, 1)
    assert store.corpus.pool_size() == 0
    assert store.questions.head("ann") is None
    with pytest.raises(StoreError, match="no batch 7"):
        store.corpus.remove_batch(7)


def test_the_same_seed_draws_the_same_sample_of_the_pool_and_leaves_answered_texts_out(store: Store):
    contents = [f"text {number}" for number in range(50)]
    texts = fill(store, *contents)
    store.questions.publish([ask(texts[0])], round=0)
    store.answers.add(say(texts[0], "a1"))

    samples = [store.corpus.sample_pool(20, Random(3)) for _ in range(2)]

    assert samples[0] == samples[1]
    assert len({text.id for text in samples[0]}) == 20
    assert {text.text for text in store.corpus.sample_pool(99, Random(1))} == set(contents) - {texts[0].text}


def sampled(store: Store, n: int, seed: int) -> list[int]:
    return [text.id for text in store.corpus.sample(n, Random(seed))]


def with_gaps(store: Store, *, before: int, kept: int, after: int) -> list[int]:
    """The ids of a batch of `kept` texts between two batches that are taken back."""
    for name, n in (("before", before), ("kept", kept), ("after", after)):
        store.corpus.add_batch([NewText(f"{name} {i}") for i in range(n)], source=name)
    store.corpus.remove_batch(1)
    store.corpus.remove_batch(3)
    return list(range(before + 1, before + kept + 1))


@pytest.mark.parametrize(("before", "after"), [(0, 0), (40, 30), (700, 600)])
def test_a_sample_holds_as_many_texts_as_are_asked_for_whatever_was_taken_back(store: Store, before: int, after: int):
    there = with_gaps(store, before=before or 1, kept=100, after=after or 1)

    for seed in range(5):
        assert 60 == len(set(sampled(store, 60, seed)) & set(there))
    assert there == sorted(sampled(store, 1000, 0))
    assert sampled(store, 60, 3) == sampled(store, 60, 3) != sampled(store, 60, 4)


@pytest.mark.parametrize("gone", [1, 12, 200])
def test_every_text_is_as_likely_in_a_sample_as_any_other(store: Store, gone: int):
    there = with_gaps(store, before=gone, kept=20, after=gone)
    drawn = Counter(id_ for seed in range(600) for id_ in sampled(store, 2, seed))

    assert set(there) == set(drawn)
    # 60 each; the standard deviation is 7.4.
    assert 30 <= min(drawn.values())
    assert max(drawn.values()) <= 90


def test_a_sample_of_a_corpus_without_texts_is_empty(store: Store):
    assert [] == store.corpus.sample(5, Random(0))


def test_a_text_is_asked_once(store: Store):
    one, two = fill(store, "one", "two")
    store.questions.publish([ask(one), ask(two)], round=0)
    store.answers.add(say(one, "a1"))
    store.questions.publish([ask(one, "q1 again"), ask(two, "q2 again")], round=0)

    head = store.questions.head("ann")
    assert head
    assert head.text == two


def test_a_new_queue_replaces_the_old_one_and_keeps_answered_questions(store: Store):
    one, two, three = fill(store, "one", "two", "three")
    store.questions.publish([ask(one), ask(two)], round=0)
    store.answers.add(say(one, "a1"))
    store.questions.publish([ask(three)], round=0)

    assert ["q3"] == [q.id for q in [store.questions.head("ann")] if q]
    assert store.questions.get(["q1", "q2", "q3"]).keys() == {"q1", "q3"}
    assert store.questions.waiting() == 1


def test_a_question_comes_back_as_it_was_published(store: Store):
    (text,) = fill(store, "one")
    question = replace(ask(text), lattice=b"\x00\x01", stream="uncertain", reason="why", round=3, entropy=0.5)
    store.questions.publish([question], round=0)

    assert store.questions.head("ann") == question


def test_a_question_that_was_begun_comes_first_until_it_is_answered(store: Store):
    one, two = fill(store, "one", "two")
    store.questions.publish([ask(one), ask(two)], round=0)
    store.drafts.save(ask(two), "ann", "{}")
    store.questions.publish([ask(one, "q1 again")], round=0)

    head = store.questions.head("ann")
    assert head
    assert head.id == "q2"
    assert store.drafts.of(ask(two), "ann") == "{}"
    store.answers.add(say(two, "a2"), ask(two))
    assert store.drafts.of(ask(two), "ann") is None


def test_an_answer_to_a_question_of_a_queue_long_gone_is_kept(store: Store):
    one, two = fill(store, "one", "two")
    store.questions.publish([ask(one)], round=0)
    for number in range(3):
        store.questions.publish([ask(two, f"two {number}")], round=0)

    store.answers.add(say(one, "a1"), ask(one))

    assert [answer.id for answer in store.answers.standing()] == ["a1"]


def test_a_changed_answer_stands_in_the_place_of_the_old_one_which_is_kept(store: Store):
    texts = fill(store, "one", "two")
    store.questions.publish([ask(text) for text in texts], round=0)
    for text in texts:
        store.answers.add(say(text, f"a{text.id}"))
    store.answers.add(say(texts[0], "a1b", retracts="a1", spans=(Span(0, 3, "PART"),)))

    assert [answer.id for answer in store.answers.standing()] == ["a1b", "a2"]
    assert [answer.id for answer in store.answers.all()] == ["a1", "a2", "a1b"]
    with pytest.raises(StoreError, match="another session"):
        store.answers.add(say(texts[0], "a1c", retracts="a1"))


def test_an_answer_taken_back_returns_its_text_to_the_pool(store: Store):
    (text,) = fill(store, "one")
    store.questions.publish([ask(text)], round=0)
    store.answers.add(say(text, "a1"))
    store.answers.add(say(text, "a1r", verdict="retract", retracts="a1"))

    assert store.answers.standing() == []
    assert store.corpus.pool_size() == 1


def test_what_bears_on_the_weights_is_in_the_event_log(store: Store):
    (text,) = fill(store, "one")
    store.questions.publish([ask(text)], round=0)
    store.answers.add(say(text, "a1"))
    store.journal.scheme(["PART", "BRAND"])
    store.journal.scheme(["PART", "BRAND"])

    assert ["labels", "batch_added", "answer", "labels"] == [kind for _, kind, _ in store.journal.events()]
    assert store.journal.schemes() == {1: ("PART",), 2: ("PART", "BRAND")}


@pytest.fixture(scope="module")
def used_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that stays open for all examples of a property."""
    with Store.create(tmp_path_factory.mktemp("used") / "loop.db") as store:
        yield store


@given(
    contents=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1), unique=True),
    meta=st.dictionaries(st.text(max_size=5), st.integers(-(2**53), 2**53) | st.text(max_size=5), max_size=3),
)
def test_texts_come_back_character_by_character(used_store, contents, meta):
    report = used_store.corpus.add_batch([NewText(text, "g", meta) for text in contents], source="s")
    found = used_store.corpus.find(contents)
    texts = used_store.corpus.texts([found[text] for text in contents])
    if report.batch:
        used_store.corpus.remove_batch(report.batch)

    assert [text.text for text in texts] == contents
    assert all((text.meta, text.group) == (meta, "g") for text in texts)


def test_a_slow_reader_of_texts_holds_up_no_answer(store: Store):
    (text,) = fill(store, "one")
    store.questions.publish([ask(text)], round=0)
    with Store(store.path) as other:

        def slowly():
            yield NewText("two")
            other.answers.add(say(text, "a1"))
            yield NewText("three")

        assert store.corpus.add_batch(slowly(), source="slow").added == 2
    assert [answer.id for answer in store.answers.standing()] == ["a1"]
    assert [text.text for text in store.corpus.texts([1, 2, 3])] == ["one", "two", "three"]


def test_a_store_locked_for_too_long_is_an_error_with_a_way_out(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("loop.store.database.BUSY", "busy_timeout=1")
    refused = pytest.raises(StoreError, match="cannot be used now")
    with Store(store.path) as other, store._database.write(), refused as caught:
        other.journal.scheme(["X"])
    assert caught.value.hint


def test_a_draft_of_a_text_taken_back_is_refused(store: Store):
    (text,) = fill(store, "one")
    store.questions.publish([ask(text)], round=0)
    store.corpus.remove_batch(1)

    with pytest.raises(StoreError, match="gone"):
        store.drafts.save(ask(text), "ann", "{}")


def test_questions_about_texts_that_were_taken_back_meanwhile_are_left_out(store: Store):
    store.corpus.add_batch([NewText("one"), NewText("two")], source="f")
    asked = [Question(f"q{text.id}", text, ((0, 3),), ()) for text in (*store.corpus.texts([1, 2]), Text(3, "gone"))]
    store.questions.publish(asked, round=0)
    store.requests.ask_for(3, "ann")
    store.requests.serve(asked[2])

    assert 2 == store.questions.waiting()
    assert {} == store.questions.get(["q3"])


@pytest.mark.parametrize(
    "dumped", ["[[0, 3", '{"start": 0}', "[[0, 3]]", '[[0, "3", "A"]]', '[[0.5, 3, "A"]]', "[[0, 3, null]]", "3"]
)
def test_an_answer_whose_spans_are_none_is_named_and_can_be_set_aside(store: Store, dumped: str):
    store.journal.scheme(["A"])
    for text in fill(store, "one", "two"):
        store.answers.add(say(text, f"a{text.id}"), ask(text))
    with store._database.write() as connection:
        connection.exec_driver_sql("UPDATE answers SET spans = ? WHERE id = 'a1'", (dumped,))
    with pytest.raises(StoreError, match="Answer a1 cannot be read") as caught:
        store.answers.standing()
    for problem in store.problems():
        store.repair(problem)

    assert "doctor --repair" in caught.value.hint
    assert ["a2"] == [answer.id for answer in store.answers.standing()]
