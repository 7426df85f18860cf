from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from trainer_kit import finish

from loop.care.doctor import examine
from loop.care.erasing import left_of
from loop.care.privacy import files_with_text
from loop.checkpoints.checkpoints import Checkpoints
from loop.editing.draft import relabeled
from loop.errors import LoopError
from loop.learning.pretraining import pretrained_layers
from loop.project import erase, opened
from loop.records import Answer, Span, TermDecision, Text
from loop.session import Session
from loop.settings import ProjectPaths
from loop.store import NewText, Store
from loop.store.copying import copy_store
from loop.trainer import Trainer
from loop.trainer.pretrained import Pretrained
from loop.trainer.rebuilding import rebuilding

CANARY = "zyxcanary Mrs Quibblethwaite has a worn saddle"


@pytest.fixture
def canary(project: ProjectPaths, settings, store: Store) -> Text:
    """A text that was asked about, answered, changed, begun again, exported, learned from and made a pattern of."""
    store.corpus.add_batch(
        [NewText(CANARY, "zyxcanary house", {"patient": "zyxcanary"}, "zyxcanary.txt")], source="zyxcanary"
    )
    (text,) = store.corpus.containing("zyxcanary", limit=1)
    session = Session(project, settings, store, annotator="ann")
    session.texts.choose(text)
    trainer = Trainer(project, settings, store)
    trainer.work()
    question = session.next()
    assert question
    assert text.id == question.text.id
    first = session.answer(question, "accept", (Span(38, 44, "PART"),), seconds=1, keys=1, memo="zyxcanary memo")
    session.answer(question, "accept", (), seconds=1, keys=1, memo="zyxcanary changed")
    session.save_draft(question, json.dumps("zyxcanary draft"))
    session.add_pattern("Quibblethwaite", "PART")
    session.add_pattern("saddle", "PART")
    session.close()
    store.terms.add(TermDecision("Quibblethwaite", "depends", None, ("PART",)))
    store.terms.add(TermDecision("worn", "yes", "PART", ("PART",), "terms", "Quibblethwaite has"))
    store.terms.add(TermDecision("saddle", "no", None, ("PART",)))
    for n in range(16, 20):
        store.answers.add(Answer(f"more {n}", n, "ann", "accept", scheme=1))
    while trainer.work():
        pass
    trainer.close()
    assert first.id not in Checkpoints(project.models).info(4).answers
    assert [0, 1, 2, 3, 4] == Checkpoints(project.models).rounds()
    return text


def holding(root: Path, *words: bytes) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file() and any(word in path.read_bytes() for word in words)]


def test_no_file_of_the_project_holds_a_byte_of_it_afterwards(canary: Text, project: ProjectPaths, settings, store):
    copy_store(project.db, project.db.with_name("loop.db.schema-0001"))
    before = holding(project.root, b"zyxcanary")
    report = erase(project, settings, store, [canary])
    left = left_of([canary], project, store)

    assert len(before) >= 2
    assert (1, 2, 1, 1) == (report.texts, report.answers, report.rounds, report.patterns)
    assert ((), ()) == (left.files, left.copies)
    assert [] == holding(project.root, b"zyxcanary", b"Quibblethwaite")
    assert "saddle" in (project.root / "patterns.jsonl").read_text()
    assert ["saddle"] == [decision.string for decision in store.terms.standing()]
    assert [] == list(examine(project))


def test_what_is_learned_afterwards_is_as_if_it_had_never_been_there(
    canary: Text, project: ProjectPaths, settings, store, learned_template: Path, tmp_path: Path
):
    erase(project, settings, store, [canary])
    store.answers.add(Answer("more 15", 20, "ann", "accept", scheme=1))
    never = ProjectPaths(tmp_path / "never")
    shutil.copytree(learned_template, never.root, symlinks=True)
    with Store(never.db) as other:
        for n in (16, 17, 18, 19):
            other.answers.add(Answer(f"more {n}", n, "ann", "accept", scheme=1))
        other.answers.add(Answer("more 15", 20, "ann", "accept", scheme=1))
        for paths, each in ((project, store), (never, other)):
            finish(paths, settings, each)
    files = [Checkpoints(paths.models).path(4) / "loop" / "raw" for paths in (project, never)]

    assert files[0].read_bytes() == files[1].read_bytes()


def test_copies_that_cannot_be_reached_and_files_that_quote_it_are_listed(
    canary: Text, project: ProjectPaths, settings, store, outside: Path
):
    outside.write_text("")
    store.copies.note("export", outside)
    store.copies.note("export", outside.with_name("gone since"))
    project.guidelines.write_text(f"Such as: {CANARY}")
    erase(project, settings, store, [canary])
    left = left_of([canary], project, store)

    assert [str(outside)] == [copy.path for copy in left.copies]
    assert (project.guidelines,) == left.files


def test_an_export_in_the_project_is_told_as_what_it_is(canary: Text, project: ProjectPaths, settings, store):
    export, folder, table = (project.root / name for name in ("out.jsonl", "final", "out.conll"))
    folder.mkdir()
    export.write_text(CANARY)
    (folder / "train.jsonl").write_text(CANARY)
    table.write_text("a table of tokens, in which no text can be looked for")
    for what, path in (("export", export), ("training folder", folder), ("export", table)):
        store.copies.note(what, path)
    erase(project, settings, store, [canary])
    left = left_of([canary], project, store)

    assert {export, folder / "train.jsonl"} == set(left.files)
    assert [str(table)] == [copy.path for copy in left.copies]


def test_while_somebody_works_nothing_is_erased(project: ProjectPaths, settings, store):
    session = Session(project, settings, store)
    with pytest.raises(LoopError, match="in use"):
        erase(project, settings, store, store.corpus.texts([1]))
    session.close()

    assert 1 == len(store.corpus.texts([1]))


@pytest.fixture
def pretrained(project: ProjectPaths, settings, store) -> ProjectPaths:
    """The project, whose second round began with pretrained weights."""
    trainer = Trainer(project, settings, store)
    weights = pretrained_layers(trainer.rounds.learner.nlp).to_bytes()
    Pretrained(project, store).land(weights, round=2)
    Checkpoints(project.models).forget_after(1)
    trainer.close()
    trainer = Trainer(project, settings, store)
    while trainer.learn():
        pass
    trainer.close()
    assert 3 == len(store.journal.rounds())
    return project


def test_pretrained_weights_and_what_started_from_them_go_too(pretrained: ProjectPaths, settings, store):
    assert 1 == len(list((pretrained.models / "pretrained").iterdir()))
    report = erase(pretrained, settings, store, store.corpus.texts([20]))

    assert (2, [0, 1]) == (report.rounds, Checkpoints(pretrained.models).rounds())
    assert not (pretrained.models / "pretrained").exists()
    assert Pretrained(pretrained, store).round() is None


def test_rounds_can_be_rebuilt_after_pretrained_weights_were_erased_and_pretraining_begins_again(
    pretrained: ProjectPaths, settings, store
):
    erase(pretrained, settings, store, store.corpus.texts([20]))
    trainer = Trainer(pretrained, settings, store)
    while trainer.learn():
        pass
    Pretrained(pretrained, store).land(pretrained_layers(trainer.rounds.learner.nlp).to_bytes(), round=4)
    trainer.close()
    with rebuilding(pretrained, settings, store) as rounds:
        same = [one.is_same for one in rounds.rounds(3)]

    assert [True] * 4 == same
    assert 4 == Pretrained(pretrained, store).round()
    shutil.rmtree(pretrained.models / "pretrained")
    with (
        rebuilding(pretrained, settings, store) as rounds,
        pytest.raises(LoopError, match="missing or have changed"),
    ):
        next(rounds.rounds(3))


LINES = [
    '{"label": "PART", "pattern": "one\u2028two"}\n',
    '{"label": "PART", "pattern": "Quibblethwaite"}\r\n',
    '{"label": "PART",   "pattern": "three\x85four\u2029five\x1c"}\n',
    "\n",
    "not a pattern\n",
    '{"label": "PART", "pattern": [{"lower": "hub"}]}',
]


def test_lines_of_patterns_that_are_not_erased_stay_to_the_byte(canary: Text, project: ProjectPaths, settings, store):
    file = project.root / "patterns.jsonl"
    file.write_bytes("".join(LINES).encode())
    report = erase(project, settings, store, [canary])

    assert 1 == report.patterns
    assert "".join(LINES[:1] + LINES[2:]).encode() == file.read_bytes()


def test_a_patterns_file_that_cannot_be_read_is_named_before_anything_is_touched(
    canary: Text, project: ProjectPaths, settings, store
):
    (project.root / "patterns.jsonl").write_bytes(b'{"label": "PART", "pattern": "h\xffb"}\n')
    before = sorted(path for path in project.models.rglob("*"))
    with pytest.raises(LoopError, match=r"patterns\.jsonl, line 1: byte 32 of the line is not valid UTF-8"):
        erase(project, settings, store, [canary])

    assert before == sorted(path for path in project.models.rglob("*"))
    assert [canary.text] == [text.text for text in store.corpus.texts([canary.id])]
    assert store.unfinished_erasing() is None


STEPS = [
    "loop.project.erasing._forget_rounds",
    "loop.checkpoints.checkpoints.drop",
    "loop.store.journal.Journal.forget_rounds_after",
    "loop.project.erasing._drop_patterns",
    "loop.patterns.file.replacing",
    "loop.project.erasing._drop_copies",
    "loop.store.erasing.erase",
    "loop.store.erasing.rewrite",
    "loop.store.erasing.finish",
]


@pytest.mark.parametrize("step", STEPS)
def test_an_erasing_that_is_interrupted_at_any_step_is_finished_by_whoever_opens_the_project_next(
    canary: Text, project: ProjectPaths, settings, store, step: str, monkeypatch: pytest.MonkeyPatch
):
    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    copy_store(project.db, project.db.with_name("loop.db.schema-0001"))
    with monkeypatch.context() as patch:
        patch.setattr(step, killed)
        with pytest.raises(KeyboardInterrupt):
            erase(project, settings, store, [canary])
    store.close()
    heard = []
    with opened(project, writes=False, heard=heard.append) as (_, _settings, again):
        texts, unfinished = again.corpus.containing("zyxcanary", limit=1), again.unfinished_erasing()

    assert ([], None, 1) == (texts, unfinished, len(heard))
    assert [] == holding(project.root, b"zyxcanary", b"Quibblethwaite")
    assert [] == list(examine(project))
    with opened(project, heard=heard.append):
        assert 1 == len(heard)


def test_files_with_text_are_found_where_they_are(canary: Text, project: ProjectPaths, settings, store, outside: Path):
    texts = [text.text for text in store.corpus.texts(range(1, 30))]
    (project.data / "copy.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    (project.data / "none.jsonl").write_text('{"text": "something else altogether"}\n')
    outside.write_text("elsewhere")
    store.copies.note("export", outside)
    with_gold = replace(settings, project=replace(settings.project, eval="gold.jsonl"))
    found = {private.path.name for private in files_with_text(project, with_gold, store)}

    assert {"loop.db", "loop.db-wal", "loop.db-shm", "copy.jsonl", outside.name, "gold.jsonl"} == found


def test_rounds_that_were_learned_after_labels_were_merged_go_too(project: ProjectPaths, settings, store):
    store.journal.scheme(("PART", "BIT"))
    store.relabel(("PART",), {"BIT": "PART"}, draft=relabeled)
    finish(project, settings, store)
    checkpoints = Checkpoints(project.models)
    assert all("@" in key for key in checkpoints.info(3).answers)
    assert [] == [defect.what for defect in examine(project) if "Round" in defect.what]
    report = erase(project, settings, store, store.corpus.texts([1]))

    assert (3, [0]) == (report.rounds, checkpoints.rounds())
