from __future__ import annotations

import pytest
from answered import answered

from loop.quality import Given, calibration
from loop.quality.calibration import wilson


def asked(number: int, percent: int, *, right: bool, stream: str = "random") -> Given:
    return answered(number, "a [hub]PART" if right else "a hub", sure=f"hub=PART {percent}", stream=stream)


def test_a_bin_has_the_mean_probability_and_the_share_that_was_right() -> None:
    found = calibration([asked(1, 82, right=True), asked(2, 88, right=True), asked(3, 85, right=False)])

    assert found
    (one,) = found.bins
    assert (3, pytest.approx(0.85), pytest.approx(2 / 3)) == (one.spans, one.p, one.right)
    assert (3, pytest.approx(0.85 - 2 / 3)) == (found.texts, found.error)


def test_the_error_weighs_bins_by_their_spans() -> None:
    found = calibration([*(asked(n, 50, right=n < 1) for n in range(2)), *(asked(n, 90, right=True) for n in range(6))])

    assert found
    assert pytest.approx(6 / 8 * 0.1) == found.error


def test_only_texts_drawn_at_random_count_when_they_are_enough() -> None:
    random = [asked(n, 90, right=True) for n in range(4)]
    uncertain = asked(9, 50, right=False, stream="uncertain")

    assert (True, 4) == ((found := calibration([*random, uncertain], enough=4)).at_random, found.texts)  # type: ignore[union-attr]
    assert (False, 5) == ((found := calibration([*random, uncertain], enough=5)).at_random, found.texts)  # type: ignore[union-attr]


def test_earlier_answers_shown_again_and_unlikely_spans_do_not_count() -> None:
    assert calibration([asked(1, 100, right=True, stream="revisit"), asked(2, 4, right=False)]) is None
    assert calibration([]) is None


@pytest.mark.parametrize(
    ("share", "n", "low", "high"),
    # R: prop.test(x, n, correct = FALSE)
    [(0.5, 10, 0.2366, 0.7634), (0.0, 10, 0.0, 0.2775), (1.0, 10, 0.7225, 1.0), (0.9, 100, 0.8256, 0.9448)],
)
def test_the_interval_of_a_share_is_wilsons(share: float, n: int, low: float, high: float) -> None:
    assert (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5)) == wilson(share, n)
