from __future__ import annotations

from pathlib import Path

import pytest

from loop.store import NewText, Store
from loop.store.answers import standing_of
from loop.store.publishing import text_ids

# More than the variables that SQLite allows a statement, 250,000 at the most.
MANY = list(range(2, 300_002))


@pytest.fixture
def store(tmp_path: Path):
    with Store.create(tmp_path / "loop.db") as store:
        store.corpus.add_batch([NewText("one")], source="test")
        yield store


def test_300_000_texts_can_be_asked_for_at_once(store: Store) -> None:
    with store._database.read() as connection:
        assert {1} == text_ids(connection, [*MANY, 1])
        assert [] == standing_of(connection, MANY)
    assert [1] == [text.id for text in store.corpus.texts([*MANY, 1])]


def test_300_000_questions_can_be_asked_for_at_once(store: Store) -> None:
    assert {} == store.questions.get(map(str, MANY))
