from __future__ import annotations

import pytest
from answered import answered

from loop.quality import hurried

TEN = "one two three four five six seven eight nine ten ."


@pytest.mark.parametrize(
    ("written", "seconds", "is_found"),
    [
        (TEN, 1.0, True),
        (TEN, 1.6, True),  # eleven tokens: 1.65 s at 400 words a minute
        (TEN, 1.7, False),
        (TEN, 0.0, False),  # not timed
        ("called back", 0.1, False),  # seen at once
    ],
)
def test_an_answer_is_hasty_when_nobody_reads_so_fast(written: str, seconds: float, is_found: bool) -> None:
    assert is_found == bool(hurried([answered(1, written, seconds=seconds)]))


def test_the_most_hurried_comes_first_and_says_how_long_reading_takes() -> None:
    found = hurried([answered(1, TEN, seconds=1.5), answered(2, TEN, seconds=0.5)])

    assert [2, 1] == [one.answer.text_id for one in found]
    assert "11 words in 0.5 s; reading takes 1.6" == found[0].words
