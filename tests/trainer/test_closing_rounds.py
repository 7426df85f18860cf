"""A closing round: it learns from the answers left over, and the next round starts from the one before it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from trainer_kit import answer, fill, finish, weights

from loop.checkpoints.checkpoints import Checkpoints
from loop.progress.live_status import unlearned
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.store.events import EventKind
from loop.store.locks import ProcessLock
from loop.trainer import Trainer, pin
from loop.trainer.rebuilding import rebuilding


def run(paths: ProjectPaths, settings: Settings, store: Store) -> None:
    """Do all that the trainer's process does before it ends."""
    trainer = Trainer(paths, settings, store)
    try:
        trainer.run(lambda: True, lambda _: None)
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


@pytest.fixture
def closed(paths: ProjectPaths, settings: Settings, store: Store) -> Store:
    """A store with eight answers: a round of five, and a closing one."""
    fill(store, 8)
    run(paths, settings, store)
    return store


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


def test_the_queue_that_waits_for_the_next_session_is_the_closing_rounds(paths, settings, closed) -> None:
    question = closed.questions.head("ann")

    assert question
    assert (2, 2) == (question.round, closed.questions.queue_round())


def test_without_answers_left_there_is_none(paths, settings, store) -> None:
    fill(store, 10)
    for _ in range(2):
        run(paths, settings, store)

    assert [(1, 5, False), (2, 10, False)] == rounds(store)
    assert [] == store.journal.events(kind=EventKind.CLOSING)


def test_fewer_answers_than_a_round_are_learned_too(paths, settings, store) -> None:
    fill(store, 1)
    run(paths, settings, store)

    assert [(1, 1, True)] == rounds(store)


def test_an_exhausted_pool_closes_while_the_session_is_open(paths, with_settings, store) -> None:
    large = with_settings("update", round_size=30)
    fill(store, 39)
    with session_open(paths):
        run(paths, large, store)
        before = rounds(store)
        answer(store, [39])
        run(paths, large, store)

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
                run(paths, settings, store)
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
            run(paths, used, store)

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
    finish(paths, settings, closed)

    assert [(1, 5, False), (2, left, True)] == rounds(closed)
    assert before[0] == hashes(closed)[0]
    assert before[1] != hashes(closed)[1]


def test_when_all_its_answers_are_taken_back_it_is_gone(paths, settings, closed) -> None:
    for number in (5, 6, 7):
        undo(closed, number)
    finish(paths, settings, closed)

    assert [(1, 5, False)] == rounds(closed)
    assert "round-0001" == last(paths)
    assert [0, 1] == Checkpoints(paths.models).rounds()


def test_a_changed_answer_is_learned_as_it_is_now(paths, settings, closed, tmp_path) -> None:
    replace_answer(closed, 6, spans=())
    finish(paths, settings, closed)
    other = ProjectPaths(tmp_path / "other")
    with Store.create(other.db) as store:
        fill(store, 8, empty=6)
        run(other, settings, store)

        assert hashes(store) == hashes(closed)


def test_answers_after_it_wait_for_the_next_round_or_request(paths, settings, closed) -> None:
    answer(closed, [8])
    with session_open(paths):
        run(paths, settings, closed)
        before = rounds(closed)
        closed.journal.close_round(closed.answers.training()[-1].rank)
        run(paths, settings, closed)

    assert [(1, 5, False), (2, 8, True)] == before
    assert [(1, 5, False), (2, 9, True)] == rounds(closed)


def test_a_request_is_not_repeated_without_another_answer(closed) -> None:
    assert not closed.journal.close_round(closed.answers.training()[-1].rank)
    assert 1 == len(closed.journal.events(kind=EventKind.CLOSING))


def test_after_many_imported_answers_the_rounds_come_first(paths, settings, store) -> None:
    fill(store, 38)
    run(paths, settings, store)

    assert [(n, 5 * n, False) for n in range(1, 8)] == rounds(store)[:-1]
    assert (8, 38, True) == rounds(store)[-1]


def test_while_a_round_is_pinned_none_is_trained_and_afterwards_it_is(paths, settings, store) -> None:
    fill(store, 8)
    finish(paths, settings, store)
    pin(paths, settings, store, 1)
    run(paths, settings, store)
    before = rounds(store)
    pin(paths, settings, store, None)
    run(paths, settings, store)

    assert [(1, 5, False)] == before
    assert [(1, 5, False), (2, 8, True)] == rounds(store)


def test_a_pinned_one_stays_in_force_until_it_is_unpinned(paths, settings, closed) -> None:
    pin(paths, settings, closed, 2)
    answer(closed, range(8, 12))
    run(paths, settings, closed)
    before = rounds(closed), last(paths)
    pin(paths, settings, closed, None)
    run(paths, settings, closed)

    assert ([(1, 5, False), (2, 8, True)], "round-0002") == before
    assert [(1, 5, False), (2, 10, False), (3, 12, True)] == rounds(closed)


def test_the_round_that_the_next_starts_from_is_kept_however_few_are(paths, with_settings, store) -> None:
    few = with_settings("checkpoints", keep_last=1)
    fill(store, 18)
    run(paths, few, store)
    before = Checkpoints(paths.models).rounds(), hashes(store)
    answer(store, range(18, 20))
    run(paths, few, store)

    assert [0, 3, 4] == before[0]
    assert [0, 4] == Checkpoints(paths.models).rounds()
    assert [(1, 5, False), (2, 10, False), (3, 15, False), (4, 20, False)] == rounds(store)
    assert before[1][:3] == hashes(store)[:3]


def test_it_is_trained_again_with_the_round_before_it_when_that_is_damaged(paths, settings, closed) -> None:
    before = weights(paths)
    (paths.models / "round-0001" / "loop" / "raw").write_bytes(b"damaged")
    run(paths, settings, closed)

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
        run(other, settings, store)
        wanted = hashes(store)
    with monkeypatch.context() as killed:
        killed.setattr(type(closed.journal), "add_round", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(paths, settings, closed)
    between = last(paths), rounds(closed)
    run(paths, settings, closed)

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
    run(paths, other, closed)
    answer(closed, range(10, 16))
    run(paths, other, closed)

    assert [(1, 5, False), (2, 10, False), (3, 16, True)] == rounds(closed)
