import pytest
from listed_analyses import build

from loop.errors import LatticeError
from loop.lattice import Lattice, Transitions
from loop.records import TokenSpan

AB = TokenSpan(0, 2, "A")


@pytest.fixture
def lattice() -> Lattice:
    """Two tokens: outside, one unit each, or one entity of both."""
    rows = {
        "out": [-1.0, -1.0],
        "dropped": [(0.0, 0.0)] * 2,
        "unit_start": [0, 1],
        "unit_label": [0, 0],
        "unit_logp": [-1.0, -1.0],
        "begin_start": [0],
        "begin_label": [0],
        "begin_logp": [-1.0],
        "begin_length": [1],
        "last": [float("inf")],
    }
    return Lattice(build(("A",), rows))


@pytest.mark.parametrize(
    "known",
    [
        {"fixed": [AB], "excluded": [AB]},
        {"fixed": [AB, TokenSpan(1, 2, "A")]},
        {"fixed": [AB, TokenSpan(0, 2, "B")]},
        {"fixed": [AB], "outside": [1]},
        {"fixed": [TokenSpan(0, 3, "A")]},
        {"excluded": [TokenSpan(1, 1, "A")]},
        {"outside": [-1]},
        {"outside": [2]},
    ],
)
def test_constraints_that_contradict_each_other_or_leave_the_text_are_refused(lattice: Lattice, known: dict) -> None:
    with pytest.raises(LatticeError):
        lattice.given(**known)


def test_constraints_given_one_after_the_other_must_agree_too(lattice: Lattice) -> None:
    with pytest.raises(LatticeError):
        lattice.given(fixed=[AB]).given(outside=[0])


def test_ruling_out_every_analysis_is_refused_with_a_way_out() -> None:
    forced = {name: [] for name in Transitions.__dataclass_fields__} | {
        "out": [float("-inf")],
        "dropped": [(0.0, 0.0)],
        "unit_start": [0],
        "unit_label": [0],
        "unit_logp": [0.0],
    }
    with pytest.raises(LatticeError) as caught:
        Lattice(build(("A",), forced)).given(excluded=[TokenSpan(0, 1, "A")])

    assert "outside" in caught.value.hint


def test_a_token_can_be_outside_where_the_lattice_forced_an_entity() -> None:
    forced = {name: [] for name in Transitions.__dataclass_fields__} | {
        "out": [float("-inf"), 0.0],
        "dropped": [(0.0, 0.0)] * 2,
        "unit_start": [0],
        "unit_label": [0],
        "unit_logp": [0.0],
    }

    assert [] == Lattice(build(("A",), forced)).given(outside=[0]).spans(0.0)


def test_ruling_out_a_span_or_a_label_that_is_not_there_changes_nothing(lattice: Lattice) -> None:
    ruled_out = lattice.given(excluded=[TokenSpan(0, 1, "NEW")])

    assert lattice.spans(0.0) == ruled_out.spans(0.0)


def test_the_lattice_itself_stays_as_it_was(lattice: Lattice) -> None:
    before = lattice.spans(0.0)
    lattice.given(fixed=[AB])

    assert before == lattice.spans(0.0)
