from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from workshop import workshop_gold

from loop.editing import Page, keymap
from loop.settings import PretrainSettings, ProjectPaths, ProjectSettings, Settings, UpdateSettings
from loop.simulate import Row, Scenario, simulate
from loop.simulate.keystrokes import plan
from loop.store import Store
from loop.timing import PRIOR, edits
from loop.trainer.pretrained import Pretrained
from loop.truth import of_texts

GOLD, TEST = workshop_gold(60), workshop_gold(30, seed=1)
SETTINGS = Settings(ProjectSettings(base="blank:xx", labels=("PART",)), update=UpdateSettings(steps=3))
AT_RANDOM = replace(SETTINGS, acquire=replace(SETTINGS.acquire, strategy="random"))


def play(folder: Path, scenario: Scenario, settings: Settings = AT_RANDOM) -> list[Row]:
    return list(simulate(ProjectPaths(folder), settings, GOLD, TEST, scenario))


def answers_in(folder: Path):
    with Store(ProjectPaths(folder).db) as store:
        return store.answers.standing(), {q.id: q for q in questions_of(store)}


def questions_of(store):
    return store.questions.get([a.question_id for a in store.answers.standing()]).values()


def test_a_row_adds_up_what_the_answers_cost(tmp_path):
    last = play(tmp_path, Scenario(20))[-1]
    answers, questions = answers_in(tmp_path)
    seconds = sum(
        PRIOR.seconds(tokens=len(questions[a.question_id].tokens), spans=len(a.shown), edits=edits(a.shown, a.spans))
        for a in answers
    )

    assert 20 == last.answers == len(answers)
    assert sum(len(q.tokens) for q in questions.values()) == last.tokens
    assert sum(len(a.spans) for a in answers) == last.entities
    assert seconds == pytest.approx(last.seconds, abs=0.1)
    assert last.keys is None


def test_keys_are_those_of_a_plan_where_nothing_is_suggested(tmp_path):
    last = play(tmp_path, Scenario(10, keys=True))[-1]
    answers, questions = answers_in(tmp_path)
    pages = [(Page(q.text.text, q.tokens, ("PART",)), a.spans) for a in answers for q in [questions[a.question_id]]]

    assert sum(len(plan(page, page.snap(spans), keymap(("PART",)))) for page, spans in pages) == last.keys


def test_scores_come_with_intervals_and_for_each_label(tmp_path):
    row = play(tmp_path, Scenario(40))[-1]

    assert row.f1_interval[0] <= row.f1 <= row.f1_interval[1]
    assert (row.p, row.r, row.f1) == (row.labels["PART"].p, row.labels["PART"].r, row.labels["PART"].f1)


def test_rows_come_only_after_the_rounds_asked_for(tmp_path):
    assert [20, 40, 45] == [row.answers for row in play(tmp_path, Scenario(45, every=20))]


def test_a_queue_shorter_than_a_round_is_laid_out_again(tmp_path):
    short = replace(AT_RANDOM, queue=replace(AT_RANDOM.queue, size=4))

    assert [10, 20] == [row.answers for row in play(tmp_path, Scenario(20), short)]


def test_the_first_round_starts_from_what_the_texts_taught_where_a_project_would(tmp_path):
    few, enough = (replace(AT_RANDOM, pretrain=PretrainSettings(at_least=n)) for n in (len(GOLD) + 1, len(GOLD)))

    assert pretrained_from(tmp_path / "few", few) is None
    assert pretrained_from(tmp_path / "enough", enough) == 1


def pretrained_from(folder: Path, settings: Settings) -> int | None:
    paths = ProjectPaths(folder)
    list(simulate(paths, settings, GOLD, TEST, Scenario(10)))
    with Store(paths.db) as store:
        return Pretrained(paths, store).round()


def test_teach_mode_answers_yes_or_no_once_a_model_has_something_to_ask(tmp_path):
    play(tmp_path, Scenario(40, mode="teach"), replace(AT_RANDOM, update=UpdateSettings()))
    answers, questions = answers_in(tmp_path)
    taught = [answer for answer in answers if answer.mode == "teach"]
    whole = [answer for answer in answers if answer.mode == "correct"]

    assert whole
    assert all(answer.complete for answer in whole)
    assert taught
    for answer in taught:
        right = set(answer.shown) <= set(GOLD[questions[answer.question_id].text.text])
        assert (answer.complete, len(answer.shown)) == (False, 1)
        assert (answer.verdict, answer.spans) == (("accept", answer.shown) if right else ("reject", ()))


@pytest.mark.parametrize(("lag", "rounds"), [(0, [0] * 10 + [1] * 10 + [2] * 10), (1, [0] * 20 + [1] * 10)])
def test_with_a_lag_questions_are_a_round_older(tmp_path, lag, rounds):
    play(tmp_path, Scenario(30, lag=lag))
    answers, _ = answers_in(tmp_path)

    assert rounds == [answer.round for answer in answers]


def test_a_noisy_oracle_spoils_what_is_learned(tmp_path):
    play(tmp_path, Scenario(20, noise=1.0))
    answers, questions = answers_in(tmp_path)

    assert not any(set(a.spans) & set(GOLD[questions[a.question_id].text.text]) for a in answers)


def test_the_same_seed_gives_the_same_rows(tmp_path):
    scenario = Scenario(20, mode="teach", noise=0.2, lag=1)
    with tempfile.TemporaryDirectory() as other:
        again = play(Path(other), scenario)

    assert again == play(tmp_path, scenario)


def test_several_oracles_share_the_work_and_a_reviewer_decides_where_they_differ(tmp_path):
    shared = replace(AT_RANDOM, annotators=replace(AT_RANDOM.annotators, overlap=1.0))
    last = play(tmp_path, Scenario(40, noise=0.6, others=(0.6,), review=True), shared)[-1]
    with Store(ProjectPaths(tmp_path).db) as store:
        answers = store.answers.standing()
        known = of_texts(answers, store.journal.schemes())
        texts = {text.id: text.text for text in store.corpus.texts(list(known))}
    given = [one for one in answers if not one.adjudicates]
    decided = [one for one in answers if one.adjudicates]

    assert 40 == last.answers == len(given)
    assert {"oracle 1": 20, "oracle 2": 20} == Counter(one.annotator for one in given)
    assert decided
    assert {"reviewer"} == {one.annotator for one in decided}
    assert all(known[one.text_id].spans == GOLD[texts[one.text_id]] for one in decided)
    assert last.seconds == pytest.approx(sum(one.seconds for one in answers), abs=0.1)
