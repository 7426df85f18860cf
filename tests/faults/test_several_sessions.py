"""Three sessions and a trainer on one project, killed and started again at random."""

from __future__ import annotations

import json
import os
import signal
from collections import defaultdict
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random
from time import sleep

import pytest
from roles import GOLD, answer, forked, make_project, train

from loop.settings import ProjectPaths
from loop.store import Store
from loop.store.sessions import at_work

pytestmark = pytest.mark.integration

ANNOTATORS = ("ann", "ben", "cid")
KILLS = 12
PAUSE = 0.15, 0.6  # seconds between two kills


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> ProjectPaths:
    """A project on which three annotators have worked until they were killed for the last time."""
    paths = ProjectPaths(tmp_path_factory.mktemp("several") / "project")
    make_project(paths)
    rng = Random(0)
    running = {name: begin(paths, name, rng) for name in (*ANNOTATORS, "trainer")}
    for _ in range(KILLS):
        sleep(rng.uniform(*PAUSE))
        name = rng.choice(list(running))
        end(running[name])
        running[name] = begin(paths, name, rng)
    sleep(PAUSE[1])
    for process in running.values():
        end(process)
    return paths


def begin(paths: ProjectPaths, name: str, rng: Random) -> int:
    if name == "trainer":
        return forked(partial(train, paths, beside=True))
    return forked(partial(annotate, paths, name, rng.randrange(10**6)))


def annotate(paths: ProjectPaths, name: str, seed: int) -> None:
    with acknowledged(paths, name).open("a", encoding="utf-8") as file:

        def say(said: dict[str, object]) -> None:
            file.write(json.dumps(said) + "\n")
            file.flush()

        answer(paths, seed, 10**6, say, name)


def acknowledged(paths: ProjectPaths, name: str) -> Path:
    return paths.root.with_name(f"{name}.jsonl")


def end(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)


def answers_said(paths: ProjectPaths, name: str) -> list[dict[str, object]]:
    lines = acknowledged(paths, name).read_text(encoding="utf-8").splitlines()
    return [said["answer"] for said in map(json.loads, lines) if "answer" in said]


def test_everybody_has_answered_and_no_acknowledged_answer_is_lost(project: ProjectPaths) -> None:
    with Store(project.db) as store:
        kept = {one.id: one for one in store.answers.all()}
    for name in ANNOTATORS:
        said = answers_said(project, name)
        assert said
        for one in said:
            assert (
                one["spans"] == [[span.start, span.end, span.label] for span in kept[str(one["id"])].spans]
                or [{"start": span.start, "end": span.end, "label": span.label} for span in kept[str(one["id"])].spans]
                == one["spans"]
            )


def test_nobody_was_asked_what_another_has_answered_unless_it_is_meant_for_both(project: ProjectPaths) -> None:
    names, needs = defaultdict(set), defaultdict(int)
    with Store(project.db) as store:
        for one in store.answers.standing():
            names[one.text_id].add(one.annotator)
            needs[one.text_id] = max(needs[one.text_id], one.needs)

    assert {} == {id_: who for id_, who in names.items() if len(who) > needs[id_]}
    assert any(len(who) == 2 for who in names.values())
    assert len(names) <= len(GOLD)


def test_nothing_is_in_anybodys_hand_afterwards(project: ProjectPaths) -> None:
    assert [] == at_work(project)


def test_the_trainer_learned_what_counts(project: ProjectPaths) -> None:
    train(project, beside=False)
    with Store(project.db) as store:
        rounds, training = store.journal.rounds(), store.answers.training()

    assert rounds
    assert len(training) == rounds[-1].answers
