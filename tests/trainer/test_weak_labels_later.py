"""What becomes of weak labels when many answers have been given since, or settings and sources change."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from trainer_kit import answer, fill, finish, weights
from weak_kit import FEW, PARTS, are_rebuilt, name, rounds

from loop.editing.draft import relabeled
from loop.errors import InputError
from loop.patterns.file import relabel_patterns
from loop.project.erasing import erase
from loop.records import Answer, Span
from loop.settings import PretrainSettings, ProjectPaths
from loop.store import NewText, Store
from loop.trainer import Trainer


def test_patterns_taken_back_after_many_answers_are_forgotten_to_the_bit(paths, store, tmp_path: Path) -> None:
    fill(store, 20)
    finish(paths, FEW, store)
    plain = weights(paths, 4)
    other = ProjectPaths(tmp_path / "other")
    with Store.create(other.db) as second:
        fill(second)
        name(other, *PARTS)
        finish(other, FEW, second)
        answer(second, range(20))
        finish(other, FEW, second)
        taught = weights(other, 5)
        name(other)
        finish(other, FEW, second)

        assert [(1, 5), (2, 10), (3, 15), (4, 20)] == rounds(second)
        assert plain == weights(other, 4)
        assert plain != taught


def test_an_erased_weak_text_is_unlearned_by_all_rounds_that_follow(paths, store) -> None:
    fill(store)
    store.corpus.add_batch([NewText("job 77 : the chain of Qwertz broke")], source="secret")
    name(paths, *PARTS)
    finish(paths, FEW, store)
    answer(store, range(20))
    finish(paths, FEW, store)
    before = weights(paths, 5)
    report = erase(paths, FEW, store, store.corpus.containing("Qwertz", limit=2))
    store.close()

    assert 5 == report.rounds
    with Store(paths.db) as again:
        finish(paths, FEW, again)
        assert before != weights(paths, 5)
        assert [True] * 6 == are_rebuilt(paths, FEW, again)


def test_a_start_follows_all_settings_that_held_at_the_first_answer(paths, store) -> None:
    fill(store)
    name(paths, *PARTS)
    finish(paths, FEW, store)
    slower = replace(FEW, update=replace(FEW.update, learn_rate=0.0005))
    finish(paths, slower, store)
    answer(store, range(5))
    finish(paths, slower, store)

    assert [True] * 3 == are_rebuilt(paths, slower, store)


def test_settings_changed_after_the_first_answer_leave_the_start_as_it_is(paths, store) -> None:
    fill(store)
    name(paths, *PARTS)
    finish(paths, FEW, store)
    answer(store, range(2))
    before = weights(paths, 1)
    slower = replace(FEW, update=replace(FEW.update, learn_rate=0.0005, weak_texts=3, weak_until=2))
    finish(paths, slower, store)

    assert before == weights(paths, 1)
    answer(store, range(2, 10))
    finish(paths, slower, store)
    assert [True] * 4 == are_rebuilt(paths, slower, store)


def test_a_pattern_file_that_is_missing_for_once_unlearns_nothing(paths, store) -> None:
    settings = replace(FEW, project=replace(FEW.project, patterns="patterns.jsonl"))
    fill(store)
    name(paths, *PARTS)
    finish(paths, settings, store)
    before = store.weak.all()
    paths.patterns(None).rename(paths.root / "elsewhere.jsonl")
    trainer = Trainer(paths, settings, store)
    with pytest.raises(InputError):
        trainer.note_weak_labels(patient=False)
    trainer.close()

    assert before == store.weak.all()


def test_no_word_of_an_erased_text_is_left_among_what_is_said_about_sources(paths, store) -> None:
    fill(store)
    store.corpus.add_batch([NewText("job 77 : the Zanzibrake broke again")], source="secret")
    name(paths, *PARTS, "Zanzibrake")
    finish(paths, FEW, store)
    (text,) = store.corpus.containing("Zanzibrake", limit=2)
    answer(store, range(4))
    scheme = store.journal.scheme(("PART",))
    store.answers.add(Answer("none", text.id, "ann", "accept", (), scheme=scheme))
    finish(paths, FEW, store)
    doubted = [name for one in store.weak.summary() for name in one.doubted]

    assert ["Zanzibrake"] == doubted
    erase(paths, FEW, store, [text])
    store.close()
    assert b"Zanzibrake" not in paths.db.read_bytes()


def test_nothing_is_said_about_sources_that_were_taken_back(paths, store) -> None:
    fill(store)
    name(paths, *PARTS)
    finish(paths, FEW, store)
    assert ["pattern"] == [one.source for one in store.weak.summary()]

    name(paths)
    finish(paths, FEW, store)
    assert [] == store.weak.summary()


def suggest(store: Store, *, start: int, end: int) -> None:
    """Let a file suggest these characters in ten texts."""
    span = Span(start, end, "PART")
    store.corpus.add_batch((NewText(f"chain {n} and hub", suggested=(span,)) for n in range(10)), source="file")


def test_suggestions_that_a_file_corrects_are_learned_from(paths, store) -> None:
    suggest(store, start=6, end=7)
    trainer = Trainer(paths, FEW, store)
    trainer.work(patient=False)
    suggest(store, start=0, end=5)
    while trainer.work(patient=False):
        pass
    trainer.close()
    (said,) = store.weak.in_force()

    assert {(Span(0, 5, "PART"),)} == {tuple(one.span for one in spans) for spans in said.texts.values()}


def test_what_answers_say_about_a_file_is_known_after_the_next_start(paths, store) -> None:
    settings = replace(FEW, update=replace(FEW.update, weak_texts=6))
    suggest(store, start=6, end=7)
    finish(paths, settings, store)
    (said,) = store.weak.in_force()
    scheme = store.journal.scheme(("PART",))
    for id_ in sorted(said.texts)[:5]:
        store.answers.add(Answer(f"a{id_}", id_, "ann", "accept", (Span(0, 5, "PART"),), scheme=scheme))
    finish(paths, settings, store)

    assert [5] == [one.denied for one in store.weak.summary()]
    store.corpus.add_batch([NewText("another chain", suggested=(Span(0, 7, "PART"),))], source="more")
    finish(paths, settings, store)
    store.answers.add(Answer("last", max(said.texts), "ann", "accept", (), scheme=scheme))
    finish(paths, replace(settings, update=replace(settings.update, round_size=1)), store)

    assert 5 <= next(one.denied for one in store.weak.summary())


def test_rounds_are_rebuilt_however_events_and_pins_followed_one_another(paths, store) -> None:
    """Patterns come between answers and their rounds; a round is pinned, answers are changed and retracted."""
    settings = replace(FEW, checkpoints=replace(FEW.checkpoints, keep_last=1, keep_every=3))
    fill(store)
    name(paths, "chain")
    finish(paths, settings, store)
    answer(store, range(5))
    name(paths, "chain", "hub")
    finish(paths, settings, store)
    answer(store, range(5, 9))
    name(paths, "chain", "hub", "brake")
    finish(paths, settings, store)
    answer(store, range(9, 12))
    store.journal.pin(1)
    finish(paths, settings, store)
    said = store.answers.training()
    store.answers.add(replace(said[6], id="changed", spans=(), retracts="answer 6"))
    store.answers.add(replace(said[3], id="undone", verdict="retract", spans=(), retracts="answer 3"))
    finish(paths, settings, store)
    store.journal.pin(None)
    finish(paths, settings, store)

    assert [(1, 0), (2, 5), (3, 10)] == rounds(store)
    assert [True] * 4 == are_rebuilt(paths, settings, store)


@pytest.mark.parametrize("names", [{"TOOL": None}, {"TOOL": "PART"}, {"PART": "PIECE"}])
def test_rounds_are_rebuilt_after_labels_change(paths, store, names) -> None:
    settings = replace(FEW, project=replace(FEW.project, labels=("PART", "TOOL")))
    fill(store)
    rows = [{"label": label, "pattern": part} for label, part in (("PART", "chain"), ("TOOL", "hub"))]
    paths.root.mkdir(exist_ok=True)
    paths.patterns(None).write_text("".join(json.dumps(row) + "\n" for row in rows))
    finish(paths, settings, store)
    answer(store, range(5), labels=("PART", "TOOL"))
    finish(paths, settings, store)
    labels = tuple(dict.fromkeys(name for one in ("PART", "TOOL") if (name := names.get(one, one))))
    store.relabel(labels, names, draft=relabeled)
    relabel_patterns(paths.patterns(None), names)
    settings = replace(settings, project=replace(settings.project, labels=labels))
    finish(paths, settings, store)
    answer(store, range(5, 10), labels=labels)
    finish(paths, settings, store)

    assert [(1, 0), (2, 5), (3, 10)] == rounds(store)
    assert [True] * 4 == are_rebuilt(paths, settings, store)


def test_the_start_is_not_trained_again_when_the_first_answers_come(paths, store) -> None:
    fill(store)
    name(paths, *PARTS)
    finish(paths, FEW, store)
    start = store.journal.rounds()[0].at
    answer(store, range(7))
    finish(paths, FEW, store)

    assert start == store.journal.rounds()[0].at


def test_pretrained_weights_that_come_between_are_learned_from_too(paths, store) -> None:
    settings = replace(FEW, pretrain=PretrainSettings(texts=40, at_least=10))
    fill(store)
    name(paths, *PARTS)
    finish(paths, settings, store, pretrain=True)
    answer(store, range(10))
    finish(paths, settings, store, pretrain=True)

    assert [(1, 0), (2, 5), (3, 10)] == rounds(store)
    assert [True] * 4 == are_rebuilt(paths, settings, store)
    name(paths)
    finish(paths, settings, store)
    assert [(1, 5), (2, 10)] == rounds(store)
    assert [True] * 3 == are_rebuilt(paths, settings, store)
