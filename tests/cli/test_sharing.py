from __future__ import annotations

import grp
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_running import Run
from trainer_kit import finish

from loop.project import opened
from loop.quality import review_items
from loop.records import Answer, Question, Span
from loop.session import Adjudication, Session, review_question
from loop.settings import ProjectPaths
from loop.settings.writing import set_value
from loop.store import Store


def modes(folder: Path) -> set[tuple[bool, int]]:
    return {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in (folder, *folder.rglob("*"))}


def test_a_project_is_its_owners_alone(project: Path, run: Run):
    project.chmod(0o700)
    run("add", "-", stdin=b"one\ntwo\n")
    run("export", "out.jsonl")

    assert {(True, 0o700), (False, 0o600)} == modes(project)


def test_a_shared_project_is_its_groups_whatever_is_made_later(project: Path, run: Run):
    set_value(project / "loop.cfg", "project", "shared", grp.getgrgid(os.getegid()).gr_name)
    run("add", "-", stdin=b"one\ntwo\n")
    run("import", "--labels", "A", "-", stdin=b'{"text": "one", "spans": []}\n')
    run("export", "out.jsonl")

    assert {(True, 0o2770), (False, 0o660)} == modes(project)
    assert "No problems found.\n" == run("doctor").out


@pytest.fixture(params=[0o002, 0o077], ids=oct)
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize("is_shared", [False, True])
def test_what_several_people_write_at_once_is_for_the_group_or_for_the_owner_alone(
    project: Path, run: Run, is_shared: bool
):
    project.chmod(0o700)
    (project / "loop.cfg").chmod(0o600)
    if is_shared:
        set_value(project / "loop.cfg", "project", "shared", grp.getgrgid(os.getegid()).gr_name)
    expected = {(True, 0o2770), (False, 0o660)} if is_shared else {(True, 0o700), (False, 0o600)}
    run("add", "-", stdin="".join(f"{n} chains\n" for n in range(10, 30)).encode())
    copy = Path(shutil.copytree(project, project.with_name("copy")))
    with opened(ProjectPaths(project)) as (paths, settings, store):
        finish(paths, settings, store)
        ann, ben = (Session(paths, settings, store, annotator=name) for name in ("ann", "ben"))
        for session in (ann, ben):
            for text_id in (1, 2, 3):
                store.answers.add(said_by(session.annotator, text_id, store))
            session.save_draft(session.next(), "begun")
        items = review_items(store.answers.standing(), store.journal.schemes())
        questions = [Question("any", store.corpus.texts([one.text_id])[0], ((0, 2), (3, 9)), ()) for one in items]
        eve = Adjudication(
            paths, settings, store, annotator="eve",
            items=[(one, review_question(one, question)) for one, question in zip(items, questions, strict=True)],
        )  # fmt: skip
        eve.add_note("new")
        eve.answer(eve.next(), "accept", (), seconds=1.0, keys=1)
        finish(paths, settings, store)
        while_open, names = modes(project), {path.name for path in project.rglob("*")}
        for session in (ann, ben, eve):
            session.close()
    with opened(ProjectPaths(copy)) as (_, _, store):
        store.answers.add(said_by("cid", 4, store))
    (terms := project.with_name("terms.jsonl")).write_text('{"label": "A", "pattern": "hub"}\n')
    for command in (["merge", copy], ["annotators", "--retire", "ben"], ["patterns", "add", terms], ["report"]):
        assert (command, 0) == (command, run(*command).code)
    everything = names | {path.name for path in project.rglob("*")}

    assert (expected, expected) == (while_open, modes(project))
    assert {"ann.session", "ben.session", "eve.session", "choosing.lock", "guidelines.md", "loop.db-wal"} <= everything
    assert {"loop.db.before-merge", "report.html", "last"} <= everything


def said_by(name: str, text_id: int, store: Store) -> Answer:
    """An answer that nobody else gives."""
    label = {"ann": "A", "ben": "B"}.get(name, "A")
    scheme = store.journal.scheme(["A", "B"])
    return Answer(f"{name} {text_id}", text_id, name, "accept", (Span(3, 9, label),), scheme=scheme)


def test_a_group_that_does_not_exist_is_named(project: Path, run: Run):
    set_value(project / "loop.cfg", "project", "shared", "no such group")

    assert "cannot be shared with the group no such group" in run("status").err


def test_a_store_that_is_gone_is_not_begun_anew(project: Path, run: Run):
    run("add", "-", stdin=b"one\ntwo\n")
    (project / "models" / "round-0003").mkdir(parents=True)
    (project / "data" / "loop.db").write_bytes(b"")
    ran = run("status")

    assert (1, True) == (ran.code, "missing or empty" in ran.err)
    assert b"" == (project / "data" / "loop.db").read_bytes()


def test_before_a_pipeline_from_outside_is_loaded_its_code_is_spoken_of(folder: Path, run: Run, tmp_path: Path):
    import spacy

    base = tmp_path / "base"
    spacy.blank("en").to_disk(base)
    outside = run("init", "--labels", "A", "--base", base)
    named = run("-C", "other", "init", "--labels", "A", "--base", "blank:en")

    assert (0, True) == (outside.code, "use it only if you trust it" in outside.err)
    assert "trust" not in named.err
