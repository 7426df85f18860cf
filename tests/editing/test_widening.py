"""Questions about a passage: where the cursor goes, what belongs to it, how it grows and shrinks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from editing_pages import Opinions, start, type_keys

from loop.editing import Likely, State, begin, from_draft, page_of, to_draft
from loop.editing.cursor import hints
from loop.records import Candidate, Question, Span, Text, TokenSpan

WORDS = " ".join(f"w{n}" for n in range(40))
IN, EDGE, OUT = TokenSpan(12, 13, "BRAND"), TokenSpan(8, 11, "BRAND"), TokenSpan(30, 31, "BRAND")


def asked(*marks: TokenSpan, passage: tuple[int, int] = (10, 20), **more: object) -> State:
    state = start(WORDS, *marks, **more)
    page = replace(state.page, passage=passage)
    return begin(page)


@pytest.mark.parametrize(
    ("keys", "word"),
    [
        ("", 10), ("left", 10), ("home", 10), ("end", 19), ("end right", 19), ("right right", 12), ("down", 19),
        ("tab", 10), ("tab tab", 12), ("tab tab tab", 10), ("s-tab", 12), ("pagedown", 19), ("pageup", 10),
    ],
)  # fmt: skip
def test_the_cursor_stays_in_the_passage(keys, word):
    assert word == type_keys(asked(EDGE, IN, OUT), keys).cursor


def test_what_touches_the_passage_belongs_to_it_and_nothing_else():
    assert (EDGE, IN) == asked(EDGE, IN, OUT).marks


def test_an_edge_may_leave_the_passage_but_a_mark_may_not():
    longer = type_keys(asked(IN, passage=(10, 13)), "tab k k")
    outside = type_keys(asked(passage=(10, 13)), "v B").marks

    assert (TokenSpan(12, 15, "BRAND"),) == longer.marks
    assert (TokenSpan(10, 11, "BRAND"),) == outside


def test_hints_and_matches_are_in_the_passage():
    state = asked(IN, passage=(10, 13))

    assert [11, 12] == sorted(hints(state).values())
    assert "“w30” is not in this text." == type_keys(state, ["/", "w", "3", "0", "enter"]).message
    assert 12 == type_keys(state, ["/", "w", "1", "2", "enter"]).cursor


def test_the_same_string_is_marked_everywhere_in_the_passage_only():
    state = start("a b a b a b a b", TokenSpan(2, 3, "BRAND"))
    state = begin(replace(state.page, passage=(2, 5)))

    assert (TokenSpan(2, 3, "BRAND"), TokenSpan(4, 5, "BRAND")) == type_keys(state, "tab e").marks


def test_a_wider_passage_shows_what_was_suggested_there_and_keeps_what_was_decided():
    near = TokenSpan(22, 23, "PART")
    state = type_keys(asked(IN, near, OUT), "tab d )")

    assert (0, 30) == state.page.passage
    assert ((near,), (IN, near)) == (state.marks, state.page.suggested)


def test_what_another_source_suggests_stays_when_the_model_decides_the_rest_anew():
    near = TokenSpan(22, 23, "PART")
    model = Opinions([(IN,), (EDGE,)])
    state = start(WORDS, IN, near, OUT, elsewhere=(near, OUT), suggester=model)
    state = type_keys(begin(replace(state.page, passage=(10, 20))), ") tab d")

    assert (EDGE, near) == state.marks


def test_it_grows_to_the_whole_text_and_no_further():
    state = type_keys(asked(IN), ") )")

    assert state.page.passage is None
    assert "Now the whole text is asked about." == state.message
    assert "This asks about the whole text." == type_keys(state, ")").message


def test_a_narrower_passage_leaves_what_the_annotator_decided_in_it():
    state = type_keys(asked(EDGE, IN, passage=(0, 40)), "tab tab y (")

    assert (10, 30) == state.page.passage
    assert (EDGE, IN) == state.marks
    narrowest = type_keys(state, "( (")
    assert (12, 13) == narrowest.page.passage
    assert (IN,) == narrowest.marks
    assert "cannot be narrower" in type_keys(narrowest, "(").message


def test_undo_takes_the_passage_back():
    wider = type_keys(asked(IN), "tab ) d")

    assert [(0, 30), (10, 20), (0, 30)] == [type_keys(wider, keys).page.passage for keys in ("u", "u u", "u u z")]


def test_a_whole_text_becomes_a_passage():
    state = type_keys(start(WORDS, IN, OUT), "tab (")

    assert (10, 30) == state.page.passage
    assert (IN,) == state.marks


def test_a_draft_keeps_its_passage():
    before = type_keys(asked(IN), "tab d )")
    after = from_draft(asked(IN).page, to_draft(before))

    assert after is not None
    assert before.page.passage == after.page.passage
    assert before.now == after.now


def long_question(passage: tuple[int, int]) -> Question:
    """About a passage of the second of three parts of a document; only that part is tokenized."""
    part = WORDS + " "
    at = len(part)
    tokens, place = [], at
    for word in part.split():
        tokens.append((place, place + len(word)))
        place += len(word) + 1
    span = Span(*tokens[12], "BRAND")
    found = (Candidate(span, 0.7), Candidate(Span(*tokens[30], "BRAND"), 0.4))
    return Question("q", Text(1, part * 3), tuple(tokens), (span,), found, passage=(tokens[10][0], tokens[19][1]))


def test_of_a_long_document_only_a_part_is_on_the_page():
    question = long_question((10, 20))
    page = page_of(question, ("BRAND",))

    assert (WORDS, True, (10, 20)) == (page.text, page.is_excerpt, page.passage)
    assert question.passage == page.asked
    assert question.prediction == begin(page).spans
    assert [Likely(IN, 0.7), Likely(OUT, 0.4)] == list(page.likely)
    assert "The rest of this document is asked about by itself." == type_keys(begin(page), ") ) )").message


def test_an_edge_moves_over_a_neighbour_that_crosses_the_edge_of_the_passage():
    state = type_keys(asked(EDGE, TokenSpan(11, 13, "PART")), "tab tab i")

    assert (TokenSpan(10, 13, "PART"),) == state.marks
