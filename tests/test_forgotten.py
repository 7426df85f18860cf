from __future__ import annotations

from dataclasses import replace

from loop.cli.status import status_lines
from loop.progress import forgotten_words, progress
from loop.session import Session
from loop.store import RoundInfo

ROUND = RoundInfo(1, 10, 12, 0.5, 1.0, 0, "3.8", "", "digest", kept={"DATE": 80.4, "ORG": 99.0})


def test_a_label_of_the_base_that_agrees_too_little_raises_an_alarm_everywhere(paths, settings, store, gold):
    store.journal.add_round(ROUND)
    store.journal.set_trainer("idle", round=1)
    now = progress(store, settings, paths)
    session = Session(paths, settings, store, annotator="ann")
    words = session.status().forgotten
    session.close()

    assert {"DATE": 80.4} == now.forgotten
    assert "model differs from the base: DATE 80%" == words
    assert f"alarm    {words}" in status_lines(now, [])


def test_only_the_last_round_counts_and_the_threshold_is_a_setting(paths, settings, store, gold):
    store.journal.add_round(ROUND)
    store.journal.add_round(replace(ROUND, number=2, kept={"DATE": 97.0}))
    strict = replace(settings, checkpoints=replace(settings.checkpoints, alarm_below=98.0))

    assert {} == progress(store, settings, paths).forgotten
    assert {"DATE": 97.0} == progress(store, strict, paths).forgotten


def test_without_an_alarm_there_are_no_words():
    assert "" == forgotten_words({})
