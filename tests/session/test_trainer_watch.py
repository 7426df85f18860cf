from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from loop.session.trainer_watch import TRAINER_STARTS, TrainerWatch
from loop.store import journal


@pytest.fixture
def starts() -> list[int]:
    return []


@pytest.fixture
def tending(paths, store, starts, monkeypatch) -> TrainerWatch:
    clock = iter(range(0, 1000, 10))
    monkeypatch.setattr("loop.session.trainer_watch.monotonic", lambda: next(clock))
    return TrainerWatch(paths, store, lambda: starts.append(1))


def test_a_dead_trainer_is_started_again_but_not_for_ever(tending, starts, store):
    for _ in range(10):
        tending.tick()
    store.journal.set_trainer("idle", round=1)
    tending.tick()

    assert len(starts) == TRAINER_STARTS + 1


def test_a_trainer_that_died_too_often_is_said_to_have(tending):
    said = []
    for _ in range(TRAINER_STARTS + 1):
        tending.tick()
        said.append(tending.state())

    assert "stopped: it died 3 times without a message" in said[-1]


def test_a_trainer_that_is_about_to_start_or_was_just_started_is_not_called_stopped(paths, store):
    watching = TrainerWatch(paths, store, lambda: None)
    before = watching.state()
    watching.tick()

    assert ("stopped", "starting", "starting") == (TrainerWatch(paths, store, None).state(), before, watching.state())


def test_a_trainer_that_said_what_is_wrong_is_tried_once(tending, starts, store):
    tending.tick()
    store.journal.set_trainer("stopped: the base is gone", round=0)
    for _ in range(5):
        tending.tick()

    assert len(starts) == 1
    assert tending.state() == "stopped: the base is gone"


def test_it_is_tried_again_when_the_settings_have_changed(tending, starts, store, paths):
    tending.tick()
    store.journal.set_trainer("stopped: loop.cfg: [update] steps must be at least 1, not 0.", round=0)
    tending.tick()
    paths.cfg.write_text("[update]\nsteps = 1\n", encoding="utf-8")
    tending.tick()

    assert len(starts) == 2


def test_why_an_earlier_trainer_stopped_is_no_news_while_another_one_starts(paths, store, monkeypatch):
    yesterday = (datetime.now(timezone.utc) - timedelta(days=1)).isoformat()
    with monkeypatch.context() as patched:
        patched.setattr(journal, "now", lambda: yesterday)
        store.journal.set_trainer("stopped: the base is gone", round=0)
    watching = TrainerWatch(paths, store, lambda: None)
    watching.tick()

    assert watching.state() == "starting"
