from __future__ import annotations

from dataclasses import replace

from terminal_project import LABELS, question
from unit_lattices import units

from loop.editing import begin, keymap, page_of, press
from loop.records import TokenSpan
from loop.suggest import LatticeSuggester, suggester_of

SRAM_RIVAL = units(LABELS, (0.7, 0.2), (0.1, 0.3))


def test_analyses_come_best_first_and_agree_with_what_is_decided() -> None:
    model = LatticeSuggester(SRAM_RIVAL)

    assert [(TokenSpan(0, 1, "BRAND"),), (TokenSpan(0, 1, "BRAND"), TokenSpan(1, 2, "PART"))] == model.analyses(
        (), (), 2
    )
    assert [(TokenSpan(0, 1, "PART"), TokenSpan(1, 2, "BRAND"))] == model.analyses(
        [TokenSpan(0, 1, "PART"), TokenSpan(1, 2, "BRAND")], (), 5
    )
    assert [()] == model.analyses((), [(0, 2)], 5)


def test_likely_marks_come_with_their_probability() -> None:
    model = LatticeSuggester(SRAM_RIVAL)
    likely = [(item.mark, round(item.p or 0.0, 3)) for item in model.likely((), ())]

    assert [(TokenSpan(0, 1, "BRAND"), 0.7), (TokenSpan(1, 2, "PART"), 0.3), (TokenSpan(0, 1, "PART"), 0.2)] == likely[
        :3
    ]
    assert likely[1:2] == [(item.mark, round(item.p or 0.0, 3)) for item in model.likely((), (), 0.25, (1, 2))]
    assert [1.0] == [item.p for item in model.likely([TokenSpan(0, 1, "PART")], [(1, 2)])]


def test_a_mark_inside_a_blank_range_counts_because_it_was_decided_later() -> None:
    assert [(TokenSpan(1, 2, "PART"),)] == LatticeSuggester(SRAM_RIVAL).analyses([TokenSpan(1, 2, "PART")], [(0, 2)], 5)


def test_what_no_analysis_allows_gives_nothing() -> None:
    overlapping = [TokenSpan(0, 2, "PART"), TokenSpan(1, 2, "PART")]

    assert [] == LatticeSuggester(SRAM_RIVAL).analyses(overlapping, (), 1)
    assert [] == LatticeSuggester(SRAM_RIVAL).likely(overlapping, ())


def test_a_question_without_a_lattice_has_no_suggester() -> None:
    assert None is suggester_of(question("a"))


def test_r_in_the_editor_steps_through_the_lattices_analyses() -> None:
    asked = replace(question("SRAM Rival", "SRAM=BRAND 70"), lattice=SRAM_RIVAL)
    state = begin(page_of(asked, LABELS, suggester=suggester_of(asked)))
    state = press(state, "r", keymap(LABELS))

    assert (TokenSpan(0, 1, "BRAND"), TokenSpan(1, 2, "PART")) == state.marks
    assert "Prediction 2 of 9 for the text." == state.message
