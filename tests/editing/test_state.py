from __future__ import annotations

from editing_pages import LABELS, Opinions, page, start, type_keys

from loop.editing import Likely, left_out, likely, looking_at, resume
from loop.records import Span, TokenSpan

TEXT = "my SRAM Rival and my Canyon"
SRAM = TokenSpan(1, 2, "BRAND")
RIVAL = TokenSpan(2, 3, "PART")
CANYON = TokenSpan(5, 6, "BRAND")


def test_a_new_question_rests_on_the_first_word_with_the_first_label() -> None:
    state = start("   my SRAM", TokenSpan(2, 3, "BRAND"))

    assert (1, True, LABELS[0]) == (state.cursor, state.rest, state.active)


def test_a_reopened_answer_is_decided_as_a_whole() -> None:
    model = Opinions([(SRAM, RIVAL, CANYON)], [Likely(RIVAL, 0.9)])
    state = resume(page(TEXT, SRAM, suggester=model), [Span(3, 7, "BRAND")], flag=True, memo="hm")
    edited = type_keys(state, "end 1")

    assert ((SRAM,), True, "hm") == (state.marks, state.now.flag, state.now.memo)
    assert (SRAM, CANYON) == edited.marks
    assert () == left_out(state)


def test_a_reopened_answer_can_begin_where_there_is_something_to_see() -> None:
    state = resume(page(TEXT, SRAM), [Span(3, 7, "BRAND")])

    assert (5, False) == ((there := looking_at(state, Span(21, 27, ""))).cursor, there.rest)
    assert state == looking_at(state, None)
    assert state == looking_at(state, Span(7, 8, ""))  # white space alone


def test_probabilities_follow_what_was_decided() -> None:
    model = Opinions([(SRAM,)], [Likely(RIVAL, 0.9), Likely(CANYON, 0.5)])
    state = start(TEXT, SRAM, likely=(Likely(RIVAL, 0.1),), suggester=model)

    assert [0.1] == [item.p for item in likely(state)]
    assert [0.9, 0.5] == [item.p for item in likely(type_keys(state, "tab y"))]


def test_of_a_model_that_knows_little_only_the_most_probable_candidates_are_offered() -> None:
    text = " ".join(f"w{n}" for n in range(40))
    everywhere = [Likely(TokenSpan(n, n + 1, "PART"), 0.2 + n / 1000) for n in range(40)]
    few = left_out(start(text, likely=tuple(reversed(everywhere))))

    assert everywhere[-5:] == sorted(few)
    assert everywhere[:3] == sorted(left_out(start(text, likely=tuple(everywhere[:3]))))


def test_unlikely_candidates_are_not_offered() -> None:
    assert () == left_out(start(TEXT, likely=(Likely(RIVAL, 0.1),)))
    assert (Likely(RIVAL, 0.2),) == left_out(start(TEXT, likely=(Likely(RIVAL, 0.2), Likely(RIVAL, 0.2))))
