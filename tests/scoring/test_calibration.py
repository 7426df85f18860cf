import numpy as np
import pytest

from loop.lattice import Lattice, Transitions
from loop.records import TokenSpan
from loop.scoring.calibration import (
    DEFAULT,
    ENOUGH_RANDOM,
    GRID,
    RECENT,
    Tried,
    fitted_temperature,
    squared_errors,
    temperature_of,
)

UNIT = TokenSpan(0, 1, "A")


def one_token(p: float) -> Lattice:
    """A text of one token, which is an entity with probability `p`."""
    none, names = np.zeros(0), np.zeros(0, dtype=np.int64)
    out, unit = np.log([1 - p]), np.log([p])
    zero = np.zeros(1, dtype=np.int64)
    return Lattice(Transitions(("A",), out, np.zeros((2, 1)), zero, zero, unit, names, names, none, names, none))


def overconfident(
    n: int, true: float, temperature: float, seed: int = 0
) -> tuple[list[Lattice], list[list[TokenSpan]]]:
    """Texts with an entity with probability `true`, or without one, told as if `temperature` times surer."""
    rng = np.random.default_rng(seed)
    logit = np.log(true / (1 - true)) * temperature
    signs = rng.choice([-1.0, 1.0], size=n)
    of_sign = {sign: one_token(1 / (1 + np.exp(-sign * logit))) for sign in (-1.0, 1.0)}
    lattices = [of_sign[sign] for sign in signs]
    right = [rng.random() < (true if sign > 0 else 1 - true) for sign in signs]
    return lattices, [[UNIT] if is_right else [] for is_right in right]


def errors_of(lattices: list[Lattice], gold: list[list[TokenSpan]]) -> np.ndarray:
    """The errors of texts that are of a few kinds, each of which is read once."""
    texts = [(id(lattice), bool(right)) for lattice, right in zip(lattices, gold, strict=True)]
    kinds = dict(zip(texts, zip(lattices, gold, strict=True), strict=True))
    errors = squared_errors(
        lambda grid: [[lattice.tempered(t) for lattice, _ in kinds.values()] for t in grid],
        [right for _, right in kinds.values()],
    )
    return errors[:, [[*kinds].index(kind) for kind in texts]]


@pytest.mark.parametrize("temperature", [1.0, 2.0, 4.0])
def test_the_temperature_that_made_a_model_overconfident_is_found(temperature: float) -> None:
    lattices, gold = overconfident(1000, 0.8, temperature)

    assert temperature == pytest.approx(fitted_temperature(errors_of(lattices, gold)), rel=0.15)


def test_without_answers_the_temperature_is_the_usual_one() -> None:
    assert pytest.approx(DEFAULT) == fitted_temperature(squared_errors(lambda grid: [[] for _ in grid], []))
    assert DEFAULT == temperature_of([])


def test_few_answers_move_the_usual_temperature_a_little_and_many_move_it_far() -> None:
    errors = errors_of(*overconfident(800, 0.8, 1.2))
    fits = [fitted_temperature(errors[:, :n]) for n in (0, 10, 100, 800)]

    assert sorted(fits, reverse=True) == fits
    assert fits[1] > 2.4
    assert fits[-1] < 1.4


def test_a_temperature_stays_within_what_was_tried() -> None:
    hopeless = errors_of(*overconfident(300, 0.5, 1.0)) * 0 + np.linspace(9, 0, len(GRID))[:, None]

    assert GRID[-1] == pytest.approx(fitted_temperature(hopeless))
    assert GRID[0] == pytest.approx(fitted_temperature(hopeless[::-1]))


def tried(best: float, *, at_random: bool) -> Tried:
    """A text that was read best at this temperature."""
    return Tried(tuple((np.log(GRID / best) ** 2).tolist()), at_random)


def test_texts_drawn_at_random_decide_alone_once_there_are_enough() -> None:
    uncertain, random = tried(6.0, at_random=False), tried(1.5, at_random=True)
    few = temperature_of([uncertain] * 60 + [random] * (ENOUGH_RANDOM - 1))
    enough = temperature_of([uncertain] * 60 + [random] * ENOUGH_RANDOM)

    assert few > 2.5
    assert enough == pytest.approx(1.5, rel=0.1)


def test_only_the_latest_texts_decide() -> None:
    old, new = tried(6.0, at_random=True), tried(2.0, at_random=True)

    assert temperature_of([new] * RECENT) == temperature_of([old] * 500 + [new] * RECENT)


def test_missed_spans_and_wrong_ones_both_count_as_errors() -> None:
    rare = TokenSpan(0, 1, "NEVER")
    errors = squared_errors(lambda grid: [[one_token(0.75)] * 3 for _ in grid], [[UNIT], [], [rare]])

    assert [0.0625, 0.5625, 1.5625] == pytest.approx(errors[0].tolist())
    assert GRID[0] < DEFAULT < GRID[-1]
