"""A closing round: it learns from the answers left over, and the next round starts from the one before it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from trainer_kit import answer, fill, weights

from loop.care.backup import back_up
from loop.care.doctor import examine
from loop.checkpoints.checkpoints import Checkpoints
from loop.cli.checkpoints import round_details, rounds_table
from loop.cli.package import version_of
from loop.learning.evaluate import predicted_spans
from loop.progress.live_status import unlearned
from loop.records import Span
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.store.events import EventKind
from loop.store.locks import ProcessLock
from loop.trainer import Trainer, pin
from loop.trainer.rebuilding import rebuilding


def run(paths: ProjectPaths, settings: Settings, store: Store) -> None:
    """Do all that the trainer's process does before it ends."""
    with working(paths, settings, store) as trainer:
        trainer.run(lambda: True, lambda _: None)


def learn(paths: ProjectPaths, settings: Settings, store: Store) -> None:
    """Do so without a queue."""
    with working(paths, settings, store) as trainer:
        while trainer.learn() or trainer.close_round():
            pass


@contextmanager
def working(paths: ProjectPaths, settings: Settings, store: Store) -> Iterator[Trainer]:
    trainer = Trainer(paths, settings, store)
    try:
        yield trainer
    finally:
        trainer.close()


@contextmanager
def session_open(paths: ProjectPaths) -> Iterator[None]:
    lock = ProcessLock(paths.session_lock)
    assert lock.acquire()
    yield
    lock.release()


def rounds(store: Store) -> list[tuple[int, int, bool]]:
    return [(info.number, info.answers, info.closing) for info in store.journal.rounds()]


def hashes(store: Store) -> list[str]:
    return [info.weights for info in store.journal.rounds()]


def last(paths: ProjectPaths) -> str:
    return (paths.models / "last").readlink().name


def replace_answer(store: Store, number: int, **other: object) -> None:
    old = next(one for one in store.answers.standing() if one.id == f"answer {number}")
    store.answers.add(replace(old, **{"id": f"not {old.id}", "retracts": old.id, "at": None, **other}))


def undo(store: Store, number: int) -> None:
    replace_answer(store, number, verdict="retract", spans=())


@pytest.fixture(scope="module")
def closed_template(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    paths = ProjectPaths(tmp_path_factory.mktemp("closed") / "project")
    with Store.create(paths.db) as store:
        fill(store, 8)
        run(paths, settings, store)
    return paths.root


@pytest.fixture
def closed(closed_template: Path, paths: ProjectPaths) -> Iterator[Store]:
    """A store with eight answers: a round of five, and a closing one."""
    shutil.copytree(closed_template, paths.root, symlinks=True, dirs_exist_ok=True)
    with Store(paths.db) as store:
        yield store


def test_when_no_session_is_open_the_last_answers_reach_a_published_model(paths, settings, store) -> None:
    fill(store, 8)
    with session_open(paths):
        run(paths, settings, store)
        before = rounds(store), last(paths), unlearned(store, settings)
    run(paths, settings, store)

    assert ([(1, 5, False)], "round-0001", (3, 2)) == (*before[:2], (before[2].answers, before[2].missing))
    assert [(1, 5, False), (2, 8, True)] == rounds(store)
    assert "round-0002" == last(paths)
    assert 1 == len(store.journal.events(kind=EventKind.CLOSING))
    assert (0, 2) == (unlearned(store, settings).answers, unlearned(store, settings).missing)


def test_the_queue_that_waits_for_the_next_session_is_the_closing_rounds(closed) -> None:
    question = closed.questions.head("ann")

    assert question
    assert (2, 2) == (question.round, closed.questions.queue_round())


def test_without_answers_left_there_is_none(paths, settings, store) -> None:
    fill(store, 10)
    for _ in range(2):
        learn(paths, settings, store)

    assert [(1, 5, False), (2, 10, False)] == rounds(store)
    assert [] == store.journal.events(kind=EventKind.CLOSING)


def test_fewer_answers_than_a_round_are_learned_too(paths, settings, store) -> None:
    fill(store, 1)
    learn(paths, settings, store)

    assert [(1, 1, True)] == rounds(store)


def test_an_exhausted_pool_closes_while_the_session_is_open(paths, with_settings, store) -> None:
    large = with_settings("update", round_size=30)
    fill(store, 39)
    with session_open(paths):
        learn(paths, large, store)
        before = rounds(store)
        answer(store, [39])
        learn(paths, large, store)

    assert [(1, 30, False)] == before
    assert [(1, 30, False), (2, 40, True)] == rounds(store)


def test_the_next_round_starts_from_the_one_before_and_all_is_as_without_it(tmp_path, settings) -> None:
    one, other = ProjectPaths(tmp_path / "one"), ProjectPaths(tmp_path / "other")
    for paths, stops in ((one, (8, 9)), (other, ())):
        with Store.create(paths.db) as store:
            fill(store)
            done = 0
            for n in (*stops, 10):
                answer(store, range(done, n))
                done = n
                learn(paths, settings, store)
                if n < 10:
                    assert [(1, 5, False), (2, n, True)] == rounds(store)

    with Store(one.db) as store, Store(other.db) as another:
        assert rounds(store) == rounds(another) == [(1, 5, False), (2, 10, False)]
        assert hashes(store) == hashes(another)
    assert weights(one) == weights(other)
    assert "round-0002" == last(one)


def test_it_is_what_a_round_over_as_many_answers_is(tmp_path, settings, with_settings) -> None:
    """Round 1 over three answers is a closing round of three, whatever a round's size."""
    one, other = ProjectPaths(tmp_path / "one"), ProjectPaths(tmp_path / "other")
    for paths, used in ((one, settings), (other, with_settings("update", round_size=3))):
        with Store.create(paths.db) as store:
            fill(store, 3)
            learn(paths, used, store)

    with Store(one.db) as store, Store(other.db) as another:
        assert hashes(store) == hashes(another)
        assert [True, False] == [info.closing for info in (*store.journal.rounds(), *another.journal.rounds())]


def test_a_question_of_a_closing_round_is_not_taken_for_one_of_the_round_in_its_place(paths, settings, closed) -> None:
    before = closed.questions.head("ann")
    answer(closed, range(8, 10))
    run(paths, settings, closed)
    after = closed.questions.head("ann")

    assert before
    assert after
    assert (2, 2) == (before.round, after.round)
    assert before.id != after.id


@pytest.mark.parametrize(("number", "left"), [(7, 7), (6, 7)])
def test_when_one_of_its_answers_is_taken_back_it_is_trained_again_without_it_and_nothing_else_is(
    paths, settings, closed, number, left
) -> None:
    before = hashes(closed)
    undo(closed, number)
    learn(paths, settings, closed)

    assert [(1, 5, False), (2, left, True)] == rounds(closed)
    assert before[0] == hashes(closed)[0]
    assert before[1] != hashes(closed)[1]


def test_when_all_its_answers_are_taken_back_it_is_gone(paths, settings, closed) -> None:
    for number in (5, 6, 7):
        undo(closed, number)
    learn(paths, settings, closed)

    assert [(1, 5, False)] == rounds(closed)
    assert "round-0001" == last(paths)
    assert [0, 1] == Checkpoints(paths.models).rounds()


def test_a_changed_answer_is_learned_as_it_is_now(paths, settings, closed, tmp_path) -> None:
    replace_answer(closed, 6, spans=())
    learn(paths, settings, closed)
    other = ProjectPaths(tmp_path / "other")
    with Store.create(other.db) as store:
        fill(store, 8, empty=6)
        learn(other, settings, store)

        assert hashes(store) == hashes(closed)


def test_answers_after_it_wait_for_the_next_round_or_request(paths, settings, closed) -> None:
    answer(closed, [8])
    with session_open(paths):
        learn(paths, settings, closed)
        before = rounds(closed)
        closed.journal.close_round(closed.answers.training()[-1].rank)
        learn(paths, settings, closed)

    assert [(1, 5, False), (2, 8, True)] == before
    assert [(1, 5, False), (2, 9, True)] == rounds(closed)


def test_a_request_is_not_repeated_without_another_answer(closed) -> None:
    assert not closed.journal.close_round(closed.answers.training()[-1].rank)
    assert 1 == len(closed.journal.events(kind=EventKind.CLOSING))


def test_after_many_imported_answers_the_rounds_come_first(paths, settings, store) -> None:
    fill(store, 38)
    learn(paths, settings, store)

    assert [(n, 5 * n, False) for n in range(1, 8)] == rounds(store)[:-1]
    assert (8, 38, True) == rounds(store)[-1]


def test_while_a_round_is_pinned_none_is_trained_and_afterwards_it_is(paths, settings, store) -> None:
    fill(store, 8)
    with session_open(paths):
        learn(paths, settings, store)
    pin(paths, settings, store, 1)
    learn(paths, settings, store)
    before = rounds(store)
    pin(paths, settings, store, None)
    learn(paths, settings, store)

    assert [(1, 5, False)] == before
    assert [(1, 5, False), (2, 8, True)] == rounds(store)


def test_a_pinned_one_stays_in_force_until_it_is_unpinned(paths, settings, closed) -> None:
    pin(paths, settings, closed, 2)
    answer(closed, range(8, 12))
    learn(paths, settings, closed)
    before = rounds(closed), last(paths)
    pin(paths, settings, closed, None)
    learn(paths, settings, closed)

    assert ([(1, 5, False), (2, 8, True)], "round-0002") == before
    assert [(1, 5, False), (2, 10, False), (3, 12, True)] == rounds(closed)


def test_the_round_that_the_next_starts_from_is_kept_however_few_are(paths, with_settings, store) -> None:
    few = with_settings("checkpoints", keep_last=1)
    fill(store, 18)
    learn(paths, few, store)
    before = Checkpoints(paths.models).rounds(), hashes(store)
    answer(store, range(18, 20))
    learn(paths, few, store)

    assert [0, 3, 4] == before[0]
    assert [0, 4] == Checkpoints(paths.models).rounds()
    assert [(1, 5, False), (2, 10, False), (3, 15, False), (4, 20, False)] == rounds(store)
    assert before[1][:3] == hashes(store)[:3]


def test_it_is_trained_again_with_the_round_before_it_when_that_is_damaged(paths, settings, closed) -> None:
    before = weights(paths)
    (paths.models / "round-0001" / "loop" / "raw").write_bytes(b"damaged")
    learn(paths, settings, closed)

    assert [(1, 5, False), (2, 8, True)] == rounds(closed)
    assert before == weights(paths)


@pytest.mark.parametrize("n", [9, 10])
def test_a_trainer_killed_before_the_store_knows_what_takes_its_place_trains_that_again(
    paths, settings, closed, tmp_path, monkeypatch, n
) -> None:
    answer(closed, range(8, n))
    other = ProjectPaths(tmp_path / "other")
    with Store.create(other.db) as store:
        fill(store, n)
        learn(other, settings, store)
        wanted = hashes(store)
    with monkeypatch.context() as killed:
        killed.setattr(type(closed.journal), "add_round", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            learn(paths, settings, closed)
    between = last(paths), rounds(closed)
    learn(paths, settings, closed)

    assert ("round-0002", [(1, 5, False)]) == between
    assert [(1, 5, False), (2, n, n == 9)] == rounds(closed)
    assert wanted == hashes(closed)


def test_it_is_rebuilt_to_the_bit(paths, settings, closed) -> None:
    with rebuilding(paths, settings, closed) as aside:
        rebuilt = list(aside.rounds(2))

    assert [(0, True), (1, True), (2, True)] == [(one.number, one.is_same) for one in rebuilt]


def test_its_size_is_that_of_the_time_when_its_first_answer_was_given(paths, settings, with_settings, closed) -> None:
    other = with_settings("update", round_size=7)
    closed.journal.settings(other.weights_digest(), other.weights())
    answer(closed, range(8, 10))
    learn(paths, other, closed)
    answer(closed, range(10, 16))
    learn(paths, other, closed)

    assert [(1, 5, False), (2, 10, False), (3, 16, True)] == rounds(closed)


def test_a_backup_goes_on_from_it(paths, settings, closed, tmp_path) -> None:
    paths.cfg.write_text('[project]\nbase = "blank:xx"\nlabels = ["PART"]\n[update]\nround_size = 5\n')
    number = back_up(paths, settings, closed, tmp_path / "copy")
    copy = ProjectPaths(tmp_path / "copy")
    kept = Checkpoints(copy.models).rounds()
    with Store(copy.db) as store:
        trainer = Trainer(copy, settings, store)
        learned = trainer.learn()
        trainer.close()
        answer(store, range(8, 10))
        learn(copy, settings, store)

        assert (2, [0, 1, 2], False) == (number, kept, learned)
        assert [(1, 5, False), (2, 10, False)] == rounds(store)
    assert [] == list(examine(copy))


def test_a_checkpoint_that_took_its_place_after_the_store_was_copied_is_not_believed(
    paths, settings, closed, tmp_path
) -> None:
    """The store says eight answers, the folder has learned ten, and both have the number 2."""
    answer(closed, range(8, 10))
    copy = ProjectPaths(tmp_path / "copy")
    shutil.copytree(paths.root, copy.root, symlinks=True)
    learn(paths, settings, closed)
    wanted = hashes(closed)
    shutil.rmtree(copy.models)
    shutil.copytree(paths.models, copy.models, symlinks=True)
    with Store(copy.db) as store:
        assert [(1, 5, False), (2, 8, True)] == rounds(store)
        learn(copy, settings, store)

        assert [(1, 5, False), (2, 10, False)] == rounds(store)
        assert wanted == hashes(store)


def test_the_list_and_the_details_name_it(paths, closed) -> None:
    table = rounds_table(closed, Checkpoints(paths.models), {})
    details = dict(round_details(closed, Checkpoints(paths.models), 2, None))

    assert [("1", "5", ""), ("2", "8", "closing, in force")] == [(row[0], row[1], row[-1]) for row in table[2:]]
    assert ("8, the last 3 new", "round 2 over more answers will take its place") == (
        details["answers"],
        details["closing"],
    )


def test_its_package_is_newer_than_that_of_the_round_before_and_older_than_that_of_the_next(closed) -> None:
    first, closing = closed.journal.rounds()

    assert ["0.1.0", "0.1.3", "0.2.0"] == [
        version_of(rounds) for rounds in ([first], [first, closing], [first, replace(closing, closing=False)])
    ]
    assert "0.0.3" == version_of([replace(closing, number=1, answers=3)])


def test_its_predictions_are_scored_and_go_with_it(paths, settings, store) -> None:
    """Held-out texts are answered before it, and after it."""
    fill(store, 8)
    replace_answer(store, 0, held_out=True)
    answer(store, [8])
    learn(paths, settings, store)
    (text,) = (text.text for text in store.corpus.texts([1]))
    before = store.predictions.of(2, [text])
    gone = "a text that was held out"
    store.predictions.put(2, {text: [Span(0, 1, "PART")], gone: []})
    answer(store, range(9, 11))
    learn(paths, settings, store)

    assert {text} == set(before)
    assert [(1, 5, False), (2, 10, False)] == rounds(store)
    assert {text: tuple(predicted(paths, text))} == store.predictions.of(2, [text, gone])


def predicted(paths: ProjectPaths, text: str) -> list[Span]:
    (found,) = predicted_spans(Checkpoints(paths.models).published(2), [text])
    return sorted(found)
