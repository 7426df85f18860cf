from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path

import pytest
import spacy
from final_project import HELD_OUT, TRAINED, UNANSWERED, Made
from without_loop import fresh_python, install, packages_without_loop, plain_environment

from loop.checkpoints.checkpoints import Checkpoints
from loop.errors import LoopError, PipelineError
from loop.final import About, build, package_name, pipeline_scores
from loop.progress.held_out_gold import GoldText
from loop.records import Span

pytestmark = pytest.mark.integration

ABOUT = About("workshop", "0.1.0", licence="MIT", labels=("PART",), answers=20, spans={"PART": 18})


@pytest.fixture(scope="session")
def wheel(made_on_a_base: Made, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel of a round of a project that started from a pipeline."""
    last = Checkpoints(made_on_a_base.paths.models).path(1)
    return build(last, tmp_path_factory.mktemp("wheel"), ABOUT)


def run(python: Path, code: str) -> str:
    command = [python, "-c", code]
    ran = subprocess.run(
        command, check=True, capture_output=True, text=True, cwd=python.parent, env=plain_environment()
    )
    return ran.stdout


def test_the_wheel_is_installed_and_predicts_in_a_python_without_loop(
    wheel: Path, made_on_a_base: Made, tmp_path: Path
):
    python = fresh_python(tmp_path / "venv", packages_without_loop(tmp_path / "packages"))
    install(wheel, python)
    lang = spacy.load(made_on_a_base.settings.project.base).lang
    found = run(
        python,
        "import importlib.util, json, spacy; assert importlib.util.find_spec('loop') is None; "
        f"nlp = spacy.load('{lang}_workshop'); doc = nlp('Apple is looking at London.'); "
        "print(json.dumps([nlp.meta['version'], [[e.text, e.label_] for e in doc.ents]]))",
    )

    version, entities = json.loads(found)
    assert "0.1.0" == version
    assert {("Apple", "ORG"), ("London", "GPE")} <= {tuple(one) for one in entities}


def test_no_word_of_the_texts_is_in_the_wheel(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            assert not any(word.encode() in content for word in (TRAINED, HELD_OUT, UNANSWERED))
            assert "/loop/" not in name


def test_the_wheel_is_for_its_owner_alone(wheel: Path):
    assert 0o600 == wheel.stat().st_mode & 0o777


@pytest.mark.parametrize(
    "line", ["import helper", "from helper import x", "def f():\n    import helper.inside", "import os, helper as h"]
)
def test_code_that_needs_more_than_its_file_is_refused(tmp_path: Path, line: str):
    (tmp_path / "functions.py").write_text(f"import json\n{line}\n")
    (tmp_path / "helper.py").write_text("")
    (tmp_path / "json.py").write_text("")  # not the one that is imported

    with pytest.raises(LoopError, match=r"functions\.py imports helper, which"):
        build(tmp_path / "no model", tmp_path / "out", ABOUT, code=tmp_path / "functions.py")


def test_the_readme_says_when_there_are_two_components(wheel: Path, made_on_a_base: Made):
    with zipfile.ZipFile(wheel) as archive:
        (readme,) = (archive.read(name).decode() for name in archive.namelist() if name.endswith("README.md"))

    assert "Several components find entities" in readme
    theirs = sorted(spacy.load(made_on_a_base.settings.project.base).get_pipe("ner").labels)
    assert f"`ner_loop` (PART); `ner` ({theirs[0]}" in readme
    assert "20 answers: 18 PART" in readme
    assert "Not evaluated" in readme


def test_the_meta_holds_labels_counts_licence_and_scores_with_intervals(made: Made, tmp_path: Path):
    last = Checkpoints(made.paths.models).path(1)
    gold = [GoldText("the chain", (Span(4, 9, "PART"),), ("PART",), str(i)) for i in range(8)]
    about = About(
        "workshop", "0.1.0", "MIT", ("PART",), 20, {"PART": 18}, pipeline_scores(spacy.load(last), gold, ["PART"])
    )
    with zipfile.ZipFile(build(last, tmp_path / "new", about)) as archive:
        meta = json.loads(archive.read("xx_workshop/meta.json"))
        (readme,) = (archive.read(name).decode() for name in archive.namelist() if name.endswith("README.md"))

    assert ("MIT", {"ner_loop": ["PART"]}) == (meta["license"], meta["labels"])
    assert {"ents_p", "ents_r", "ents_f", "ents_per_type"} == set(meta["performance"])
    assert (20, {"PART": 18}) == (meta["loop"]["answers"], meta["loop"]["spans"])
    assert 2 == len(meta["loop"]["scores"]["all"]["f1_interval"])
    assert "| PART | " in readme
    assert "Several components" not in readme


def test_without_texts_there_are_no_scores(made: Made):
    assert pipeline_scores(spacy.blank("xx"), [], ["PART"]) is None


@pytest.mark.parametrize(
    ("about", "words"),
    [(About("my model", "1.0"), "not a package name"), (About("model", "one"), "not a package version")],
)
def test_a_name_or_version_that_no_package_can_have_is_refused(about: About, words: str, tmp_path: Path):
    with pytest.raises(LoopError, match=words):
        build(tmp_path, tmp_path / "new", about)


def test_a_folder_that_spacy_refuses_is_named(made: Made, tmp_path: Path):
    import shutil

    broken = tmp_path / "broken"
    shutil.copytree(Checkpoints(made.paths.models).path(1), broken)
    meta = json.loads((broken / "meta.json").read_text())
    (broken / "meta.json").write_text(json.dumps(meta | {"sources": 7}))

    with pytest.raises(PipelineError, match="broken"):
        build(broken, tmp_path / "new", ABOUT)


@pytest.mark.parametrize(("words", "name"), [("My Project!", "my_project"), ("…", "pipeline"), ("a--b", "a_b")])
def test_a_projects_name_becomes_a_packages(words: str, name: str):
    assert name == package_name(words)
