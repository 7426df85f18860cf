from __future__ import annotations

import pytest
from terms_kitchen import FOODS, turn_to

from loop.errors import LoopError
from loop.records import TermDecision


def strings(review) -> list[str]:
    return [each.term.string for each in review.proposals]


def test_terms_like_the_examples_are_proposed_and_neither_the_examples_nor_others(reviewed):
    review = reviewed()
    review.examples({"FOOD": ["garlic", "salt"]})
    review.next_page()

    assert {*FOODS} - {"garlic", "salt"} <= {*strings(review)}
    assert {"FOOD"} == {each.label for each in review.proposals}


def test_each_verdict_is_kept_and_only_yes_makes_a_pattern(reviewed, book):
    review = reviewed()
    review.examples({"FOOD": ["garlic"]})
    review.next_page()
    first, second, third = strings(review)[:3]
    for verdict in ("yes", "no", "depends"):
        review.decide(verdict)

    assert {"garlic": "FOOD", first: "FOOD"} == book.patterns
    assert [
        TermDecision("garlic", "yes", "FOOD", ("FOOD",), "example"),
        TermDecision(first, "yes", "FOOD", ("FOOD",)),
        TermDecision(second, "no", None, ("FOOD",)),
        TermDecision(third, "depends", None, ("FOOD",)),
    ] == book.decided()


def test_what_was_decided_is_proposed_neither_again_nor_in_the_next_review(reviewed):
    review = reviewed()
    review.examples({"FOOD": ["garlic"]})
    review.next_page()
    decided = strings(review)[:3]
    for verdict in ("yes", "no", "depends"):
        review.decide(verdict)
    review.next_page()
    again = reviewed()
    again.next_page()

    assert not {*decided} & {*strings(review)}
    assert not {*decided} & {*strings(again)}


def test_what_is_left_undecided_on_a_page_comes_in_the_next_review_only(reviewed):
    review = reviewed()
    review.examples({"FOOD": ["garlic"]})
    review.next_page()
    first = strings(review)
    review.next_page()
    again = reviewed()
    again.next_page()

    assert not {*first} & {*strings(review)}
    assert first == strings(again)


def test_undo_goes_back_across_pages_to_the_examples_and_leaves_no_trace(reviewed, book):
    review = reviewed()
    review.examples({"FOOD": ["garlic"]})
    review.next_page()
    first = review.proposals
    for _ in first:
        review.decide("no")
    review.next_page()
    review.decide("yes")
    undone = [[each.string for each in review.undo()] for _ in range(len(first) + 3)]

    assert [*reversed([each.term.string for each in first]), "garlic"] == [each for (each,) in undone[1:-1]]
    assert [] == undone[-1]
    assert (first, 0) == (review.proposals, review.at)
    assert ({}, []) == (book.patterns, book.kept)


def test_a_page_follows_from_what_was_decided_so_the_same_decisions_give_the_same_pages(reviewed, book):
    pages = []
    for _ in range(2):
        review = reviewed("FOOD", "PLACE")
        review.examples({"FOOD": ["garlic", "salt"], "PLACE": ["shop"]})
        review.next_page()
        for _ in range(10):
            review.decide("yes" if review.current.term.string in FOODS else "no")
        pages.append(review.proposals)
        while review.undo():
            pass

    assert pages[0] == pages[1]


def test_each_label_has_its_turn_and_another_label_can_be_chosen(reviewed, book):
    review = reviewed("FOOD", "PLACE")
    review.examples({"FOOD": ["garlic", "salt"], "PLACE": ["shop", "garden"]})
    review.next_page()
    term = review.current.term.string
    right = "FOOD" if term in FOODS else "PLACE"
    review.decide("yes", right)

    assert {"FOOD", "PLACE"} == {each.label for each in review.proposals}
    assert right == book.patterns[term]
    assert right == review.proposals[0].label


def test_a_label_whose_terms_are_confirmed_gets_more_turns(reviewed):
    review = reviewed("FOOD", "PLACE")
    review.examples({"FOOD": ["garlic", "salt"], "PLACE": ["shop", "garden"]})
    review.next_page()
    for _ in review.proposals:
        review.decide("yes" if review.current.label == "PLACE" else "no")

    assert ["PLACE"] * 4 == [each.label for each in review.proposals][:4]


def test_edges_are_corrected_by_the_words_that_stand_there(reviewed, book):
    review = reviewed()
    review.examples({"FOOD": ["garlic"]})
    turn_to(review, "olive oil")

    assert review.narrow(-1)
    assert "oil" == review.current.term.string
    assert not review.narrow(1)
    assert review.widen(-1)
    assert "olive oil" == review.current.term.string
    assert review.widen(-1)
    assert ("the olive oil", 2) == (review.current.term.string, review.current.term.count)


def test_a_corrected_term_is_decided_instead_of_the_proposed_one(reviewed, book):
    review = reviewed()
    review.examples({"FOOD": ["garlic"]})
    turn_to(review, "olive oil")
    review.narrow(-1)
    review.decide("yes")
    again = reviewed()
    again.next_page()

    assert TermDecision("oil", "yes", "FOOD", ("FOOD",), "terms", "olive oil") == book.decided()[-1]
    assert not {"oil", "olive oil"} & {*strings(again)}


def test_it_runs_dry_when_hardly_any_of_the_last_twenty_is_confirmed(reviewed):
    review = reviewed()
    review.examples({"FOOD": ["garlic"]})
    review.next_page()
    said = []
    for n in range(22):
        review.decide("yes" if n < 2 else "no")
        said.append(review.runs_dry)

    assert [False] * 19 + [True] * 3 == said
    assert 2 == sum(review.decided)


@pytest.mark.parametrize(
    ("examples", "words"),
    [
        ({"FOOD": ["garlic", "saffron"]}, "“saffron” occurs in none of the 32 texts."),
        ({"FOOD": ["garlic"], "PLACE": ["shop", "Garlic"]}, "“Garlic” is given as FOOD and as PLACE."),
        ({"DRINK": ["salt"]}, "DRINK is not a label of this project."),
        ({"FOOD": ["."]}, "“.” is no term: it is in 32 of the 32 texts."),
    ],
)
def test_examples_that_cannot_be_meant_are_refused_and_nothing_is_kept(reviewed, book, examples, words):
    with pytest.raises(LoopError, match="^" + words.replace("“.”", "“\\.”")):
        reviewed("FOOD", "PLACE").examples(examples)

    assert ({}, []) == (book.patterns, book.kept)


def test_a_string_that_has_a_label_gets_no_second_one(reviewed, book):
    review = reviewed("FOOD", "PLACE")
    review.examples({"FOOD": ["oil"], "PLACE": ["shop"]})

    with pytest.raises(LoopError, match="“Oil” has the label FOOD already"):
        review.examples({"PLACE": ["garden", "Oil"]})

    turn_to(review, "olive oil")
    review.narrow(-1)
    before = dict(book.patterns)

    with pytest.raises(LoopError, match="“oil” has the label FOOD already"):
        review.decide("yes", "PLACE")

    assert before == book.patterns
    assert review.current.verdict is None


def test_a_refused_term_may_be_proposed_for_a_label_that_was_added_later(reviewed, book):
    review = reviewed("FOOD")
    review.examples({"FOOD": ["garlic"]})
    turn_to(review, "basil")
    review.decide("no")
    later = reviewed("FOOD", "SPICE")
    later.examples({"SPICE": ["thyme"]})
    later.next_page()

    labels = {each.term.string: each.label for each in later.proposals}

    assert "SPICE" == labels["basil"]
    assert "FOOD" in labels.values()
