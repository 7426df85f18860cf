"""Commands on a project whose only round learned from patterns, before the first answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_running import Run
from weak_kit import PARTS, name
from workshop import workshop_gold

from loop.checkpoints.checkpoints import Checkpoints
from loop.final import About
from loop.settings import ProjectPaths, load_settings
from loop.store import Store, WeakSummary
from loop.trainer import Trainer


@pytest.fixture
def started(folder: Path, run: Run, built_once) -> ProjectPaths:
    """A project with a gold file, 40 texts and such a round."""
    paths = ProjectPaths(folder)

    def with_a_weak_start() -> None:
        run("init", "--labels", "PART", "--base", "blank:xx")
        cfg = paths.cfg.read_text().replace("weak_steps = 200", "weak_steps = 40")
        paths.cfg.write_text(cfg.replace("eval = null", 'eval = "gold.jsonl"'))
        rows = [
            {"text": text, "spans": [{"start": one.start, "end": one.end, "label": one.label} for one in spans]}
            for text, spans in workshop_gold(40, seed=1).items()
        ]
        (folder / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        (folder / "in.txt").write_text("\n".join(workshop_gold(40)))
        assert 0 == run("add", "in.txt").code
        name(paths, *PARTS)
        with Store(paths.db) as store:
            trainer = Trainer(paths, load_settings(folder), store)
            while trainer.work() or trainer.evaluate():
                pass
            trainer.close()

    built_once(with_a_weak_start)
    return paths


def test_the_status_says_what_the_model_has_learned_from(started, run: Run) -> None:
    out = run("status").out

    assert "  round 1: 0 answers, loss " in out
    assert "weak     patterns: 17 spans in 16 texts; learned from until 60 answers\n" in out


def test_what_the_answers_contradict_is_quoted_but_not_in_a_report_without_texts(started, run: Run) -> None:
    with Store(started.db) as store:
        said = WeakSummary("pattern", 16, 17, 3, agreed=5, denied=3, doubted={"Zanzibrake": (1, 3)})
        store.weak.set_summary([said, WeakSummary("pipeline", 9, 8, 3)])
    out = run("status").out

    assert "answers agreed with 5 of 8; learned from until 60 answers\n" in out
    assert "weak     the pipeline in [suggest]: 8 spans in 9 texts; learned from until 60 answers\n" in out
    assert "contradicted by answers, so not learned from: “Zanzibrake” (1 of 4); `/` in a session" in out
    assert 0 == run("report").code
    assert "Zanzibrake" in (started.root / "report.html").read_text()
    assert 0 == run("report", "bare.html", "--no-text").code
    written = (started.root / "bare.html").read_text()
    assert "Zanzibrake" not in written
    assert "contradicted by answers, so not learned from: 1 of them" in written


def test_its_round_is_listed_shown_compared_and_rebuilt(started, run: Run) -> None:
    assert [["0", "0"], ["1", "0"]] == [line.split()[:2] for line in run("checkpoints", "list").out.splitlines()[1:]]
    assert "answers      none: weak labels alone\n" in run("checkpoints", "show", "1").out
    assert "round 1 against 0: " in run("checkpoints", "diff", "0", "1").out
    assert "2 rounds, all identical to the bit." in run("rebuild").out


def test_commands_that_need_answers_say_so(started, run: Run) -> None:
    for command in ("curve", "train"):
        ran = run(command)
        assert (1, "Too few answers" in ran.err or "too few answers" in ran.err) == (ran.code, True)


def test_its_mistakes_are_listed_and_nothing_is_suspicious(started, run: Run) -> None:
    listed = run("errors")

    assert 0 == listed.code
    assert "gold file" in listed.out
    assert "Nothing is suspicious." in run("check").out
    assert "No problems found." in run("doctor").out


def test_a_package_says_that_its_model_learned_from_weak_labels(started) -> None:
    assert Checkpoints(started.models).info(1).weak
    assert "12 answers and weak labels" == About("p", "1.0", answers=12, weakly=True).learned
    assert "12 answers" == About("p", "1.0", answers=12).learned
