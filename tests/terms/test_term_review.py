from __future__ import annotations

from contextlib import suppress
from random import Random

import pytest
from terms_kitchen import FOODS, KITCHEN, pool_of, turn_to, vectors_of

from loop.errors import LoopError
from loop.records import TermDecision
from loop.terms.ranking import Ranking
from loop.terms.review import TermReview


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

    with pytest.raises(LoopError, match="“oil” has the label FOOD already"):
        review.examples({"PLACE": ["garden", "Oil"]})

    turn_to(review, "olive oil")
    review.narrow(-1)
    before = dict(book.patterns)

    with pytest.raises(LoopError, match="“oil” has the label FOOD already"):
        review.decide("yes", "PLACE")

    assert before == book.patterns
    assert review.current.verdict is None


@pytest.mark.parametrize("verdict", ["no", "depends"])
def test_what_is_confirmed_is_neither_refused_nor_left_to_the_place_by_correcting_edges(reviewed, book, verdict):
    review = reviewed("FOOD")
    review.examples({"FOOD": ["oil"]})
    turn_to(review, "olive oil")
    review.narrow(-1)

    with pytest.raises(LoopError, match="“oil” has the label FOOD already"):
        review.decide(verdict)

    assert 1 == len(book.kept)


def test_a_term_narrowed_to_a_word_that_is_everywhere_is_no_term(reviewed, book):
    review = reviewed("FOOD")
    review.examples({"FOOD": ["garlic"]})
    turn_to(review, "olive oil")
    review.widen(-1)
    review.narrow(1)
    review.narrow(1)

    with pytest.raises(LoopError, match="“the” is no term"):
        review.decide("yes")

    assert {"garlic": "FOOD"} == book.patterns


def test_what_stands_in_most_of_the_texts_is_not_proposed(book):
    pool = pool_of(*(f"{text} Garlic" for text in KITCHEN))
    review = TermReview(pool, Ranking(pool, vectors_of(pool)), ["FOOD"], book)
    review.examples({"FOOD": ["salt"]})
    seen = []
    while not seen or review.proposals:
        review.next_page()
        seen += strings(review)

    assert "thyme" in seen
    assert "Garlic" not in seen


def test_a_term_that_was_refused_and_then_confirmed_counts_as_confirmed_alone(reviewed):
    review = reviewed("FOOD")
    review.examples({"FOOD": ["garlic"]})
    turn_to(review, "olive oil")
    review.decide("no")
    review.examples({"FOOD": ["olive oil"]})

    assert ["garlic", "olive oil"] == review.known("FOOD") == reviewed("FOOD").known("FOOD")
    assert not review._refused


def test_the_page_is_turned_when_all_of_it_is_decided_in_whatever_order(reviewed):
    review = reviewed("FOOD")
    review.examples({"FOOD": ["garlic"]})
    review.next_page()
    page = strings(review)
    review.move(1)
    review.move(1)
    decided = []
    for _ in page:
        decided.append(review.current.term.string)
        review.decide("no")

    assert [*page[2:], *page[:2]] == decided
    assert not {*page} & {*strings(review)}


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


ACTIONS = ("yes", "no", "depends", "other", "narrow", "widen", "move", "page", "undo")


@pytest.mark.parametrize("seed", range(8))
def test_whatever_was_done_the_book_is_what_stands_and_undo_leads_back_to_nothing(reviewed, book, seed):
    review, rng = reviewed("FOOD", "PLACE"), Random(seed)
    review.examples({"FOOD": ["garlic"], "PLACE": ["shop"]})
    review.next_page()
    first = review.proposals
    for action in rng.choices(ACTIONS, k=60):
        act(review, action, rng)
    again = reviewed("FOOD", "PLACE")
    known = [[*map(review.known, review.labels)], [*map(again.known, again.labels)]]

    assert known[0] == known[1]
    assert {" ".join(review._pool.words_of(string)) for string in book.patterns} == {*known[0][0], *known[0][1]}

    while review.undo():
        pass

    assert ({}, []) == (book.patterns, book.kept)
    assert [[], []] == [review.known(label) for label in review.labels]

    fresh = reviewed("FOOD", "PLACE")
    fresh.examples({"FOOD": ["garlic"], "PLACE": ["shop"]})
    fresh.next_page()

    assert first == fresh.proposals


def act(review, action: str, rng: Random) -> None:
    if action in ("yes", "no", "depends"):
        with suppress(LoopError):  # a corrected term may have a label already
            review.decide(action)
    elif action == "other":
        with suppress(LoopError):
            review.decide("yes", rng.choice(review.labels))
    elif action in ("narrow", "widen"):
        getattr(review, action)(rng.choice([-1, 1]))
    elif action == "move":
        review.move(rng.choice([-1, 1]))
    elif action == "page":
        review.next_page()
    elif len(review.decided) > 1:
        review.undo()
