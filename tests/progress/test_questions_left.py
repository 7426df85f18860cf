from __future__ import annotations

import pytest

from loop.progress.questions_left import QuestionsLeft, questions_left
from loop.records import Answer
from loop.store import NewText, Store

LONGEST = 20  # tokens: 120 characters


@pytest.fixture
def left(tmp_path):
    with Store.create(tmp_path / "loop.db") as store:

        def left(*lengths: int, passages=()):
            store.corpus.add_batch(
                [NewText(f"{n} {'x' * length}"[:length]) for n, length in enumerate(lengths)], source=""
            )
            ids = {len(text.text): text.id for text in store.corpus.texts(range(1, len(lengths) + 1))}
            given = [
                Answer(f"a{n}", ids[length], "a", "accept", complete=False, passage=passage)
                for n, (length, passage) in enumerate(passages)
            ]
            return questions_left(store, given, LONGEST)

        yield left


def test_a_short_text_is_one_question(left):
    assert QuestionsLeft(3, "texts") == left(5, 60, 120)


def test_of_a_long_text_there_are_as_many_as_it_has_passages(left):
    assert QuestionsLeft(12, "questions") == left(50, 1320)


def test_what_passages_have_settled_is_not_asked_again_and_their_size_tells_how_many_are_left(left):
    assert QuestionsLeft(3, "questions") == left(50, 1320, passages=[(1320, (0, 600)), (1320, (600, 720))])


def test_without_texts_there_is_none(left):
    assert QuestionsLeft(0) == left()
