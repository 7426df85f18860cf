from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import pytest
from evaluated_project import BRAND, HELD, PART, add_round, fill

from loop.cli.status import status_json, status_lines
from loop.progress import progress
from loop.progress.held_out_gold import EvaluatedText, GoldText
from loop.progress.report_data import report_data
from loop.progress.robustness import (
    MOST_CHARACTERS,
    Robustness,
    augment_words,
    dumped,
    loaded,
    robustness,
    robustness_words,
    sampled,
)
from loop.report import report
from loop.settings import UpdateSettings

LABELS = ("PART", "BRAND")
FALL = Robustness("lower-cased", 3, 40, 80, 71.0, 42.0, (-38.0, -20.0))
AUGMENT = "spacy.lower_case.v1"


def gold(n: int, *, size: int = 10, spans=(PART, BRAND)) -> list[GoldText]:
    return [GoldText(f"{i:0{size}}", spans, LABELS, f"text:{i}") for i in range(n)]


def test_f1_is_compared_on_the_same_texts_in_pairs():
    texts = gold(40)
    plain = [EvaluatedText(one, one.spans) for one in texts]
    found = [EvaluatedText(one, one.spans if n % 2 else ()) for n, one in enumerate(texts)]
    row = robustness("lower-cased", 3, plain, found, LABELS)

    assert ("lower-cased", 3, 40, 80, 100.0) == (row.change, row.round, row.texts, row.spans, row.plain)
    assert 66.7 == round(row.f1, 1)
    assert row.interval[0] < -33.3 < row.interval[1] < 0
    assert row.falls


def test_below_twenty_spans_there_is_no_number():
    assert [] == sampled(gold(9), seed=0)
    assert 10 == len(sampled(gold(10), seed=0))
    assert [] == sampled(gold(500, spans=()), seed=0)
    assert [] == sampled([], seed=0)


def test_of_many_or_long_texts_a_sample_is_read_again_always_the_same():
    many, long = sampled(gold(500), seed=0), sampled(gold(100, size=MOST_CHARACTERS // 10), seed=0)

    assert (200, 10) == (len(many), len(long))
    assert many == sampled(gold(500)[::-1], seed=0) != sampled(gold(500), seed=1)


@pytest.mark.parametrize(
    ("row", "augment", "advised"),
    [
        (FALL, None, True),
        (FALL, AUGMENT, False),
        (replace(FALL, change="with typos"), None, False),
        (replace(FALL, f1=64.0), None, False),
        (replace(FALL, interval=(-60.0, 1.0)), None, False),
        (replace(FALL, interval=None), None, False),
    ],
)
def test_learning_lower_cased_texts_is_proposed_where_f1_surely_falls_by_more_than_a_tenth(row, augment, advised):
    words = augment_words([row], UpdateSettings(augment=augment))

    assert advised == words.startswith("F1 falls from 71 to 42 on lower-cased texts.")
    assert advised == (f'augment = "{AUGMENT}" in [update]' in words)


def test_a_row_without_an_interval_has_no_number():
    assert "" == robustness_words([replace(FALL, interval=None)])
    assert "F1 -29.0 (-38.0 to -20.0) lower-cased; on 40 held-out texts, round 3" == robustness_words([FALL])


def test_what_a_round_that_was_rolled_back_did_is_not_told():
    stored = json.loads(json.dumps(dumped([FALL])))

    assert (FALL,) == loaded(stored, 3)
    assert () == loaded(stored, 2)


def test_status_json_and_report_tell_it_beside_the_plain_score(paths, with_settings, store):
    settings, held = with_settings("project", labels=LABELS), fill(store)
    add_round(store, 3, dict.fromkeys(held, (PART, BRAND)))
    store.journal.set_robustness(dumped([FALL, replace(FALL, change="with typos", f1=70.0, interval=(-3.0, 1.0))]))
    now = progress(store, settings, paths)
    said = "\n".join(status_lines(now, []))
    page = report(report_data(store, settings, paths), name="p", at=datetime(2026, 1, 1))
    words = f"F1 -29.0 (-38.0 to -20.0) lower-cased, -1.0 (-3.0 to +1.0) with typos; on {HELD} held-out texts, round 3"

    assert f"changed  {words}" in said
    assert "changed  F1 falls from 71 to 42 on lower-cased texts." in said
    assert () == now.alarms  # whoever expects no such texts needs no alarm
    assert [42.0, 70.0] == [row["f1"] for row in json.loads(status_json(now, []))["robustness"]]
    assert words in page
    assert "F1 falls from 71 to 42" in page
