from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from loop.care.doctor import examine
from loop.checkpoints.checkpoints import Checkpoints
from loop.editing import page_of
from loop.errors import PipelineError, StoreError
from loop.records import Answer, Span
from loop.settings import ProjectPaths, load_settings
from loop.store import Store
from loop.trainer.trainer import Trainer


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def sql(paths: ProjectPaths, *statements: str) -> None:
    with closing(sqlite3.connect(paths.db)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def found(paths: ProjectPaths) -> list[str]:
    return [defect.what for defect in examine(paths)]


def treated(paths: ProjectPaths) -> list[str]:
    """What was found, each repaired before the next is looked for."""
    return [defect.what for defect in examine(paths) if defect.repair and defect.repair()]


def test_nothing_is_wrong_with_a_project_that_was_left_alone(project: ProjectPaths):
    assert [] == found(project)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda p: sql(p, "UPDATE texts SET answered = NOT answered WHERE id < 3"), "2 texts are wrongly marked"),
        (
            lambda p: sql(p, "INSERT INTO queue VALUES (9, 1, 'none')"),
            "1 rows of the table queue refer to rows that do not exist",
        ),
        (lambda p: flip(p.models / "round-0002" / "loop" / "raw"), "The checkpoint of round 2 is damaged."),
        (lambda p: (p.models / "damaged-0007-1").mkdir(), "damaged-0007-1 holds a damaged checkpoint"),
        (lambda p: shutil.copytree(p.models / "round-0000", p.models / "round-0009"), "round 9 is damaged"),
        (lambda p: sql(p, "DELETE FROM rounds WHERE number = 3"), "Round 3 is unknown to the store"),
        (lambda p: (p.models / "last").unlink(), "last points to no checkpoint"),
        (lambda p: p.db.chmod(0o644), "Others can read or write"),
        (lambda p: (p.models / "round-0001").chmod(0o755), "Others can read or write"),
    ],
)
def test_what_can_be_derived_again_is_found_and_repaired(project: ProjectPaths, wrong, said: str):
    wrong(project)
    defects = treated(project)
    treated(project)  # what a damaged checkpoint is kept as

    assert any(said in what for what in defects)
    assert [] == found(project)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (["UPDATE texts SET text = 'other' WHERE id = 7"], "Text 7 has changed since it was added"),
        (
            ["UPDATE events SET payload = '{}' WHERE seq = (SELECT seq FROM answers WHERE id = 'answer 1')"],
            "has lost its event",
        ),
        (["DELETE FROM schemes"], "15 rows of the table answers refer to rows that do not exist"),
        (["DELETE FROM answers WHERE id = 'answer 1'"], "learned from answers that are not in the store"),
    ],
)
def test_answers_and_texts_are_never_touched(project: ProjectPaths, wrong: list[str], said: str):
    sql(project, *wrong)
    defects = [defect for defect in examine(project) if said in defect.what]

    assert 1 == len(defects)
    assert "not in the store" in said or defects[0].repair is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("spans = '[[0, 999, \"PART\"]]'", "does not fit its text: the span 0-999 PART ends after the text"),
        ("spans = '[[4, 2, \"PART\"]]'", "does not fit its text: the span 4-2 PART is empty"),
        ("spans = '[[0, 3, \"WHO\"]]'", "does not fit its text: the span 0-3 WHO has a label that the project lacks"),
        ('spans = \'[[0, 3, "PART"], [2, 5, "PART"]]\'', "the spans 0-3 PART and 2-5 PART overlap"),
        ("spans = '[[0.5, 3, \"PART\"]]'", "cannot be read"),
        ("spans = 'x'", "cannot be read"),
        ("spans = '[[0]]'", "cannot be read"),
        ("complete = 0, verdict = 'reject', shown = 'x'", "cannot be read"),
    ],
)
def test_answers_that_their_texts_cannot_have_are_set_aside(project: ProjectPaths, wrong: str, said: str):
    sql(project, f"UPDATE answers SET {wrong} WHERE id IN ('answer 4', 'answer 5')")
    (finding,) = [finding for finding in examine(project) if said in finding.what]
    assert finding.what.startswith("Answer answer 4 ")
    assert finding.what.endswith(" (1 more like this).")
    assert finding.repair
    assert "Set aside 2 answers, which no longer count; their texts will be asked again." == finding.repair()
    with Store(project.db) as store:
        standing = {answer.id for answer in store.answers.standing()}

        assert {f"answer {n}" for n in range(15)} - {"answer 4", "answer 5"} == standing
        assert 7 == store.corpus.pool_size()
        assert 17 == len(store.answers.all())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("tokens = 'x'", "has tokens that cannot be read"),
        ("tokens = '[[0, 1], [2]]'", "has tokens that cannot be read"),
        ("tokens = '[[0.5, 1]]'", "has tokens that cannot be read"),
        ("tokens = '[]'", "has no tokens"),
        ("tokens = '[[0, 2], [1, 3]]'", "has tokens that are not in order"),
        ("tokens = '[[2, 3], [0, 1]]'", "has tokens that are not in order"),
        ("tokens = '[[0, 0]]'", "has tokens that are not in order"),
        ("tokens = '[[0, 2], [3, 999]]'", "has tokens that are not in its text"),
        ("passage = '[3'", "has a passage that cannot be read"),
        ("passage = '[3, 3]'", "has a passage that cannot be read"),
        ("passage = '[3, 999]'", "is about a passage that is not in its text"),
        ("prediction = '[[0]]'", "has suggestions that cannot be read"),
        (
            'candidates = \'[[0, 999, "PART", 0.5, "model"]]\'',
            "has suggestions that do not fit its text: the span 0-999",
        ),
    ],
)
def test_faulty_questions_are_removed_and_answered_ones_renewed(project: ProjectPaths, wrong: str, said: str):
    with Store(project.db) as store:
        waiting = store.questions.head("bob")
        begun = store.questions.head("bob", after=waiting)
        store.drafts.save(begun, "ann", "{}")
        old = store.answers.standing()[0]
        text, span = store.corpus.texts([old.text_id])[0], Span(1, 3, "PART")
        asked = replace(waiting, id="told", text=text, prediction=(), tokens=((0, 1), (1, 3), (3, len(text.text))))
        store.answers.add(replace(old, id="new", question_id="told", spans=(span,), retracts=old.id, seq=0), asked)
    sql(project, f"UPDATE questions SET {wrong} WHERE id IN ('told', '{begun.id}', '{waiting.id}')")
    (finding,) = [finding for finding in examine(project) if said in finding.what]

    assert finding.what.endswith(" (2 more like this).")
    assert finding.what.startswith("Question ")
    assert finding.repair
    assert "Removed 1 question, which" in finding.repair()
    assert [] == found(project)
    with Store(project.db) as store:
        assert {begun.id, "told"} == store.questions.get([begun.id, "told", waiting.id]).keys()
        assert begun.id == store.questions.head("ann").id
        told = store.questions.get(["told"])["told"]
        assert (span,) == page_of(told, ["PART"]).spans(page_of(told, ["PART"]).snap([span]))
        assert waiting.id != store.questions.head("bob").id


@pytest.mark.parametrize("wrong", ["tokens = 'x'", "passage = '[3'"])
def test_who_meets_a_faulty_question_is_told_the_way_out(project: ProjectPaths, wrong: str):
    sql(project, f"UPDATE questions SET {wrong}")
    with Store(project.db) as store, pytest.raises(StoreError, match="cannot be read") as caught:
        store.questions.head("bob")

    assert "`loop doctor --repair` replaces it." == caught.value.hint


@pytest.mark.parametrize("lost", ["x", "[20, 28]", "[0, 999]"])
def test_for_a_passage_that_is_lost_there_is_all_that_was_shown(project: ProjectPaths, lost: str):
    with Store(project.db) as store:
        head = store.questions.head("bob")
        store.drafts.save(head, "ann", "{}")
        cut = head.tokens[:2]
    sql(project, f"UPDATE questions SET passage = '{lost}', tokens = '{[list(token) for token in cut]}'")
    treated(project)
    with Store(project.db) as store:
        assert (cut[0][0], cut[-1][1]) == store.questions.get([head.id])[head.id].passage


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("complete = 0, passage = '[0, 999]'", "is about a passage that is not in its text"),
        ("complete = 0, passage = '[0'", "has a passage that cannot be read"),
        ("passage = '[0, 9]'", "is about a passage, but does not give its spans"),
        ("complete = 0, passage = '[0, 2]', spans = '[[3, 5, \"PART\"]]'", "has spans outside of its passage"),
    ],
)
def test_an_answer_whose_passage_it_cannot_have_is_set_aside(project: ProjectPaths, wrong: str, said: str):
    sql(project, f"UPDATE answers SET {wrong} WHERE id = 'answer 4'")
    (finding,) = [finding for finding in examine(project) if said in finding.what]

    assert finding.what.startswith("Answer answer 4 ")
    assert "Set aside 1 answers, which no longer count; their texts will be asked again." == finding.repair()
    assert [] == found(project)


def test_what_was_shown_with_a_complete_answer_can_be_spared(project: ProjectPaths):
    sql(project, "UPDATE answers SET shown = 'x' WHERE id < 'answer 2'")

    assert any("cannot be read (" in what for what in treated(project))
    assert [] == found(project)
    with Store(project.db) as store:
        assert 15 == len(store.answers.standing())


def test_a_base_that_has_changed_and_a_project_without_settings_are_named(project: ProjectPaths):
    project.cfg.write_text("[project]\nlabels = []\n")

    assert "needs at least one label" in found(project)[0]


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("vectors = null", 'vectors = "builtin:en"', "This project started without word vectors."),
        (
            'base = "blank:xx"',
            'base = "blank:de"',
            "This project started from blank:xx with seed 0; loop.cfg now says blank:de with seed 0.",
        ),
        (
            "seed = 0",
            "seed = 1",
            "This project started from blank:xx with seed 0; loop.cfg now says blank:xx with seed 1.",
        ),
    ],
)
def test_another_start_is_found_with_the_words_of_the_trainer(project: ProjectPaths, was: str, now: str, said: str):
    cfg = project.cfg.read_text()
    assert was in cfg
    project.cfg.write_text(cfg.replace(was, now))

    assert [said] == found(project)
    with Store(project.db) as store, pytest.raises(PipelineError, match=re.escape(said)):
        Trainer(project, load_settings(project.root), store)


def test_checkpoints_that_are_all_gone_are_missed(project: ProjectPaths):
    shutil.rmtree(project.models)

    assert ["The checkpoints of all 3 rounds are gone"] == [what[:40] for what in found(project)]


def test_weights_that_are_not_what_their_round_learned_are_found(project: ProjectPaths):
    checkpoints = Checkpoints(project.models)
    (checkpoints.path(3) / "loop" / "sums.json").unlink()  # as in a checkpoint of an older version
    shutil.copyfile(checkpoints.path(1) / "loop" / "raw", checkpoints.path(3) / "loop" / "raw")

    assert ["Round 3 loads with wrong weights."] == found(project)


@pytest.mark.parametrize("seed", range(3))
def test_of_a_damaged_store_all_that_can_be_read_is_saved(project: ProjectPaths, seed: int):
    with Store(project.db) as store:
        answers, texts = store.answers.standing(), store.corpus.texts(range(1, 21))
    with closing(sqlite3.connect(project.db)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'questions_text'").fetchone()
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    content = bytearray(project.db.read_bytes())
    content[(page - 1) * size : page * size] = bytes([seed]) * size
    project.db.write_bytes(content)
    (defect,) = [defect for defect in examine(project) if defect.repair and "damaged" in defect.what]
    said = defect.repair()
    with Store(project.db) as store:
        saved = store.answers.standing(), store.corpus.texts(range(1, 21)), len(store.journal.rounds())

    assert (answers, texts, 3) == saved
    assert "Saved 15 answers, 20 texts" in said
    assert "nothing was lost" in said
    assert (project.data / "loop.db.damaged-1").read_bytes() == content
    assert [] == found(project)


@pytest.fixture
def damaged_with_a_log(project: ProjectPaths) -> ProjectPaths:
    """A project whose store is damaged, and has its latest answer in the log alone."""
    with closing(sqlite3.connect(project.db)) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'questions_text'").fetchone()
        size = connection.execute("PRAGMA page_size").fetchone()[0]
    with Store(project.db) as store:
        store.answers.add(Answer("late", 16, "ann", "skip", scheme=1))
        kept = {suffix: Path(f"{project.db}{suffix}").read_bytes() for suffix in ("", "-wal")}
    for suffix, content in kept.items():
        Path(f"{project.db}{suffix}").write_bytes(content)
        Path(f"{project.db}{suffix}").chmod(0o600)
    with project.db.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\1" * size)
    return project


@pytest.mark.parametrize("moves", [0, 1, None])
def test_a_repair_of_the_store_that_is_killed_between_its_moves_is_finished_with_every_answer(
    damaged_with_a_log: ProjectPaths, moves: int | None, monkeypatch: pytest.MonkeyPatch
):
    paths, move, left = damaged_with_a_log, Path.rename, [moves]

    def killed(path: Path, target: Path) -> Path:
        if left[0] == 0:
            raise KeyboardInterrupt
        left[0] = left[0] and left[0] - 1
        return move(path, target)

    (defect,) = [defect for defect in examine(paths) if defect.repair and "damaged" in defect.what]
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", killed)
        with pytest.raises(KeyboardInterrupt) if moves is not None else nullcontext():
            defect.repair()
    interrupted = [what for what in treated(paths) if "interrupted" in what]
    with Store(paths.db) as store:
        ids = {answer.id for answer in store.answers.all()}

    assert (16, True) == (len(ids), "late" in ids)
    assert (moves == 1) == bool(interrupted)
    assert (paths.data / "loop.db.damaged-1").is_file()
    assert [] == found(paths)


def test_no_empty_store_is_made_beside_an_older_copy_of_the_one_that_is_missing(project: ProjectPaths):
    shutil.rmtree(project.models)
    project.db.rename(project.data / "loop.db.schema-0005")
    (defect,) = [defect for defect in examine(project) if defect.repair]
    with pytest.raises(StoreError, match=r"schema-0005 may be the missing store"):
        defect.repair()

    assert not project.db.exists()
