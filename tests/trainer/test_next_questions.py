from __future__ import annotations

from dataclasses import replace

import pytest
from trainer_kit import finish, give

from loop.held_out import is_held_out
from loop.records import NO_FOCUS, Answer
from loop.settings import ProjectPaths
from loop.store import NewAnswer, NewText, Store
from loop.trainer import Trainer
from loop.trainer.next_questions import NextQuestions


def rounds(paths, settings, store, gold, n: int) -> list:
    asked = []
    for _ in range(n):
        finish(paths, settings, store)
        asked += give(paths, settings, store, gold, settings.update.round_size)
    finish(paths, settings, store)
    return asked


def queued(store: Store) -> list[tuple[str, str]]:
    """(text, stream) of the questions of the queue, in their order."""
    found = []
    after = store.questions.head("nobody")
    while after is not None:
        found.append((after.text.text, after.stream))
        store.answers.add(Answer(f"look {len(found)}", after.text.id, "nobody", "skip", scheme=1, question_id=after.id))
        after = store.questions.head("nobody")
    return found


def test_held_out_texts_are_never_learned_from_and_score_every_round(paths, with_settings, store, gold):
    settings = with_settings("queue", held_out_share=0.5, size=20)
    asked = rounds(paths, settings, store, gold, 4)
    held = {question.text.id for question in asked if question.stream == "held_out"}

    assert len(held) >= 5
    for question in asked:
        beyond = is_held_out(question.text, share=0.5, seed=settings.project.seed)
        assert beyond == (question.stream == "held_out")
    assert {answer.text_id for answer in store.answers.training()}.isdisjoint(held)
    infos = store.journal.rounds()
    assert [info.answers for info in infos] == [5 * n for n in range(1, len(infos) + 1)]
    texts = [text.text for text in store.corpus.texts([answer.text_id for answer in store.answers.evaluation()])]
    assert set(texts) >= store.predictions.of(infos[-1].number, texts).keys() != set()


def test_a_held_out_question_suggests_nothing(paths, with_settings, store, gold):
    settings = with_settings("queue", held_out_share=0.5, size=20)
    asked = [question for question in rounds(paths, settings, store, gold, 4) if question.stream == "held_out"]

    assert asked
    assert {(), b"", None} == {
        part for one in asked for part in (one.prediction, one.candidates, one.lattice, one.entropy)
    }
    assert all(one.tokens and "held out" in one.reason for one in asked)


def test_nothing_is_held_out_where_gold_texts_measure(paths, with_settings, store, gold):
    settings = with_settings("queue", held_out_share=0.5, size=20)
    (paths.root / "eval.jsonl").write_text('{"text": "the fork", "spans": [{"start": 4, "end": 8, "label": "PART"}]}\n')
    settings = replace(settings, project=replace(settings.project, eval="eval.jsonl"))
    asked = rounds(paths, settings, store, gold, 4)

    assert "held_out" not in {question.stream for question in asked}


def test_a_group_is_asked_about_on_one_side_only(paths, with_settings, store):
    settings = with_settings("queue", held_out_share=0.5, size=20)
    gold = {f"job {number}, page {page}: the fork": () for number in range(12) for page in range(4)}
    store.corpus.add_batch((NewText(text, group=text.split(",")[0]) for text in gold), source="groups")
    asked = rounds(paths, settings, store, gold, 6)
    sides: dict[str, set[bool]] = {}
    for question in asked:
        sides.setdefault(question.text.group, set()).add(question.stream == "held_out")

    assert {True, False} == {side for both in sides.values() for side in both}
    assert {1} == {len(both) for both in sides.values()}


def test_an_answer_from_elsewhere_does_not_teach_what_is_held_out(store):
    store.corpus.add_batch([NewText("one", group="g"), NewText("two", group="g"), NewText("three")], source="x")
    scheme = store.journal.scheme(["PART"])
    one, two, three = store.corpus.texts([1, 2, 3])
    store.answers.add(Answer("held", one.id, "ann", "accept", scheme=scheme, held_out=True))
    for text in (two, three):
        store.answers.add(Answer(f"import {text.id}", text.id, "ann", "accept", scheme=scheme, mode="import"))
    store.answers.add(Answer("other", one.id, "bob", "accept", scheme=scheme))

    assert ["import 3"] == [answer.id for answer in store.answers.training()]
    assert ["held", "other"] == [answer.id for answer in store.answers.evaluation()]


def test_a_group_that_was_learned_from_is_not_held_out_when_the_line_moves(paths, settings, with_settings, store):
    gold = {f"job {number}, page {page}: the fork": () for number in range(8) for page in range(2)}
    store.corpus.add_batch((NewText(text, group=text.split(",")[0]) for text in gold), source="groups")
    without = with_settings("queue", held_out_share=0.0, size=20)
    learned = {question.text.group for question in rounds(paths, without, store, gold, 1)}
    moved = with_settings("queue", held_out_share=0.5, size=20)
    asked = rounds(paths, moved, store, gold, 4)

    assert learned.isdisjoint({question.text.group for question in asked if question.stream == "held_out"})


def test_a_queue_that_cannot_be_refilled_is_not_laid_out_again_and_again(paths, with_settings, store):
    settings = with_settings("queue", held_out_share=0.5, size=20)
    store.corpus.add_batch([NewText(f"page {page}", group="g") for page in range(6)], source="a group")
    scheme = store.journal.scheme(["PART"])
    (first,) = store.corpus.texts([1])
    held = is_held_out(first, share=0.5, seed=0)
    store.answers.add(Answer("elsewhere", first.id, "ann", "accept", scheme=scheme, held_out=not held))
    trainer = Trainer(paths, settings, store)
    pieces = [trainer.work() for _ in range(4)]
    trainer.close()

    assert [True, False, False, False] == pieces
    assert store.questions.is_exhausted(NO_FOCUS)
    assert store.questions.waiting() == 0
    assert store.corpus.pool_size() == 5


def test_texts_that_may_be_asked_are_found_among_many_that_may_not(paths, with_settings, store):
    blocked = [NewText(f"page {page}", group="g") for page in range(60)]
    store.corpus.add_batch([*blocked, NewText("the fork"), NewText("the hub")], source="a group and two texts")
    (first,) = store.corpus.texts([1])
    scheme = store.journal.scheme(["PART"])
    store.answers.add(Answer("elsewhere", first.id, "ann", "accept", scheme=scheme, held_out=True))
    settings = with_settings("acquire", candidates=4)
    settings = replace(settings, queue=replace(settings.queue, held_out_share=0.0))
    asked = []
    for _ in range(2):
        finish(paths, settings, store)
        question = store.questions.head("ann")
        assert question
        asked.append(question.text.text)
        store.answers.add(Answer(question.id, question.text.id, "ann", "skip", scheme=scheme, question_id=question.id))
    finish(paths, settings, store)

    assert ["the fork", "the hub"] == sorted(asked)
    assert store.questions.is_exhausted(NO_FOCUS)


def test_a_restart_does_not_change_what_is_asked(tmp_path, paths, with_settings, gold, store):
    settings = with_settings("acquire", strategy="fluctuation", candidates=20, carried_share=0.5)
    other = ProjectPaths(tmp_path / "other")
    asked = rounds(paths, settings, store, gold, 4)
    with Store.create(other.db) as second:
        second.corpus.add_batch((NewText(text) for text in gold), source="gold")
        trainer = Trainer(other, settings, second)
        going = []
        for _ in range(4):
            while trainer.work():
                pass
            going += give(other, settings, second, gold, settings.update.round_size)
        trainer.close()

    assert [question.text.text for question in asked] == [question.text.text for question in going]


def test_the_most_uncertain_are_read_again_and_their_entropy_is_remembered(paths, with_settings, store, gold):
    settings = with_settings("acquire", strategy="entropy", candidates=20, carried_share=0.5)
    settings = replace(settings, queue=replace(settings.queue, held_out_share=0.0))
    rounds(paths, settings, store, gold, 3)
    seen = store.questions.seen()

    assert len(seen) <= 20
    assert {3} == {one.entropies[-1][0] for one in seen}
    assert any(len(one.entropies) > 1 for one in seen)
    entropies = [one.entropies[-1][1] for one in seen]
    assert entropies == sorted(entropies, reverse=True)


@pytest.mark.usefixtures("default_network")
def test_no_two_questions_by_doubt_are_nearly_the_same(paths, with_settings, store, gold, monkeypatch):
    monkeypatch.setattr("loop.trainer.next_questions.COLD_START_ANSWERS", 10)
    copies = {f"{text} {i}": spans for text, spans in gold.items() for i in range(3)}
    store.corpus.add_batch((NewText(text) for text in copies), source="copies")
    settings = with_settings("acquire", strategy="entropy")
    everything = {**gold, **copies}
    rounds(paths, settings, store, everything, 2)
    trainer = Trainer(paths, settings, store)
    NextQuestions(paths, settings, store).refill(trainer.rounds)
    trainer.close()
    uncertain = [text for text, stream in queued(store) if stream == "uncertain"]
    stems = [" ".join(word for word in text.split() if not word.isdigit()) for text in uncertain]

    assert len(stems) >= 3
    assert len(set(stems)) == len(stems)


def test_imported_answers_owe_no_questions_that_measure(paths, with_settings, store, gold):
    settings = with_settings("queue", held_out_share=0.1, size=20)
    rows = [NewAnswer(NewText(f"the chain {n}"), Answer(f"i{n}", 0, "ann", "accept")) for n in range(100)]
    store.import_answers(rows, labels=["PART"], source="gold.jsonl")
    trainer = Trainer(paths, settings, store)
    trainer.ask()
    trainer.close()

    assert "held_out" not in {stream for _, stream in queued(store)[:10]}
