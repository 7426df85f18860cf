from __future__ import annotations

import numpy as np
import pytest

from loop.acquire.stopping import (
    FEWEST,
    GAINED,
    LabelFacts,
    expected_gain,
    gain_ahead,
    is_over,
    overfits,
    weak_point,
    with_interval,
)

ANSWERS = range(10, 410, 10)


def curve(f, *, noise=0.0, resamples=200, seed=0):
    """Scores of the rounds by a function of the answers, and noisy copies that share their level, as resamples do."""
    rng = np.random.default_rng(seed)
    exact = np.array([f(n) for n in ANSWERS])
    point = exact + noise * rng.standard_normal(len(exact))
    level = rng.standard_normal((resamples, 1)) * 3
    return point, point + level


@pytest.mark.parametrize(
    "f", [lambda n: 80 - 200 * n**-0.5, lambda n: 80 - 60 * np.exp(-n / 150), lambda n: 90 - 300 * n**-1.0]
)
def test_the_gain_of_a_curve_that_has_a_known_form_is_found(f):
    gain = expected_gain(ANSWERS, *curve(f), more=100)

    assert gain
    assert f(500) - f(400) == pytest.approx(gain.f1, abs=0.3)
    assert gain.high - gain.low <= 6


def test_the_gain_counts_from_more_answers_than_the_curve_has_seen():
    def f(n):
        return 80 - 200 * n**-0.5

    gain = expected_gain(ANSWERS, *curve(f), more=100, since=500)

    assert gain
    assert f(600) - f(500) == pytest.approx(gain.f1, abs=0.2)


def test_the_interval_holds_the_gain_of_noisy_curves():
    def f(n):
        return 75 - 180 * n**-0.5

    truth = f(500) - f(400)
    gains = [expected_gain(ANSWERS, *curve(f, noise=1.5, seed=seed), more=100) for seed in range(60)]
    inside = [gain.low <= truth <= gain.high for gain in gains if gain]

    assert sum(inside) / len(gains) >= 0.85


def test_noise_that_hides_the_gain_tells_nothing():
    gain = expected_gain(ANSWERS, *curve(lambda n: 60 - 100 * n**-0.5, noise=25.0), more=100)

    assert gain
    assert gain.high - gain.low > 6


def test_no_curve_rises_beyond_all_that_there_is():
    gain = expected_gain(ANSWERS, *curve(lambda n: 20 + 0.15 * n, noise=3.0), more=5000)

    assert gain
    assert gain.high <= 100 - 20 - 0.15 * 400 + 3


def test_too_few_rounds_have_no_curve():
    f, drawn = curve(lambda n: 80 - 200 * n**-0.5)

    assert expected_gain(ANSWERS[: FEWEST - 1], f[: FEWEST - 1], drawn[:, : FEWEST - 1], more=100) is None
    assert expected_gain([], f[:0], drawn[:, :0], more=100) is None


def test_a_falling_curve_is_not_said_to_rise():
    gain = expected_gain(ANSWERS, *curve(lambda n: 70 - n / 100), more=100)

    assert gain
    assert gain.f1 <= 0.0


def test_where_more_changed_and_more_is_left_more_is_to_come():
    assert 0.0 == gain_ahead(0.0, 100, 200, 1000)
    assert 0.0 == gain_ahead(10.0, 100, 200, 0)
    assert 3 * gain_ahead(5.0, 100, 200, 500) == pytest.approx(gain_ahead(15.0, 100, 200, 500))
    assert gain_ahead(10.0, 100, 200, 100) < gain_ahead(10.0, 100, 200, 1000) < GAINED * 10


def test_what_is_to_come_is_found_where_all_change_is_gain_that_falls_with_the_answers():
    def f(n):
        return 80 - 2000 / n

    changed = (f(300) - f(150)) / GAINED

    assert f(700) - f(300) == pytest.approx(gain_ahead(changed, 150, 300, 400))


def test_it_does_not_matter_how_long_the_stretch_is():
    def f(n):
        return 80 - 2000 / n

    longer, shorter = (gain_ahead(f(300) - f(before), before, 300, 400) for before in (150, 200))

    assert longer == pytest.approx(shorter)


def test_an_interval_holds_its_estimate_and_no_loss():
    gain = with_interval(3.0)

    assert (3.0, 0.2, 8.5) == pytest.approx((gain.f1, gain.low, gain.high))
    assert 0.0 == with_interval(1.0).low


def test_it_is_over_when_the_rest_is_worth_little():
    assert is_over(1.9)
    assert not is_over(2.1)
    assert not is_over(None)


def test_a_loss_that_falls_while_f_stands_is_overfitting():
    flat, drawn = np.full(10, 60.0), np.full((100, 10), 60.0)
    rising = np.linspace(50, 70, 10)
    falling = np.geomspace(4.0, 0.5, 10).tolist()

    assert overfits(falling, flat, drawn)
    assert not overfits(falling, rising, np.tile(rising, (100, 1)))
    assert not overfits([1.0] * 10, flat, drawn)
    assert not overfits(falling[:9], flat[:9], drawn[:, :9])


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (LabelFacts("BRAND", 90, 40, 0, "PART", 9), "9 of 40 held-out spans are predicted as PART"),
        (LabelFacts("BRAND", 90, 40, 12), "`loop check`"),
        (LabelFacts("BRAND", 5, 40), "`loop annotate --label BRAND`"),
    ],
)
def test_a_weak_label_is_named_with_the_reason_and_what_to_do(facts, said):
    words = weak_point([LabelFacts("PART", 300, 100), facts])

    assert words.startswith("Look at BRAND")
    assert said in words


def test_nothing_stands_out_among_labels_that_are_fine_or_hardly_begun():
    assert "" == weak_point([LabelFacts("PART", 300, 100, 3, "BRAND", 4), LabelFacts("BRAND", 80, 30)])
    assert "" == weak_point([LabelFacts("PART", 30, 0), LabelFacts("BRAND", 1, 0)])
    assert "" == weak_point([LabelFacts("PART", 5, 0)])
