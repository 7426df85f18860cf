from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import pytest
import spacy
from trainer_kit import SMALL, fill, finish, give, weights

from loop.base.pipeline import COMPONENT, base_folder
from loop.checkpoints.checkpoints import Checkpoints
from loop.checkpoints.temperatures import temperatures
from loop.errors import PipelineError, SettingsError, StoreError
from loop.oracle import Oracle
from loop.progress import progress
from loop.records import Answer, Span
from loop.scoring.calibration import DEFAULT
from loop.session import Session
from loop.settings import ProjectPaths
from loop.store import NewText, Store
from loop.trainer import Trainer


def test_the_first_questions_are_there_before_anything_is_learned(paths, settings, store):
    fill(store, 0)
    finish(paths, settings, store)

    question = store.questions.head("ann")
    assert question
    assert question.stream in ("short", "random")
    assert store.questions.waiting() == settings.queue.size


def test_a_round_is_due_after_every_so_many_answers_that_train(paths, settings, store, gold):
    finish(paths, settings, store)
    session = Session(paths, settings, store, annotator="ann")
    for verdict in ("skip", "unusable", "accept", "accept", "accept", "accept"):
        question = session.next()
        assert question
        session.answer(question, verdict, Oracle(gold).spans(question), seconds=1, keys=1)
    finish(paths, settings, store)
    before = Checkpoints(paths.models).rounds()
    session.close()
    give(paths, settings, store, gold, 1)
    finish(paths, settings, store)

    assert before == [0]
    assert Checkpoints(paths.models).rounds() == [0, 1]
    assert [(info.answers, info.steps) for info in store.journal.rounds()] == [(5, 3)]
    assert store.journal.rounds()[0].loss > 0


def test_questions_come_from_the_last_round_and_none_twice(paths, settings, store, gold):
    asked = []
    session = Session(paths, settings, store, annotator="ann")
    for _ in range(4):
        finish(paths, settings, store)
        for _ in range(settings.update.round_size):
            question = session.next()
            assert question
            asked.append(question)
            session.answer(question, "accept", Oracle(gold).spans(question), seconds=1, keys=1)
    session.close()

    assert [question.round for question in asked] == sorted([0, 1, 2, 3] * 5)
    assert len({question.text.id for question in asked}) == 20
    assert {question.stream for question in asked[5:]} == {"uncertain", "random", "short"}


def test_a_checkpoint_is_a_plain_pipeline_with_what_it_learned_from(paths, settings, store, gold):
    finish(paths, settings, store)
    give(paths, settings, store, gold, 5)
    finish(paths, settings, store)
    nlp = spacy.load(paths.models / "last")

    assert nlp.pipe_names == [COMPONENT]
    assert nlp.get_pipe(COMPONENT).labels == ("PART",)
    info = Checkpoints(paths.models).info(1)
    assert info.answers == tuple(answer.id for answer in store.answers.standing())
    assert info.digest == settings.weights_digest()


@pytest.mark.parametrize("base", ["blank:en", pytest.param(SMALL, marks=pytest.mark.slow)])
def test_no_word_of_the_corpus_is_left_in_a_checkpoint(paths, with_settings, store, base):
    settings = with_settings("project", base=base)
    gold = {text: (Span(8, len(text), "PART"),) for text in (f"patient zyxcanary{i}" for i in range(20))}
    store.corpus.add_batch((NewText(text) for text in gold), source="canaries")
    finish(paths, settings, store)
    give(paths, settings, store, gold, 10)
    finish(paths, settings, store)

    files = [path for path in paths.models.rglob("*") if path.is_file()]
    assert len(files) > 10
    assert [path for path in files if b"zyxcanary" in path.read_bytes()] == []


def test_everything_of_the_base_is_kept_to_the_byte(paths, with_settings, store, gold):
    settings = with_settings("project", base=SMALL)
    finish(paths, settings, store)
    give(paths, settings, store, gold, 5)
    finish(paths, settings, store)
    base = base_folder(SMALL)
    assert base

    parts = [path for path in base.rglob("*") if path.is_file() and path.parent != base]
    checkpoint = paths.models / "last"
    assert len(parts) > 10
    assert [
        part.name for part in parts if (checkpoint / part.relative_to(base)).read_bytes() != part.read_bytes()
    ] == []
    ents = {ent.label_ for ent in spacy.load(checkpoint)("Apple moved from London to Paris.").ents}
    assert {"ORG", "GPE"} <= ents


def test_unchanged_files_are_shared_between_checkpoints_and_all_are_private(paths, settings, store, gold):
    finish(paths, settings, store)
    give(paths, settings, store, gold, 5)
    finish(paths, settings, store)
    start, first = (Checkpoints(paths.models).path(number) for number in (0, 1))

    assert (start / "tokenizer").samefile(first / "tokenizer")
    assert not (start / COMPONENT / "model").samefile(first / COMPONENT / "model")
    assert {path.stat().st_mode & 0o077 for path in paths.models.rglob("*")} == {0}


def test_an_interrupted_run_equals_an_uninterrupted_one(tmp_path, settings):
    one, other = ProjectPaths(tmp_path / "one"), ProjectPaths(tmp_path / "other")
    with Store.create(one.db) as store:
        fill(store, 15)
        finish(one, settings, store)
    with Store.create(other.db) as store:
        fill(store, 15)
        trainer = Trainer(other, settings, store)
        trainer.work()
        trainer.close()
        (other.models / ".round-0002-99").mkdir()  # what a killed trainer leaves behind
        trainer = Trainer(other, settings, store)
        trainer.work()
        trainer.close()
        finish(other, settings, store)

    assert [weights(one, number) for number in (1, 2, 3)] == [weights(other, number) for number in (1, 2, 3)]
    assert [path.name for path in other.models.iterdir() if path.name.startswith(".")] == []


def test_a_checkpoint_that_the_store_never_heard_of_is_made_again(paths, settings, store):
    fill(store, 10)
    finish(paths, settings, store)
    before = weights(paths, 2)
    store.journal.forget_rounds_after(1)
    finish(paths, settings, store)

    assert weights(paths, 2) == before


def test_a_changed_answer_leaves_no_trace_in_the_weights(tmp_path, settings):
    kept, changed = ProjectPaths(tmp_path / "kept"), ProjectPaths(tmp_path / "changed")
    with Store.create(kept.db) as store:
        fill(store, 10, empty=3)
        finish(kept, settings, store)
    with Store.create(changed.db) as store:
        fill(store, 10)
        finish(changed, settings, store)
        before = weights(changed, 2)
        old = store.answers.standing()[3]
        store.answers.add(replace(old, id="changed", spans=(), retracts=old.id, at=None))
        finish(changed, settings, store)

    assert weights(changed, 2) == weights(kept, 2) != before


def test_a_label_that_no_text_ever_spelled_out_survives_the_round_that_learned_it(paths, with_settings, store):
    settings = with_settings("project", labels=("ZXPART",))
    gold = {text: tuple(replace(span, label="ZXPART") for span in spans) for text, spans in fill(store, 0).items()}
    for _ in range(2):
        finish(paths, settings, store)
        give(paths, settings, store, gold, 5)
    finish(paths, settings, store)

    assert spacy.load(paths.models / "last").get_pipe(COMPONENT).labels == ("ZXPART",)


def test_a_temperature_is_fitted_on_texts_read_before_they_were_learned_and_kept(paths, settings, store):
    gold = fill(store, 0)
    for _ in range(3):
        finish(paths, settings, store)
        give(paths, settings, store, gold, 5)
    finish(paths, settings, store)
    first, second, third = (Checkpoints(paths.models).info(number) for number in (1, 2, 3))

    assert first.tried == ()
    assert (len(second.tried), len(third.tried)) == (5, 10)
    assert third.tried[:5] == second.tried
    assert third.temperature not in (second.temperature, first.temperature)
    assert temperatures(paths.models / "last") == {COMPONENT: third.temperature}


def test_rounds_without_new_evidence_leave_the_temperature_as_it_is(learned_project, settings, store):
    before = Checkpoints(learned_project.models).info(3)
    scheme = store.journal.scheme(["PART"])
    for number, text in enumerate(store.corpus.sample_pool(5, Random(0)) * 4):
        yes = Answer(f"yes {number}", text.id, "ann", "accept", (Span(0, 3, "PART"),), complete=False, scheme=scheme)
        store.answers.add(yes)
    finish(learned_project, settings, store)
    after = Checkpoints(learned_project.models).info(7)

    assert before.tried == after.tried != ()
    assert before.temperature == after.temperature != DEFAULT


def test_the_last_pipeline_is_that_of_the_last_round_that_stands(paths, settings, store):
    fill(store, 7)
    finish(paths, settings, store)
    first = store.answers.standing()[:3]
    for answer in first:
        store.answers.add(replace(answer, id=f"not {answer.id}", verdict="unusable", retracts=answer.id, at=None))
    finish(paths, settings, store)

    assert (paths.models / "last").readlink().name == "round-0000"
    assert store.journal.rounds() == []
    assert progress(store, settings, paths).training == 4


def test_a_queue_that_cannot_be_longer_is_not_laid_out_again_and_again(paths, with_settings, store):
    fill(store, 0)
    settings = with_settings("acquire", candidates=2)
    trainer = Trainer(paths, settings, store)
    pieces = [trainer.work() for _ in range(3)]
    trainer.close()

    assert pieces == [True, False, False]


@pytest.mark.parametrize(("size", "learned"), [(2, [5, 10, 12, 14, 16]), (6, [5, 10, 16])])
def test_another_round_size_goes_on_from_what_was_learned(paths, settings, with_settings, store, size, learned):
    fill(store, 10)
    finish(paths, settings, store)
    changed = with_settings("update", round_size=size)
    Session(paths, changed, store, annotator="ann").close()
    scheme = store.journal.scheme(["PART"])
    for text in store.corpus.texts(range(11, 18)):
        store.answers.add(Answer(f"later {text.id}", text.id, "ann", "accept", scheme=scheme))
    finish(paths, changed, store)

    assert [info.answers for info in store.journal.rounds()] == learned
    assert progress(store, changed, paths).next_round == learned[-1] + size - 17
    assert [kind for _, kind, _ in store.journal.events()].count("settings") == 2


def test_rounds_that_are_learned_again_keep_the_settings_of_their_time(tmp_path, settings, with_settings):
    kept, changed = ProjectPaths(tmp_path / "kept"), ProjectPaths(tmp_path / "changed")
    other = with_settings("update", steps=5)
    for paths, empty in ((kept, 3), (changed, None)):
        with Store.create(paths.db) as store:
            fill(store, 10, empty=empty)
            finish(paths, settings, store)
            store.journal.settings(other.weights_digest(), other.weights())
            for text in store.corpus.texts(range(11, 16)):
                store.answers.add(Answer(f"later {text.id}", text.id, "ann", "accept", scheme=1))
            finish(paths, other, store)
            if empty is None:
                old = store.answers.standing()[3]
                store.answers.add(replace(old, id="changed", spans=(), retracts=old.id, at=None))
                finish(paths, other, store)
            assert [info.steps for info in store.journal.rounds()] == [3, 3, 5]

    assert weights(changed, 3) == weights(kept, 3)


def test_old_rounds_are_pruned_by_the_stated_rule(paths, settings, store):
    rule = replace(settings, checkpoints=replace(settings.checkpoints, keep_last=2, keep_every=4))
    fill(store, 35)
    finish(paths, rule, store)

    assert Checkpoints(paths.models).rounds() == [0, 4, 6, 7]
    assert (paths.models / "last").readlink().name == "round-0007"


def test_each_round_is_scored_on_the_projects_gold_file(paths, with_settings, store):
    gold = fill(store, 5)
    rows = [
        {"text": text, "spans": [{"start": s.start, "end": s.end, "label": s.label} for s in spans]}
        for text, spans in gold.items()
    ]
    (paths.root / "gold.jsonl").write_text("\n".join(map(json.dumps, rows)))
    settings = with_settings("project", eval="gold.jsonl")
    finish(paths, settings, store)

    learned = {text.text for text in store.corpus.texts([answer.text_id for answer in store.answers.training()])}
    assert gold.keys() - learned == store.predictions.of(1, gold).keys()
    scores = progress(store, settings, paths).scores
    assert scores
    assert (35, {"PART"}) == (scores.overall.texts, set(scores.labels))


def test_another_base_than_the_one_it_started_from_is_refused(paths, settings, with_settings, store):
    finish(paths, settings, store)

    with pytest.raises(PipelineError, match="started from blank:xx"):
        Trainer(paths, with_settings("project", base="blank:de"), store)
    assert progress(store, settings, paths).trainer.startswith("stopped: This project started from")


def test_an_unknown_strategy_names_the_known_ones(paths, with_settings, store):
    with pytest.raises(SettingsError, match="is not an acquisition function") as caught:
        Trainer(paths, with_settings("acquire", strategy="guess"), store)
    assert "entropy_per_token" in caught.value.hint


def test_there_is_one_trainer_at_a_time(paths, settings, store):
    trainer = Trainer(paths, settings, store)

    with pytest.raises(StoreError, match="Another trainer"):
        Trainer(paths, settings, store)
    trainer.close()
    Trainer(paths, settings, store).close()


def test_a_trainer_that_cannot_begin_leaves_the_project_to_another_one(paths, settings, store, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr("loop.trainer.trainer.Evaluation", None)
        with pytest.raises(TypeError):
            Trainer(paths, settings, store)

    Trainer(paths, settings, store).close()
