"""What is learned from patterns before and beside the first answers, and what becomes of it afterwards."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from trainer_kit import answer, fill, finish, weights
from weak_kit import FEW, PARTS, are_rebuilt, name, rounds
from workshop import workshop_gold

from loop.editing.draft import relabeled
from loop.held_out import is_held_out
from loop.learning.weak_labels import Evidence
from loop.project.erasing import erase
from loop.records import Answer
from loop.settings import ProjectPaths, Settings
from loop.store import NewText, Store
from loop.store.events import EventKind
from loop.trainer import Trainer, cross_validation, round_recipe
from loop.trainer.candidates import draw
from loop.trainer.cross_validation import learning_curve


@pytest.fixture
def few() -> Settings:
    return FEW


def found(paths: ProjectPaths, settings: Settings, store: Store, text: str) -> set[str]:
    with finish(paths, settings, store).learner.published() as nlp:
        return {ent.text for ent in nlp(text).ents}


def test_a_model_knows_the_patterns_before_the_first_answer(paths, few, store) -> None:
    fill(store)
    name(paths, *PARTS)
    text = next(text for text in workshop_gold(40) if "chain" in text)

    assert "chain" in found(paths, replace(few, update=replace(few.update, weak_steps=150)), store, text)
    assert [(1, 0)] == rounds(store)


def test_the_first_questions_do_not_wait_for_it(paths, few, store) -> None:
    fill(store)
    name(paths, *PARTS)
    trainer = Trainer(paths, few, store)
    trainer.ask()

    assert store.questions.waiting()
    assert [] == rounds(store)
    trainer.close()


def test_rounds_come_out_the_same_whenever_they_are_learned(paths, few, store, tmp_path) -> None:
    fill(store)
    name(paths, *PARTS)
    finish(paths, few, store)
    answer(store, range(5))
    finish(paths, few, store)
    name(paths, *PARTS, "saddle")
    finish(paths, few, store)
    answer(store, range(5, 17))
    finish(paths, few, store)

    assert [(1, 0), (2, 5), (3, 10), (4, 15)] == rounds(store)
    assert [True] * 5 == are_rebuilt(paths, few, store)


def test_a_pattern_that_comes_later_counts_from_the_next_cut(paths, few, store) -> None:
    fill(store)
    name(paths, "chain")
    finish(paths, few, store)
    answer(store, range(5))
    finish(paths, few, store)
    before = weights(paths, 1, 2)
    name(paths, "chain", "saddle")
    finish(paths, few, store)

    assert before == weights(paths, 1, 2)
    assert 2 == len(store.weak.all())


def test_until_the_first_round_the_start_follows_the_patterns(paths, few, store) -> None:
    fill(store)
    name(paths, "chain")
    finish(paths, few, store)
    answer(store, range(3))
    before = weights(paths, 1)
    name(paths, "chain", "saddle")
    finish(paths, few, store)

    assert before != weights(paths, 1)
    assert [(1, 0)] == rounds(store)
    answer(store, range(3, 5))
    finish(paths, few, store)
    assert [True] * 3 == are_rebuilt(paths, few, store)


def test_patterns_that_are_taken_back_are_forgotten_to_the_bit(paths, few, store, tmp_path) -> None:
    fill(store, 5)
    finish(paths, few, store)
    plain = weights(paths, 1)
    other = ProjectPaths(tmp_path / "other")
    with Store.create(other.db) as second:
        fill(second)
        name(other, *PARTS)
        finish(other, few, second)
        answer(second, range(5))
        finish(other, few, second)
        taught = weights(other, 2)
        name(other)
        finish(other, few, second)

        assert [(1, 5)] == rounds(second)
        assert plain == weights(other, 1)
        assert plain != taught
        assert second.journal.events(kind=EventKind.WEAK_LABELS_TAKEN_BACK)


def test_nothing_is_recorded_or_learned_after_so_many_answers(paths, few, store) -> None:
    fill(store, 20)
    finish(paths, few, store)
    before = weights(paths)
    name(paths, *PARTS)
    finish(paths, few, store)

    assert before == weights(paths)
    assert [] == store.weak.all()


def test_texts_that_are_held_out_never_teach(paths, few, store) -> None:
    settings = replace(few, queue=replace(few.queue, held_out_share=0.5))
    fill(store)
    name(paths, *PARTS)
    finish(paths, settings, store)
    ids, _ = store.weak.taught()

    assert ids
    assert not any(is_held_out(text, share=0.5, seed=0) for text in store.corpus.texts(list(ids)))


def test_texts_that_taught_are_asked_about_for_training_and_never_held_out_later(paths, few, store) -> None:
    from random import Random

    from loop.held_out import HeldOut

    fill(store)
    name(paths, *PARTS)
    finish(paths, few, store)
    ids, _ = store.weak.taught()
    settings = replace(few, queue=replace(few.queue, held_out_share=0.5))
    drawn = draw(store, settings, (), Random(0), held_out=HeldOut(share=0.5))

    assert {text.id for text in drawn.held_out}
    assert not {text.id for text in drawn.held_out} & ids
    assert any(text.id in ids and is_held_out(text, share=0.5, seed=0) for text in drawn.fresh)


def test_a_weak_text_that_measures_after_all_is_unlearned(paths, few, store) -> None:
    fill(store)
    name(paths, *PARTS)
    finish(paths, few, store)
    before = weights(paths, 1)
    text_id = min(store.weak.taught()[0])
    scheme = store.journal.scheme(("PART",))
    store.answers.add(Answer("imported", text_id, "ann", "accept", held_out=True, scheme=scheme))
    finish(paths, few, store)

    assert before != weights(paths, 1)


def test_a_pattern_that_answers_deny_is_no_longer_learned_from() -> None:
    assert [True, True, False] == [evidence.is_believed for evidence in (Evidence(), Evidence(2, 2), Evidence(1, 2))]


def test_erasing_a_text_unlearns_it_and_takes_its_patterns_along(paths, few, store) -> None:
    fill(store)
    secret = "job 77 : the Zanzibrake broke again"
    store.corpus.add_batch([NewText(secret)], source="secret")
    name(paths, *PARTS, "Zanzibrake")
    finish(paths, few, store)
    before = weights(paths, 1)
    (text,) = store.corpus.containing("Zanzibrake", limit=2)
    report = erase(paths, few, store, [text])
    store.close()

    assert (1, 1) == (report.rounds, report.patterns)
    assert b"Zanzibrake" not in paths.db.read_bytes()
    with Store(paths.db) as again:
        finish(paths, few, again)
        assert before != weights(paths, 1)
        assert [True, True] == are_rebuilt(paths, few, again)


def test_no_word_of_patterns_or_texts_reaches_the_models(paths, few, store) -> None:
    fill(store)
    store.corpus.add_batch([NewText(f"job {n} : the Zanzibrake of Qwertz broke") for n in range(9)], source="secret")
    name(paths, *PARTS, "Zanzibrake of Qwertz")
    finish(paths, few, store)
    files = [file for file in paths.models.rglob("*") if file.is_file()]

    assert files
    assert not [file for file in files for word in (b"Zanzibrake", b"Qwertz") if word in file.read_bytes()]


def test_renamed_labels_keep_the_rounds_and_merged_ones_learn_anew(paths, few, store) -> None:
    settings = replace(few, project=replace(few.project, labels=("PART", "TOOL")))
    fill(store)
    name(paths, *PARTS)
    finish(paths, settings, store)
    before = weights(paths, 1)
    renamed = replace(settings, project=replace(settings.project, labels=("PIECE", "TOOL")))
    store.relabel(("PIECE", "TOOL"), {"PART": "PIECE"}, draft=relabeled)
    name(paths, *PARTS, label="PIECE")
    finish(paths, renamed, store)

    assert before[1] == weights(paths, 1)[1]
    merged = replace(settings, project=replace(settings.project, labels=("TOOL",)))
    store.relabel(("TOOL",), {"PIECE": "TOOL"}, draft=relabeled)
    name(paths, *PARTS, label="TOOL")
    rounds_ = finish(paths, merged, store)
    assert ("TOOL",) == rounds_.learner.nlp.get_pipe("ner_loop").labels


def test_one_string_with_two_labels_is_neither(paths, few, store) -> None:
    settings = replace(few, project=replace(few.project, labels=("PART", "TOOL")))
    fill(store)
    rows: Sequence[dict[str, str]] = [{"label": label, "pattern": "chain"} for label in ("PART", "TOOL")]
    paths.root.mkdir(exist_ok=True)
    paths.patterns(None).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    learner = finish(paths, settings, store).learner

    assert () == learner.nlp.get_pipe("ner_loop").labels


def test_an_answered_text_teaches_by_its_answer_alone(paths, few, store) -> None:
    fill(store)
    name(paths, *PARTS)
    finish(paths, few, store)
    trainer = Trainer(paths, few, store)
    recipe = trainer.rounds._recipe
    answer(store, range(5))
    training = store.answers.training()
    settings = recipe._weak_settings(training, 5)
    texts = recipe._weak.texts(recipe.learner, training, 5, settings, ("PART",), {})
    trainer.close()
    answered = {text.text for text in store.corpus.texts(range(1, 6))}

    assert texts
    assert not answered & {text for text, _ in texts}


def test_spans_and_patterns_survive_a_damaged_store(paths, few, store, tmp_path: Path) -> None:
    from loop.store.salvage import salvage

    fill(store)
    name(paths, *PARTS)
    finish(paths, few, store)
    kept = store.weak.all()
    salvage(paths.db, tmp_path / "saved.db")
    with Store(tmp_path / "saved.db") as saved:
        assert kept == saved.weak.all()


def test_texts_of_a_removed_batch_are_unlearned(paths, few, store) -> None:
    fill(store)
    report = store.corpus.add_batch([NewText(f"job {n} : chain {n} broke") for n in range(9)], source="more")
    name(paths, *PARTS)
    finish(paths, few, store)
    before = weights(paths, 1)
    store.corpus.remove_batch(report.batch)
    finish(paths, few, store)

    assert before != weights(paths, 1)


def test_in_cross_validation_no_answered_text_teaches_weakly(paths, few, store, monkeypatch) -> None:
    monkeypatch.setattr(cross_validation, "FOLDS", 2)
    settings = replace(few, update=replace(few.update, round_size=1, weak_until=60))
    fill(store)
    name(paths, *PARTS)
    finish(paths, settings, store)
    answer(store, range(20))
    weakly: list[str] = []
    learn = round_recipe.update

    def update(*arguments, weak=(), **options):
        weakly.extend(one.reference.text for one in weak)
        return learn(*arguments, weak=weak, **options)

    monkeypatch.setattr(round_recipe, "update", update)
    learning_curve(paths, settings, store)
    answered = {text.text for text in store.corpus.texts(range(1, 21))}

    assert weakly
    assert not answered & set(weakly)


def test_the_first_model_does_not_wait_for_further_patterns_later_ones_do(paths, few, store) -> None:
    fill(store)
    name(paths, *PARTS[:2])
    trainer = Trainer(paths, few, store, patience=60.0)
    try:
        while trainer.work():
            pass
        assert [(1, 0)] == rounds(store)

        before = store.weak.all()
        name(paths, *PARTS)
        assert not trainer.note_weak_labels()
        assert before == store.weak.all()
        assert trainer.note_weak_labels(patient=False)
    finally:
        trainer.close()
