from __future__ import annotations

from pathlib import Path

import pytest
from cli_running import Run
from workshop import workshop_gold

from loop.records import Answer
from loop.settings import ProjectPaths, load_settings
from loop.store import NewText, Store
from loop.trainer import Trainer


@pytest.fixture
def learned(folder: Path, run: Run) -> ProjectPaths:
    """A project with two rounds of three answers each, the current folder."""
    run("init", "--labels", "PART")
    cfg = folder / "loop.cfg"
    cfg.write_text(cfg.read_text().replace("round_size = 10", "round_size = 3").replace("steps = 12", "steps = 2"))
    paths = ProjectPaths(folder)
    gold = workshop_gold(20)
    with Store(paths.db) as store:
        store.corpus.add_batch((NewText(text) for text in gold), source="gold")
        scheme = store.journal.scheme(["PART"])
        for text in store.corpus.texts(range(1, 7)):
            store.answers.add(Answer(f"answer {text.id}", text.id, "ann", "accept", gold[text.text], scheme=scheme))
        trainer = Trainer(paths, load_settings(folder), store)
        while trainer.learn():
            pass
        trainer.close()
    return paths


def rows(out: str) -> list[list[str]]:
    return [line.split() for line in out.splitlines()]


def test_rounds_are_listed_shown_held_pruned_and_rebuilt(learned: ProjectPaths, run: Run) -> None:
    listed = run("checkpoints", "list")
    _, *each = rows(listed.out)
    assert [["0", "0"], ["1", "3"], ["2", "6"]] == [row[:2] for row in each]
    assert "in force" == listed.out.splitlines()[-1][-8:]
    assert {"MB"} == {row[-1] for row in each[:2]}

    shown = run("checkpoints", "show", "2").out
    with Store(learned.db) as store:
        assert store.journal.rounds()[1].weights in shown
    assert "6, the last 3 new" in shown

    assert "Round 1 is pinned" in run("checkpoints", "rollback", "1").out
    assert "round-0001" == (learned.models / "last").readlink().name
    assert "Round 1 is pinned" in run("checkpoints", "list").out
    assert "round 1 is pinned" in run("status").out
    assert "round 2 is in force" in run("checkpoints", "forward").out
    assert "round-0002" == (learned.models / "last").readlink().name

    cfg = learned.cfg
    cfg.write_text(cfg.read_text().replace("keep_last = 5", "keep_last = 1"))
    assert "Deleted 1 pipeline" in run("checkpoints", "prune").out
    _, _, first, _ = rows(run("checkpoints", "list").out)
    assert ["1", "3", "pruned"] == [*first[:2], first[-1]]

    refused = run("checkpoints", "diff", "0", "1")
    assert 1 == refused.code
    assert "The pipeline of round 1 is pruned, and no text is held out to compare it on." in refused.err
    found = run("checkpoints", "diff", "0", "2", "--limit", "1")
    assert 0 == found.code
    assert "They differ in" in found.out
    assert "of 20 texts" in found.out

    rebuilt = run("rebuild", "1", "--to", "out")
    assert 0 == rebuilt.code
    assert "2 rounds, all identical to the bit." in rebuilt.out
    assert (learned.root / "out" / "config.cfg").is_file()


@pytest.mark.parametrize(
    "command",
    [("checkpoints", "show", "3"), ("checkpoints", "rollback", "3"), ("rebuild", "3"), ("checkpoints", "forward")],
)
def test_what_is_not_there_is_named(project: Path, run: Run, command: tuple[str, ...]) -> None:
    ran = run(*command)

    assert 1 == ran.code
    assert "There is no round 3" in ran.err or "No round is pinned" in ran.err
