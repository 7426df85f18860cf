from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

import pytest
from cli_running import Run
from trainer_kit import finish
from workshop import workshop_gold

from loop.final import Options, overrides_of
from loop.final.distilled import distilled
from loop.settings import ProjectPaths, load_settings
from loop.store import Store

SHORT = ("--training.max_steps", "4", "--training.eval_frequency", "2")


@pytest.fixture
def learned(folder: Path, run: Run, built_once: Callable[[Callable[[], object]], None]) -> Path:
    """A project after its first rounds."""

    def build() -> None:
        gold = workshop_gold(40)
        rows = [{"text": text, "spans": list(map(asdict, spans)), "answer": "accept"} for text, spans in gold.items()]
        for name, some in (("answers", rows[:30]), ("gold", rows[30:])):
            (folder / f"{name}.jsonl").write_text("\n".join(map(json.dumps, some)))
        assert 0 == run("init", "--labels", "PART", "--here", "--eval", "gold.jsonl", "--base", "blank:xx").code
        assert 0 == run("import", "answers.jsonl").code
        paths = ProjectPaths(folder)
        with Store(paths.db) as store:
            finish(paths, load_settings(folder), store)

    built_once(build)
    return folder


@pytest.mark.integration
def test_the_final_model_is_trained_and_compared_with_the_last_round(learned: Path, run: Run):
    ran = run("train", *SHORT)

    assert (0, True) == (ran.code, (learned / "models" / "final" / "model" / "meta.json").is_file())
    assert "to train on and" in ran.out
    assert "on 10 texts that neither has learned: 7 spans are too few for one number" in ran.out
    assert "step      4" in ran.err
    assert "models/final already exists" in run("train").err


def test_the_folder_can_be_written_without_training(learned: Path, run: Run):
    ran = run("train", "out", "--no-run", *SHORT)

    assert 0 == ran.code
    assert "max_steps = 4" in (learned / "out" / "config.cfg").read_text()
    assert not (learned / "out" / "training").exists()


def test_a_mistyped_option_is_refused(learned: Path, run: Run):
    ran = run("train", "--merg")

    assert 1 == ran.code
    assert "There is no option --merg" in ran.err


@pytest.mark.integration
def test_a_package_distills_what_is_not_distilled_yet(learned: Path, run: Run, monkeypatch: pytest.MonkeyPatch):
    Path("pool.txt").write_text("the chain is worn\nthe saddle squeaks\n")
    assert 0 == run("add", "pool.txt").code
    monkeypatch.setattr("loop.final.Options", partial(Options, overrides=overrides_of(SHORT)))
    ran = run("package", "wheels", "--distill")
    made = distilled(learned / "models" / "distilled" / "model")

    assert (0, 3, 2) == (ran.code, made.round, made.labelled)
    assert f"{made.train + 2} texts to train on, 2 of them labelled by round 3, and {made.dev} to choose" in ran.out
    assert "The distilled model is in models/distilled/model." in ran.out
    assert "on 10 texts that neither has learned: 7 spans are too few for one number" in ran.out
    assert ["xx_project_distilled-0.3.0-py3-none-any.whl"] == [path.name for path in Path("wheels").iterdir()]

    meta = learned / "models" / "distilled" / "model" / "meta.json"
    meta.write_text(meta.read_text().replace(made.weights, "others"))
    outdated = run("package", "wheels", "--distill")

    assert (1, True) == (outdated.code, "is of round 3, which is not the last" in outdated.err)
    assert "loop train --distill --force" in outdated.err
    assert "--model models/distilled/model" in outdated.err


def test_without_unanswered_texts_a_model_is_distilled_from_the_answers_alone(learned: Path, run: Run):
    refused = run("train", "--distill", "--no-run", *SHORT)
    alone = run("train", "--distill", "--no-run", "--pool-texts", "0", *SHORT)

    assert (1, True) == (refused.code, "no unanswered texts left" in refused.err)
    assert "--pool-texts 0" in refused.err
    assert (0, True) == (alone.code, ", 0 of them labelled by round 3, and" in alone.out)
    assert "is not finished" in run("package", "--distill").err


def test_a_name_that_no_package_can_have_is_refused_before_a_model_is_distilled(learned: Path, run: Run):
    assert "not a package name" in run("package", "--distill", "--name", "My Model").err
    assert not (learned / "models" / "distilled").exists()


def test_what_excludes_distilling_is_named(learned: Path, run: Run):
    assert "--distill and --merge cannot be combined" in run("train", "--distill", "--merge").err
    assert "--pool-texts is for --distill" in run("train", "--pool-texts", "5").err
    assert "--round and --distill cannot be combined" in run("package", "--round", "1", "--distill").err


@pytest.mark.integration
def test_a_round_becomes_a_wheel(learned: Path, run: Run):
    ran = run("package", "wheels", "--license", "MIT")

    assert (0, ["xx_project-0.3.0-py3-none-any.whl"]) == (ran.code, [path.name for path in Path("wheels").iterdir()])
    assert 'spacy.load("xx_project")' in ran.out
    (command,) = re.findall("`pip install --no-deps (.*)`", ran.out)
    assert Path(command).is_file()


def test_a_round_that_is_not_kept_makes_no_wheel(learned: Path, run: Run):
    assert "There is no round 9 to package" in run("package", "--round", "9").err
    assert "Available: 1, 2, 3" in run("package", "--round", "9").err
    assert "There is no pipeline in nowhere" in run("package", "--model", "nowhere").err
    assert "cannot be combined" in run("package", "--model", "nowhere", "--round", "1").err
