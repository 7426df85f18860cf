from __future__ import annotations

from answered import answered

from loop.quality import pace, pace_by_length


def timed(*seconds: float, words: int = 3):
    return [answered(n, " ".join(["word"] * words), seconds=one) for n, one in enumerate(seconds)]


def test_a_block_has_its_quartiles_and_median() -> None:
    (one,) = pace(timed(1, 2, 3, 4, 5), blocks=1)

    assert (5, 5, 2, 3, 4) == tuple(one)


def test_blocks_are_of_equal_size_and_too_small_a_rest_is_left_out() -> None:
    assert [(5, 5), (10, 5)] == [(one.upto, one.answers) for one in pace(timed(*[1.0] * 13), blocks=3)]


def test_answers_without_a_time_and_interrupted_ones_do_not_count() -> None:
    assert [] == pace(timed(0, 0, 0, 0, 5000, 240, 1, 1, 1))


def test_by_length_the_longest_have_no_bound() -> None:
    found = pace_by_length([*timed(*[2.0] * 4, words=10), *timed(*[4.0] * 4, words=11), *timed(*[9.0] * 4, words=100)])

    assert [(10, 2.0), (20, 4.0), (0, 9.0)] == [(one.upto, one.median) for one in found]
