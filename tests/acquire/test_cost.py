from __future__ import annotations

from random import Random

import pytest

from loop.acquire.cost import ENOUGH, fitted_cost
from loop.records import Span
from loop.timing import PRIOR, CostModel, Timed, edits

SLOW = CostModel(constant=3.0, token=0.5, span=1.0, edit=9.0)


def answers(model: CostModel, n: int, *, seed: int = 0) -> list[Timed]:
    rng = Random(seed)
    found = []
    for _ in range(n):
        tokens, spans = rng.randint(3, 60), rng.randint(0, 6)
        changed = rng.randint(0, spans)
        right = model.seconds(tokens=tokens, spans=spans, edits=changed)
        found.append(Timed(tokens, spans, changed, right * rng.uniform(0.8, 1.2)))
    return found


def errors(one: CostModel, other: CostModel) -> list[float]:
    return [
        abs(one.seconds(tokens=t, spans=s, edits=e) - other.seconds(tokens=t, spans=s, edits=e))
        for t, s, e in ((5, 0, 0), (20, 2, 1), (50, 5, 5))
    ]


def test_the_prior_holds_until_there_are_enough_answers():
    assert fitted_cost([]) is PRIOR
    assert fitted_cost(answers(SLOW, ENOUGH - 1)) is PRIOR
    assert fitted_cost(answers(SLOW, ENOUGH)) != PRIOR


def test_the_model_comes_nearer_to_the_annotator_with_every_answer():
    distance = [max(errors(fitted_cost(answers(SLOW, n)), SLOW)) for n in (0, 40, 400)]

    assert distance[0] > 2 * distance[1] > 2 * distance[2]
    assert distance[2] < 0.05 * SLOW.seconds(tokens=50, spans=5, edits=5)


def test_breaks_and_answers_nobody_read_do_not_count():
    given = answers(SLOW, 100)
    absurd = [Timed(10, 1, 1, 3600.0), Timed(10, 1, 1, 0.0), Timed(40, 5, 5, 0.01)] * 20

    assert fitted_cost([*given, *absurd]) == fitted_cost(given)


def test_a_few_long_looks_out_of_the_window_change_little():
    given = answers(PRIOR, 200)
    distracted = [Timed(one.tokens, one.spans, one.edits, one.seconds * 4) for one in given[:20]]

    assert max(errors(fitted_cost([*distracted, *given[20:]]), PRIOR)) < 2.0


def test_no_coefficient_is_negative():
    given = [Timed(tokens, 1, 0, 40.0 - 0.5 * tokens) for tokens in range(10, 60)]
    model = fitted_cost(given)

    assert min(model.constant, model.token, model.span, model.edit) >= 0.0
    assert model.seconds(tokens=0, spans=0, edits=0) > 0.0


def test_answers_that_are_all_alike_leave_the_rest_to_the_prior():
    model = fitted_cost([Timed(10, 0, 0, 2.0)] * 60)

    assert model.edit == pytest.approx(PRIOR.edit)
    assert model.seconds(tokens=10, spans=0, edits=0) == pytest.approx(2.0, abs=0.5)


@pytest.mark.parametrize(
    ("shown", "answered", "number"),
    [
        ([], [], 0),
        ([Span(0, 3, "A")], [Span(0, 3, "A")], 0),
        ([Span(0, 3, "A")], [], 1),
        ([], [Span(0, 3, "A"), Span(4, 6, "A")], 2),
        ([Span(0, 3, "A")], [Span(0, 3, "B")], 1),
        ([Span(0, 3, "A")], [Span(0, 6, "A")], 1),
        ([Span(0, 9, "A")], [Span(0, 3, "A"), Span(4, 9, "A")], 1),
        ([Span(0, 3, "A")], [Span(4, 6, "A")], 2),
    ],
)
def test_what_a_wrong_span_was_corrected_to_is_one_edit(shown, answered, number):
    assert edits(shown, answered) == number
