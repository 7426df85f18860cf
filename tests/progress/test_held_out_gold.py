from __future__ import annotations

import pytest

from loop.held_out import NOTHING_RESERVED, is_held_out
from loop.progress.held_out_gold import GoldText, held_out_now, one_sided
from loop.records import Answer, Span, Text
from loop.store import NewText
from loop.truth import resolve

SPAN = Span(0, 5, "A")
ANSWER = Answer("x", 1, "ann", "accept", (SPAN,), scheme=1, rank=1)


def test_a_text_of_the_corpus_has_an_answer_and_one_of_a_gold_file_has_none():
    truth = resolve([ANSWER], {1: ("A",)})
    asked = GoldText("chain", (SPAN,), ("A",), "1", Text(1, "chain"), truth)
    of_file = GoldText("chain", (SPAN,), ("A",), "1", None, truth)

    assert ANSWER == asked.answer
    assert of_file.answer is None


def add(store, n: int, *, of: int = 1) -> None:
    """Add texts, so many of each group; those of groups of one have none."""
    texts = (NewText(f"text {i}", group=None if of == 1 else f"g{i // of}") for i in range(n))
    store.corpus.add_batch(texts, source="x")


def hold_out(store, text_id: int) -> None:
    scheme = store.journal.scheme(["PART"])
    store.answers.add(Answer(f"held {text_id}", text_id, "ann", "accept", scheme=scheme, held_out=True))


@pytest.mark.parametrize("of", [1, 3])
@pytest.mark.parametrize(("units", "share"), [(1, 0.0), (9, 0.0), (10, 0.1)])
def test_a_share_of_less_than_one_text_or_group_holds_out_none(store, settings, of, units, share):
    add(store, units * of, of=of)

    assert share == held_out_now(store, settings, NOTHING_RESERVED).share
    assert (not share) == (one_sided(store, settings) is not None)


def test_texts_and_groups_are_counted_together(store):
    add(store, 12, of=3)
    store.corpus.add_batch([NewText("alone"), NewText("another")], source="x")

    assert [2, 6, 6] == [store.corpus.units(most) for most in (2, 6, 10)]


def test_the_reason_says_how_many_texts_it_takes(store, settings):
    add(store, 3)
    found = one_sided(store, settings)
    why = "a share of 0.1 takes at least 10 texts or groups, and the project has 3"

    assert found
    assert f"no texts are held out: {why}" == found.words
    assert "Add more texts" in found.way_out


def test_few_texts_are_no_reason_where_a_file_evaluates_or_nothing_is_to_be_held_out(store, settings, with_settings):
    add(store, 3)

    assert one_sided(store, with_settings("project", eval="gold.jsonl")) is None
    assert one_sided(store, with_settings("queue", held_out_share=0.0)) is None


def test_a_project_with_held_out_answers_keeps_its_split(store, settings):
    add(store, 3)
    hold_out(store, 1)
    line = held_out_now(store, settings, NOTHING_RESERVED)

    assert settings.held_out_share == line.share
    assert not line.may_teach(Text(1, "text 0"))
    assert one_sided(store, settings) is None


def test_a_project_whose_only_document_was_answered_as_held_out_says_so(store, settings):
    add(store, 1)
    hold_out(store, 1)
    found = one_sided(store, settings)

    assert found
    assert found.words.startswith("all texts are held out, so none trains: ")


def test_a_document_of_which_a_part_teaches_goes_on_teaching_when_others_come(store, with_settings):
    settings = with_settings("queue", held_out_share=0.5)
    name = next(f"text {n}" for n in range(99) if is_held_out(Text(0, f"text {n}"), share=0.5, seed=0))
    store.corpus.add_batch([NewText(name)], source="x")
    scheme = store.journal.scheme(["PART"])
    store.answers.add(Answer("a", 1, "ann", "accept", scheme=scheme, complete=False, passage=(0, 4)))
    store.corpus.add_batch([NewText(f"other {n}") for n in range(10)], source="y")
    line = held_out_now(store, settings, NOTHING_RESERVED)

    assert 0.5 == line.share
    assert line.may_teach(Text(1, name))
    assert not line.may_teach(Text(99, name))
