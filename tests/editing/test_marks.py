from __future__ import annotations

from editing_pages import page

from loop.editing import Likely, page_of
from loop.records import Candidate, Question, Span, Text, TokenSpan

TEXT = "my SRAM Rival"
QUESTION = Question(
    "q1",
    Text(1, TEXT),
    ((0, 2), (3, 7), (8, 13)),
    prediction=(Span(3, 7, "BRAND"),),
    candidates=(
        Candidate(Span(8, 13, "PART"), 0.2),
        Candidate(Span(3, 7, "BRAND"), 0.8),
        Candidate(Span(0, 2, "X"), 0.9),
    ),
)


def test_a_question_becomes_a_page_in_tokens() -> None:
    made = page_of(QUESTION, ["BRAND", "PART"])

    assert (TokenSpan(1, 2, "BRAND"),) == made.shown
    assert (Likely(TokenSpan(1, 2, "BRAND"), 0.8), Likely(TokenSpan(2, 3, "PART"), 0.2)) == made.likely


def test_a_pattern_hit_is_ranked_before_doubts() -> None:
    match = Candidate(Span(0, 2, "PART"), None, "pattern")
    made = page_of(Question("q", Text(1, TEXT), QUESTION.tokens, (), (*QUESTION.candidates, match)), ["BRAND", "PART"])

    assert Likely(TokenSpan(0, 1, "PART"), None) == made.likely[0]


def test_manual_mode_suggests_nothing() -> None:
    made = page_of(QUESTION, ["BRAND", "PART"], mode="manual")

    assert ((), (), None) == (made.shown, made.likely, made.suggester)


def test_spans_within_words_are_widened_to_whole_words() -> None:
    assert (TokenSpan(1, 3, "PART"),) == page(TEXT).snap([Span(4, 9, "PART")])


def test_spans_of_white_space_or_other_labels_are_dropped() -> None:
    assert () == page("a   b").snap([Span(1, 3, "PART"), Span(0, 1, "OTHER"), Span(9, 12, "PART")])


def test_of_overlapping_spans_the_earlier_stays() -> None:
    assert (TokenSpan(0, 2, "PART"),) == page(TEXT).snap([Span(3, 13, "BRAND"), Span(0, 7, "PART")])


def test_marks_become_the_spans_they_came_from() -> None:
    spans = (Span(0, 7, "PART"), Span(8, 13, "BRAND"))

    assert spans == page(TEXT).spans(page(TEXT).snap(spans))


def test_occurrences_ignore_case_and_markup_is_no_pattern() -> None:
    assert [(0, 1), (2, 3)] == page("A.b x a.B axb").occurrences("a.b")
    assert [] == page("a b").occurrences("  ")


def test_a_text_without_words_has_no_steps() -> None:
    assert (0, ()) == (page("").step(0, 1), page("   ").words)
