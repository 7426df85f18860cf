from __future__ import annotations

import spacy

from loop.base import batching as piping
from loop.base.batching import by_length, piped


def test_long_texts_are_fewer_at_a_time_and_the_longest_alone(monkeypatch):
    monkeypatch.setattr(piping, "CHARACTERS", 10)

    assert [["aaaa", "bbbb"], ["cccccccccccc"], ["d", "e", "f"], ["g"]] == list(
        by_length(["aaaa", "bbbb", "cccccccccccc", "d", "e", "f", "g"], most=3)
    )
    assert [] == list(by_length([]))


def test_docs_are_as_long_as_their_texts(monkeypatch):
    monkeypatch.setattr(piping, "CHARACTERS", 10)
    docs = [*spacy.blank("en").pipe(["one two", "three", "four"])]

    assert [docs[:1], docs[1:]] == list(by_length(docs))


def test_every_text_comes_out_in_its_place(monkeypatch):
    monkeypatch.setattr(piping, "CHARACTERS", 20)
    texts = [f"text {'very ' * (n % 4)}{n}" for n in range(30)]

    assert texts == [doc.text for doc in piped(spacy.blank("en"), texts)]
