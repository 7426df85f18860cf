"""Three people at three real terminals and one trainer, on one project; some of them are killed."""

from __future__ import annotations

import json
import os
import signal
from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from person import run, wait_until
from real_terminal import Terminal

from loop.formats import read_gold
from loop.settings import ProjectPaths
from loop.store import Store
from loop.store.locks import is_held
from loop.store.sessions import at_work

pytestmark = pytest.mark.integration

CORPUS = Path(__file__).parents[2] / "data" / "demo"
PEOPLE = ("ann", "ben", "cid")
ANSWERS = 24  # of all three


@pytest.fixture
def project(tmp_path: Path) -> Iterator[ProjectPaths]:
    folder = tmp_path / "shop"
    texts = (raw.text for raw in islice(read_gold(CORPUS / "pool.jsonl"), 120))
    (tmp_path / "texts.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    run("init", "--labels", "BRAND,PART,FAULT", str(tmp_path / "texts.jsonl"), folder=folder)
    yield ProjectPaths(folder)
    wait_until(lambda: not is_held(ProjectPaths(folder).trainer_lock), "the end of the trainer")


def sit_down(paths: ProjectPaths, name: str) -> Terminal:
    command = ("-m", "loop", "-C", str(paths.root), "annotate", "--annotator", name)
    return Terminal(paths.root, arguments=command, rows=40, columns=120).wait("in all", "Why: ")


def answer(terminal: Terminal, store: Store, name: str) -> None:
    """Say that the text has no entities, and wait until that is acknowledged on the screen."""
    given = store.answers.count(name)
    terminal.press("0").wait(f"{given + 1} in all")


def test_three_people_work_at_once_and_whoever_is_killed_loses_nothing(project: ProjectPaths) -> None:
    rng = Random(0)
    people = {name: sit_down(project, name) for name in PEOPLE}
    people["ann"].wait("with ben and cid")
    with Store(project.db) as store:
        for n in range(ANSWERS):
            name = rng.choice(PEOPLE)
            answer(people[name], store, name)
            in_hand = [text.text_id for one in at_work(project) for text in one.in_hand]
            assert len(in_hand) == len(set(in_hand))
            if n % 8 == 4:
                people[name].kill(signal.SIGKILL).close()
                assert name not in {one.annotator for one in at_work(project)}
                people[name] = sit_down(project, name)
            if n == 12:
                trainer = store.journal.trainer()
                assert trainer
        answers = store.answers.standing()
        needed, names = defaultdict(int), defaultdict(set)
        for one in answers:
            names[one.text_id].add(one.annotator)
            needed[one.text_id] = max(needed[one.text_id], one.needs)
    for terminal in people.values():
        assert 0 == terminal.press("q").end()

    assert ANSWERS == len(answers)
    assert [] == [id_ for id_, who in names.items() if len(who) > needed[id_]]
    assert [] == at_work(project)
    listed = [line.split()[0] for line in run("annotators", folder=project.root).splitlines()[1:]]
    assert list(PEOPLE) == listed


def test_who_is_stopped_keeps_the_text_until_it_is_taken(project: ProjectPaths) -> None:
    ann = sit_down(project, "ann")
    (before,) = at_work(project)
    os.kill(ann.child.pid, signal.SIGSTOP)
    ben = sit_down(project, "ben")
    mine, theirs = ({text.text_id for text in one.in_hand} for one in at_work(project))
    said = run("annotators", "--free", "ann", folder=project.root)
    freed = [one.in_hand for one in at_work(project)]
    os.kill(ann.child.pid, signal.SIGCONT)
    ends = ann.press("q").end(), ben.press("q").end()

    assert before.in_hand
    assert {text.text_id for text in before.in_hand} <= mine
    assert not mine & theirs
    assert "may be asked of others now; what ann answers still counts." in said
    assert () == freed[0]
    assert (0, 0) == ends
