"""Any history leaves a valid store, and the very model that the answers which stand give in a new project."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import update

from loop.checkpoints.checkpoints import Checkpoints
from loop.editing.draft import relabeled
from loop.project import erase
from loop.records import Answer, Span
from loop.settings import ProjectPaths, ProjectSettings, QueueSettings, Settings, UpdateSettings
from loop.store import NewText, Store
from loop.store.answered import mark_answered
from loop.store.events import EventKind
from loop.store.journal import append_event
from loop.store.schema import texts
from loop.trainer import Trainer, pin
from loop.trainer.rebuilding import rebuilding

WORDS = ["chain", "saddle", "brake", "hub", "spoke", "fork", "pedal", "worn", "bent", "loose", "clean", "new", "old"]
SEEDS = st.integers(0, 999)
FEW = st.integers(1, 4)
UPDATES = [
    UpdateSettings(round_size=size, steps=steps, batch_size=6, new_per_batch=2) for size, steps in [(3, 2), (2, 3)]
]


class Histories(RuleBasedStateMachine):
    """One project, and all that can happen to it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.paths = ProjectPaths(self.folder / "project")
        self.store = Store.create(self.paths.db)
        self.settings = Settings(
            project=ProjectSettings(base="blank:xx", labels=("PART", "FAULT")),
            queue=QueueSettings(size=6),
            update=UPDATES[0],
        )
        self.trainer: Trainer | None = None
        self.names = 2
        self.given = 0
        self.add_texts(8)
        self.opened()

    def opened(self) -> int:
        """What a session does first; returns the scheme of its answers."""
        self.store.journal.settings(self.settings.weights_digest(), self.settings.weights())
        return self.store.journal.scheme(self.settings.project.labels)

    @rule(n=FEW)
    def add_texts(self, n: int) -> None:
        first = self.store.corpus.size()
        rng = Random(first)
        new = (
            NewText(f"{number} {' '.join(rng.choices(WORDS, k=5))}", group=f"job {number // 3}" if number % 2 else None)
            for number in range(first, first + n)
        )
        self.store.corpus.add_batch(new, source="more")

    def give(self, text_id: int, seed: int, **other: object) -> None:
        rng, (text,) = Random(seed), self.store.corpus.texts([text_id])
        starts = [0, *(i + 1 for i, char in enumerate(text.text) if char == " ")]
        words = zip(starts, [*(start - 1 for start in starts[1:]), len(text.text)], strict=True)
        labels = self.settings.project.labels
        spans = tuple(Span(start, end, rng.choice(labels)) for start, end in words if rng.random() < 0.3)
        self.given += 1
        answer = Answer(f"answer {self.given}", text_id, "ann", "accept", spans, scheme=self.opened())
        answer = replace(answer, **{"complete": rng.random() < 0.8, **other})
        if answer.verdict == "reject":  # no to what was shown
            answer = replace(answer, spans=(), shown=spans, complete=False, mode="teach")
        self.store.answers.add(answer)

    @rule(n=FEW, seed=SEEDS, held_out=st.booleans(), verdict=st.sampled_from(["accept", "accept", "reject", "skip"]))
    def answer(self, n: int, seed: int, held_out: bool, verdict: str) -> None:
        pool = self.store.corpus.sample_pool(n, Random(seed))
        for text in pool[:1] if held_out or verdict == "skip" else pool:
            self.give(text.id, seed + text.id, held_out=held_out, verdict=verdict)

    def one_of_the_standing(self, seed: int) -> Answer | None:
        standing = self.store.answers.standing()
        return Random(seed).choice(standing) if standing else None

    @rule(seed=SEEDS)
    def change(self, seed: int) -> None:
        if old := self.one_of_the_standing(seed):
            self.give(old.text_id, seed, retracts=old.id, held_out=old.held_out)

    @rule(seed=SEEDS, annotator=st.sampled_from(["ann", "bob"]))
    def answer_again(self, seed: int, annotator: str) -> None:
        if old := self.one_of_the_standing(seed):
            self.give(old.text_id, seed, annotator=annotator, held_out=old.held_out)

    @rule(seed=SEEDS)
    def undo(self, seed: int) -> None:
        if old := self.one_of_the_standing(seed):
            self.give(old.text_id, seed, retracts=old.id, verdict="retract")

    @rule(pieces=FEW)
    def train(self, pieces: int) -> None:
        self.trainer = self.trainer or Trainer(self.paths, self.settings, self.store)
        for _ in range(pieces):
            self.trainer.work(lambda info: self.nothing_held_out_is_learned(info.number))

    @rule(pieces=st.integers(0, 3))
    def close_a_round(self, pieces: int) -> None:
        if training := self.store.answers.training():
            self.store.journal.close_round(training[-1].rank)
        self.train(pieces)

    @rule(n=st.integers(1, 2), seed=SEEDS)
    def erase(self, n: int, seed: int) -> None:
        self.stop()
        there = self.store.corpus.matching(())
        erase(self.paths, self.settings, self.store, Random(seed).sample(there, min(n, len(there))))

    @precondition(lambda self: self.trainer)
    @rule(before_the_store_knew=st.booleans())
    def kill_and_open_again(self, before_the_store_knew: bool) -> None:
        self.stop()
        if before_the_store_knew and (finished := self.store.journal.rounds()):
            self.store.journal.forget_rounds_after(finished[-1].number - 1)
        (self.paths.models / f".round-0099-{os.getpid()}").mkdir(exist_ok=True)
        self.store.close()
        self.store = Store(self.paths.db)

    def stop(self) -> None:
        if self.trainer:
            self.trainer.close()
            self.trainer = None

    @rule(seed=SEEDS)
    def rollback(self, seed: int) -> None:
        pin(self.paths, self.settings, self.store, Random(seed).randint(0, len(self.store.journal.rounds())))

    @precondition(lambda self: self.store.journal.pinned_round() is not None)
    @rule()
    def forward(self) -> None:
        pin(self.paths, self.settings, self.store, None)

    @rule(new=st.sampled_from(UPDATES))
    def other_settings(self, new: UpdateSettings) -> None:
        self.stop()
        self.settings = replace(self.settings, update=new)

    def with_labels(self, *labels: str) -> None:
        self.stop()
        self.settings = replace(self.settings, project=replace(self.settings.project, labels=labels))

    def new_name(self) -> str:
        self.names += 1
        return f"LABEL{self.names}"

    @precondition(lambda self: len(self.settings.project.labels) < 4)
    @rule()
    def add_label(self) -> None:
        self.with_labels(*self.settings.project.labels, self.new_name())
        self.opened()

    def relabel(self, names: dict[str, str | None]) -> None:
        now = (names.get(label, label) for label in self.settings.project.labels)
        labels = tuple(dict.fromkeys(label for label in now if label))
        self.opened()
        self.store.relabel(labels, names, draft=relabeled)
        self.with_labels(*labels)
        self.opened()

    @rule(seed=SEEDS)
    def rename_label(self, seed: int) -> None:
        self.relabel({Random(seed).choice(self.settings.project.labels): self.new_name()})

    @precondition(lambda self: len(self.settings.project.labels) > 1)
    @rule(seed=SEEDS, merge=st.booleans())
    def merge_or_remove_label(self, seed: int, merge: bool) -> None:
        one, other = Random(seed).sample(self.settings.project.labels, 2)
        self.relabel({one: other if merge else None})

    @invariant()
    def the_store_is_valid(self) -> None:
        with self.store._database.read() as connection:
            assert ["ok"] == list(connection.exec_driver_sql("PRAGMA integrity_check").scalars())
            assert [] == list(connection.exec_driver_sql("PRAGMA foreign_key_check"))

    @invariant()
    def the_pool_holds_what_nobody_answered(self) -> None:
        answered = {answer.text_id for answer in self.store.answers.standing()}
        every = [text.id for text in self.store.corpus.matching(())]

        assert set(every) - answered == {text.id for text in self.store.corpus.unanswered(every)}
        assert len(every) - len(answered) == self.store.corpus.pool_size()
        question = self.store.questions.head("ann")
        asked_again = question is not None and question.stream in ("revisit", "repeat")
        assert question is None or asked_again or question.text.id not in answered

    def held_out(self) -> set[object]:
        given = self.store.answers.standing()
        held = [answer.text_id for answer in given if answer.held_out]
        return {text.group or text.id for text in self.store.corpus.texts(held)}

    def nothing_held_out_is_learned(self, number: int) -> None:
        """No text of a round's answers is held out, nor is any text of its group."""
        text_of = {answer.id: answer.text_id for answer in self.store.answers.all()}
        keys = Checkpoints(self.paths.models).info(number).answers
        texts = self.store.corpus.texts([text_of[key.partition("@")[0]] for key in keys])

        assert not {text.group or text.id for text in texts} & self.held_out()

    def finished(self) -> list[tuple[int, str]]:
        self.stop()
        self.store.journal.pin(None)
        return learned(self.paths, self.settings, self.store)

    def teardown(self) -> None:
        try:
            rounds = self.finished()
            for number in Checkpoints(self.paths.models).rounds():
                self.nothing_held_out_is_learned(number)
            assert rounds == self.in_a_new_project()
        finally:
            self.stop()
            self.store.close()
            shutil.rmtree(self.folder)

    def in_a_new_project(self) -> list[tuple[int, str]]:
        """The rounds of a project in which nothing else was ever said than what stands, as it is read today."""
        paths = ProjectPaths(self.folder / "new")
        with Store.create(paths.db) as store:
            there = self.store.corpus.matching(())
            store.corpus.add_batch((NewText(text.text, group=text.group) for text in there), source="all")
            numbers = store.corpus.find([text.text for text in there])
            ids = {text.id: numbers[text.text] for text in there}
            naming = self.store.journal.naming()
            known = {
                version: store.journal.scheme(naming.in_force(version), asked=labels)
                for version, labels in naming.complete_for.items()
            }
            standing = [(answer.rank, answer) for answer in self.store.answers.standing()]
            noted = [(seq, values) for seq, _, values in self.store.journal.events(kind=EventKind.SETTINGS)]
            closed = [(seq, None) for seq, _, _ in self.store.journal.events(kind=EventKind.CLOSING)]
            for _, what in sorted([*standing, *noted, *closed, *self.released()], key=lambda pair: pair[0]):
                if isinstance(what, Answer):
                    again = replace(what, text_id=ids[what.text_id], scheme=known[what.scheme])
                    store.answers.add(replace(again, retracts=None, at=None))
                elif isinstance(what, frozenset):
                    release(store, {ids[text_id] for text_id in what})
                elif what is None:
                    store.journal.note(EventKind.CLOSING, {})
                else:
                    digest = what.pop("digest")
                    store.journal.settings(digest, what)
            return learned(paths, self.settings, store)

    def released(self) -> list[tuple[int, frozenset[int]]]:
        """The texts that wait no more for annotators who left, with the events since which they do not."""
        with self.store._database.read() as connection:
            found = connection.exec_driver_sql("SELECT released, id FROM texts WHERE released IS NOT NULL").all()
        return [(seq, frozenset(id_ for at, id_ in found if at == seq)) for seq in sorted({at for at, _ in found})]


def release(store: Store, ids: set[int]) -> None:
    """Let texts wait no more."""
    with store._database.write() as connection:
        seq = append_event(connection, EventKind.RETIRED, {"annotator": "somebody"})
        connection.execute(update(texts).where(texts.c.id.in_(ids)).values(released=seq))
        mark_answered(connection, ids)


def learned(paths: ProjectPaths, settings: Settings, store: Store) -> list[tuple[int, str]]:
    """The weights of every round when all is done that is due."""
    trainer = Trainer(paths, settings, store)
    while trainer.learn():
        pass
    trainer.close()
    check_rebuilding(paths, settings, store)
    return [(info.answers, info.weights) for info in store.journal.rounds()]


def check_rebuilding(paths: ProjectPaths, settings: Settings, store: Store) -> None:
    """A closing round, too, follows from the events alone, to the bit."""
    finished = store.journal.rounds()
    assert [False] * len(finished[:-1]) == [info.closing for info in finished[:-1]]
    if finished and finished[-1].closing:
        with rebuilding(paths, settings, store) as aside:
            assert all(one.is_same for one in aside.rounds(len(finished)))


def check(histories: int, steps: int) -> None:
    run_state_machine_as_test(
        Histories,
        settings=hypothesis_settings(
            max_examples=histories,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_few_histories() -> None:
    check(5, 12)


@pytest.mark.slow
def test_many_histories() -> None:
    check(int(os.environ.get("LOOP_HISTORIES", "200")), 40)
