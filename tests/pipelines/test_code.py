"""Functions of the user's own: `--code`."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from made_bases import own_tok2vec
from taught import settings_for, teach

from loop.base.code import import_code
from loop.cli import main
from loop.errors import InputError
from loop.final import About, FinalTraining, Options, build, publish, train
from loop.settings import ProjectPaths, load_settings
from loop.store import Store

CODE = """
from spacy.language import Language

@Language.component("whispering")
def whispering(doc):
    doc.user_data["whispering"] = doc.text.islower()
    return doc
"""


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("code") / "functions.py"
    file.write_text(CODE)
    import_code(file)
    return file


@pytest.fixture(scope="module")
def base(code: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    nlp = own_tok2vec()
    nlp.add_pipe("whispering")
    folder = tmp_path_factory.mktemp("base") / "base"
    nlp.to_disk(folder)
    return str(folder)


def init(folder: Path, monkeypatch: pytest.MonkeyPatch, *options: str | Path) -> object:
    monkeypatch.setattr(sys, "argv", ["loop", "-C", str(folder), "init", "--labels", "PART", *map(str, options)])
    with pytest.raises(SystemExit) as left:
        main()
    return left.value.code


def test_it_is_recorded_in_the_settings(base: str, code: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert 0 == init(tmp_path / "new", monkeypatch, "--base", base, "--code", code)
    assert str(code) == load_settings(tmp_path / "new").project.code


def test_code_that_is_not_there_makes_no_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert 1 == init(tmp_path / "new", monkeypatch, "--code", tmp_path / "nothing.py")
    assert "nothing.py" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_code_that_fails_is_named(tmp_path: Path):
    (tmp_path / "broken.py").write_text("1 / 0")

    with pytest.raises(InputError, match=r"broken\.py: cannot be run \(ZeroDivisionError"):
        import_code(tmp_path / "broken.py")


@pytest.mark.integration
def test_the_final_training_and_the_package_bring_it_along(base: str, code: Path, tmp_path: Path):
    paths = ProjectPaths(tmp_path / "project")
    teach(paths.root, base)
    settings = settings_for(base)
    settings = replace(settings, project=replace(settings.project, code=str(code)))
    short = {"training.max_steps": 2, "training.eval_frequency": 2}
    with Store(paths.db) as store:
        FinalTraining(paths, settings, store).write(tmp_path / "final", Options(overrides=short))
    for _ in train(tmp_path / "final"):
        pass
    wheel = build(publish(tmp_path / "final", "ner_loop"), tmp_path / "wheel", About("coded", "1.0"), code=code)

    assert CODE == (tmp_path / "final" / "project_code.py").read_text()
    with zipfile.ZipFile(wheel) as archive:
        assert CODE == archive.read("xx_coded/functions.py").decode()


@pytest.mark.integration
def test_predictions_run_it_too(base: str, code: Path, tmp_path: Path):
    (tmp_path / "in.txt").write_text("fitted a new chain\n")
    predict = [sys.executable, "-m", "loop", "predict", base, "in.txt", "-"]
    without, with_code = (
        subprocess.run([*predict, *options], cwd=tmp_path, capture_output=True, text=True)
        for options in ([], ["--code", str(code)])
    )

    assert (1, True) == (without.returncode, "--code FILE" in without.stderr)
    assert (0, "fitted a new chain") == (with_code.returncode, json.loads(with_code.stdout)["text"])
