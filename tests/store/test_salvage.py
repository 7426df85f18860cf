from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from loop.errors import StoreError
from loop.records import Answer, Question, Span
from loop.store import NewText, Store
from loop.store.checking import is_damaged
from loop.store.salvage import DERIVED, TABLES, salvage
from loop.store.schema import metadata

PAGE = 4096


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of many pages: texts, answers of which some are changed, questions, drafts."""
    path = tmp_path_factory.mktemp("whole") / "loop.db"
    with Store.create(path) as store:
        store.corpus.add_batch([NewText(f"text {n} " + "x" * 100) for n in range(300)], source="s")
        store.journal.scheme(["A"])
        asked = [Question(f"q{text.id}", text, ((0, 4),), ()) for text in store.corpus.texts(range(1, 121))]
        store.questions.publish(asked, round=0)
        for question in asked[:60]:
            given = Answer(f"a{question.text.id}", question.text.id, "ann", "accept", scheme=1, question_id=question.id)
            store.answers.add(given)
        for n in range(1, 20):
            store.answers.add(Answer(f"b{n}", n, "ann", "accept", (Span(0, 4, "A"),), scheme=1, retracts=f"a{n}"))
        for question in asked[60:70]:
            store.drafts.save(question, "ann", "{}")
    return path


def contents(path: Path) -> tuple[dict[int, str], dict[str, Answer]]:
    with Store(path) as store:
        texts = {text.id: text.text for text in store.corpus.texts(range(1, 301))}
        return texts, {answer.id: answer for answer in store.answers.all()}


def test_every_table_is_saved_or_laid_out_again():
    assert {*metadata.tables} - {"queue"} == {table.name for table in TABLES}
    assert "queues" in DERIVED


def test_a_sound_store_is_saved_completely(whole: Path, tmp_path: Path):
    done = salvage(whole, tmp_path / "loop.db")

    assert contents(whole) == contents(tmp_path / "loop.db")
    assert {0} == set(done.lost.values())


def schema_pages(content: bytes) -> set[int]:
    """The pages, counted from 0, that hold the names of the tables beside the first one.

    That is the root of their tree: https://sqlite.org/fileformat2.html, 1.6.
    """
    assert 0x05 == content[100]
    cells = [int.from_bytes(content[112 + 2 * n : 114 + 2 * n], "big") for n in range(content[104])]
    return {int.from_bytes(content[at : at + 4], "big") - 1 for at in (*cells, 108)}


def test_without_the_names_of_the_tables_nothing_is_saved_and_a_backup_is_asked_for(whole: Path, tmp_path: Path):
    content, bad = whole.read_bytes(), tmp_path / "bad.db"
    for page in schema_pages(content):
        bad.write_bytes(content[: page * PAGE] + bytes(PAGE) + content[(page + 1) * PAGE :])

        with pytest.raises(StoreError, match="malformed") as refused:
            salvage(bad, tmp_path / "new.db")
        assert "backup" in refused.value.hint
        assert [bad] == [*tmp_path.iterdir()]


@pytest.mark.parametrize("byte", [0x00, 0xFF])
def test_whichever_page_is_damaged_the_rest_is_saved_and_nothing_is_made_up(whole: Path, tmp_path: Path, byte: int):
    texts, answers = contents(whole)
    said = {(answer.text_id, answer.spans) for answer in answers.values()}
    content = whole.read_bytes()
    pages = len(content) // PAGE
    best = 0
    for page in set(range(1, pages, 7)) - schema_pages(content):
        bad, new = tmp_path / f"bad-{page}.db", tmp_path / f"new-{page}.db"
        bad.write_bytes(content[: page * PAGE] + bytes([byte]) * PAGE + content[(page + 1) * PAGE :])
        salvage(bad, new)
        saved_texts, saved_answers = contents(new)
        with Store(new) as store:
            assert [] == store.problems()
        best = max(best, len(saved_texts) + len(saved_answers))

        assert saved_texts.items() <= texts.items()
        assert {(answer.text_id, answer.spans) for answer in saved_answers.values()} <= said
        assert not is_damaged(new)
    assert pages > 30
    assert best == len(texts) + len(answers)  # a damaged index, or a page of something else, loses none of them


def test_a_store_that_was_cut_short_keeps_what_lies_before_the_cut(whole: Path, tmp_path: Path):
    bad = tmp_path / "bad.db"
    bad.write_bytes(whole.read_bytes()[: 40 * PAGE + 100])
    done = salvage(bad, tmp_path / "new.db")

    assert 0 < done.saved["texts"] < 300
    assert is_damaged(bad)


def test_where_the_list_of_tables_is_damaged_nothing_can_be_saved(whole: Path, tmp_path: Path):
    content = whole.read_bytes()
    at = content.index(b"CREATE TABLE drafts") // PAGE * PAGE
    (tmp_path / "bad.db").write_bytes(content[:at] + bytes(PAGE) + content[at + PAGE :])

    with pytest.raises(StoreError, match="Nothing in") as refused:
        salvage(tmp_path / "bad.db", tmp_path / "new.db")
    assert "backup" in refused.value.hint


def test_what_is_no_store_at_all_cannot_be_saved(tmp_path: Path):
    (tmp_path / "bad.db").write_bytes(b"\xff" * 9 * PAGE)

    with pytest.raises(StoreError, match="Nothing in"):
        salvage(tmp_path / "bad.db", tmp_path / "new.db")


def test_a_scheme_and_a_batch_that_are_lost_are_found_in_the_events(whole: Path, tmp_path: Path):
    bad = tmp_path / "bad.db"
    bad.write_bytes(whole.read_bytes())
    with closing(sqlite3.connect(bad)) as connection:
        for table in ("schemes", "batches", "events"):
            connection.execute(f"DELETE FROM {table}" + " WHERE kind = 'answer'" * (table == "events"))
        connection.commit()
    salvage(bad, tmp_path / "new.db")

    assert contents(whole) == contents(tmp_path / "new.db")
    with Store(tmp_path / "new.db") as store:
        assert {1: ("A",)} == store.journal.schemes()
