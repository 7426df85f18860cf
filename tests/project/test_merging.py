from __future__ import annotations

from pathlib import Path

import pytest
from grown_apart import (
    TEXTS,
    answers,
    at,
    begun,
    both_ways,
    copied,
    in_both,
    kept_rounds,
    known,
    learned,
    log,
    merged,
    problems,
    say,
    texts,
)

from loop.settings import ProjectPaths, Settings


@pytest.fixture
def here(tmp_path: Path, settings: Settings) -> ProjectPaths:
    return begun(tmp_path / "here", settings, answers=2)


@pytest.fixture
def there(here: ProjectPaths) -> ProjectPaths:
    return copied(here, "there")


def test_answers_given_in_a_copy_come_and_stay_in_the_order_of_time(here, there):
    for paths, id_, text in ((here, "a", 10), (there, "b", 11), (here, "c", 12), (there, "d", 13)):
        with at(paths) as store:
            say(store, id_, text)

    report = merged(here, there)

    assert (2, 0, 0) == (report.merged.answers.came, report.merged.texts, report.rounds)
    said = [(one.id, text) for text, one in answers(here)]
    assert [("answer 0", TEXTS[0]), ("answer 1", TEXTS[1])] == said[:2]
    assert [("a", TEXTS[10]), ("b", TEXTS[11]), ("c", TEXTS[12]), ("d", TEXTS[13])] == said[2:]
    assert [] == problems(here)


def test_both_orders_give_the_same_project_and_twice_changes_nothing(here, there):
    for paths, id_, text in ((there, "b", 11), (here, "a", 10), (there, "d", 13)):
        with at(paths) as store:
            say(store, id_, text)

    pair = both_ways(here, there)

    assert 5 == len(in_both(pair, answers))
    assert 5 == len(in_both(pair, known))
    assert in_both(pair, log)
    assert 40 == len(in_both(pair, texts))
    for one, other in (pair, (pair[0], there), (pair[1], here)):
        before = one.db.read_bytes()
        report = merged(one, other)
        assert (False, None) == (report.merged.is_new, report.before)
        assert before == one.db.read_bytes()


def test_both_orders_give_the_same_weights_after_learning(tmp_path, settings):
    here = begun(tmp_path / "here", settings, answers=12, learned=True)
    there = copied(here, "there")
    for n in range(12, 24):
        with at(here if n % 3 else there) as store:
            say(store, f"new {n}", n)
    learned(here)

    pair = both_ways(here, there)

    assert [0, 1, 2, 3] == kept_rounds(pair[0])[:4]
    with at(pair[0]) as store:
        assert [1, 2] == [info.number for info in store.journal.rounds()]
    rounds = in_both(pair, learned)
    assert [1, 2, 3, 4] == list(rounds)
