from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest
from real_terminal import PROGRAM, Terminal
from terminal_project import LABELS, SETTINGS, lay_out, question

from loop.editing import COMMANDS, begin, keymap, page_of
from loop.records import NO_FOCUS, Answer, Focus, Mode, TokenSpan
from loop.session import Session
from loop.settings import ProjectPaths
from loop.store import Store
from loop.terminal.commands import Words
from loop.terminal.controller import Controller
from loop.terminal.plain import Plain, span_lines

pytestmark = pytest.mark.integration

ONE = question("the SRAM Rival shifter of my Canyon rubs", "SRAM=BRAND 93", uncertain=["Canyon=BRAND 34"])
TWO = question("a KMC chain for the workshop", "KMC=BRAND 80", stream="held_out")
HOSTILE = question("red \x1b[31m\x1b]0;owned\x07 \u202eevil\u202c [bold]x[/bold] \x9b2J\rover")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lay_out(tmp_path / "shop", [ONE, TWO], "BRAND is who made it.")
    return tmp_path / "shop"


def piped(folder: Path, *lines: str) -> str:
    command = [sys.executable, str(PROGRAM), str(folder), "--plain"]
    typed = "".join(f"{line}\n" for line in lines)
    return subprocess.run(command, input=typed, check=True, capture_output=True, text=True, timeout=60).stdout


def answers(folder: Path) -> list[Answer]:
    with Store(ProjectPaths(folder).db) as store:
        return store.answers.standing()


def said(
    folder: Path, *lines: str, mode: Mode = "correct", keys: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> str:
    """What is said to these lines in the project, with some commands on other keys."""
    told: list[str] = []
    with Store(ProjectPaths(folder).db) as store:
        session = Session(ProjectPaths(folder), SETTINGS, store, annotator="ann")
        session.mode = mode
        changed = keymap(LABELS, keys)
        source = io.StringIO("".join(f"{line}\n" for line in lines))
        Plain(Controller(session, Words(changed.labels, changed.keys)), source, told.append).run()
        session.close()
    return "".join(told)


@pytest.mark.parametrize("keys", [[], ["alt"]], ids=["unset", "remapped"])
def test_words_for_lists_and_between_texts_need_no_key(tmp_path: Path, keys: list[str]) -> None:
    words = [
        "guidelines",
        "search KMC",
        "1",
        "ok",
        "ok",
        "guidelines",
        "history SRAM",
        "",
        "back",
        "leave",
        "history",
        "2",
    ]
    changed = {command.name: [f"{key}-{command.name}" for key in keys] for command in COMMANDS}
    for name in ("usual", "changed"):
        lay_out(tmp_path / name, [ONE, TWO], "BRAND is who made it.")
    usual, also = said(tmp_path / "usual", *words, "quit"), said(tmp_path / "changed", *words, "quit", keys=changed)

    assert usual.replace("usual", "changed", 1) == also
    assert 2 == len(answers(tmp_path / "changed"))
    assert 2 == also.count("BRAND is who made it.")
    assert "2. the SRAM Rival shifter of my Canyon rubs (accepted, 1 BRAND)" in also


def test_long_texts_are_shortened_in_lists(tmp_path: Path) -> None:
    lay_out(tmp_path / "shop", [question("SRAM " + "word " * 100, "SRAM=BRAND 93"), question("SRAM " + "other " * 100)])
    told = said(tmp_path / "shop", "ok", "history", "", "search other", "", "quit")
    listed = [line for line in told.splitlines() if line.startswith("1. ") and "“" not in line]

    assert [True, False] == ["… (accepted, 1 BRAND)" in line for line in listed]
    assert all(len(line.partition(" (")[0]) == len("1. ") + 80 for line in listed)


def test_a_text_begun_in_another_mode_says_so_after_it(folder: Path) -> None:
    said(folder, "mark 4 PART")
    told = said(folder, "ok", "quit", mode="teach").splitlines()
    text = told.index("Text: the SRAM Rival shifter of my Canyon rubs")

    assert told.index("You began this text in correct mode; teach mode starts with the next text.") > text
    assert 1 == sum("You began" in line for line in told)


def test_what_the_model_changed_by_itself_is_said() -> None:
    state = begin(page_of(question("SRAM and Canyon", "SRAM=BRAND 93"), LABELS))
    gone = TokenSpan(2, 3, "BRAND")
    changed = replace(state, now=replace(state.now, moved=state.marks, gone=(gone,)))

    assert [
        "1. “SRAM” BRAND, word 1, suggested 93%, new",
        "2. “Canyon” BRAND, word 3, not marked, a candidate, taken back by the model",
    ] == list(span_lines(changed))


def test_a_pipe_corrects_and_answers(folder: Path) -> None:
    told = piped(folder, "edges 1 2-3", "yes 2", "ok", "none", "quit")

    assert [[(4, 14), (29, 35)], []] == [[(s.start, s.end) for s in answer.spans] for answer in answers(folder)]
    assert "1. “SRAM” BRAND, word 2, suggested 93%" in told
    assert "Saved: accepted, 2 BRAND. 1 today. `back` reopens it." in told
    assert "HELD OUT: for evaluation only" in told
    assert "Every text has been answered, 2 by you." in told


def test_when_the_lines_end_a_half_done_text_is_kept(folder: Path) -> None:
    said(folder, "mark 4 PART")

    assert [] == answers(folder)
    assert "“shifter” PART, word 4, decided by you" in said(folder, "quit")


def test_an_answer_is_reopened_changed_or_left(folder: Path) -> None:
    told = said(folder, "ok", "back", "label 1 PART", "ok", "back", "leave", "quit")

    assert "Answered before: accepted, 1 PART. `leave` keeps it." in told
    assert ["PART"] == [span.label for answer in answers(folder) for span in answer.spans]


def test_help_words_and_guidelines_are_said(folder: Path) -> None:
    told = said(folder, "help", "words", "guidelines", "progress", "nonsense", "quit")

    assert "mark 2-3 LABEL: mark words" in told
    assert "1 the, 2 SRAM, 3 Rival" in told
    assert "BRAND is who made it." in told
    assert {"F1", "advice"} <= {line.split(" ")[0] for line in told.splitlines()}
    assert "“nonsense” is not a command. `help` lists the commands." in told


def test_notes_skips_and_flags_reach_the_store(folder: Path) -> None:
    said(folder, "memo ask the shop", "flag", "skip unsure", "quit")
    (answer,) = answers(folder)

    assert ("skip", "unsure", True, "ask the shop") == (answer.verdict, answer.reason, answer.flag, answer.memo)


def test_hostile_text_is_printed_as_marks(tmp_path: Path) -> None:
    lay_out(tmp_path / "shop", [HOSTILE])
    told = piped(tmp_path / "shop", "words", "find \x1b]0;", "memo \x1b[2J", "", "quit")

    assert "␛[31m␛]0;owned␇ ⟨202E⟩evil⟨202C⟩ [bold]x[/bold] ⟨009B⟩2J␍over" in told
    assert not {"\x1b", "\x07", "\u202e", "\x9b", "\r"} & set(told)


def test_in_a_terminal_there_is_a_prompt_and_control_c_keeps_the_draft(folder: Path) -> None:
    terminal = Terminal(folder, arguments=[str(PROGRAM), str(folder), "--plain"]).wait("1. “SRAM”", ">")
    terminal.child.sendline("mark 4 PART")
    terminal.wait("3. “Canyon” BRAND", "“shifter” is PART.").press("c-c")

    assert 0 == terminal.end()
    assert "decided by you" in piped(folder, "quit")


def test_with_no_question_left_one_may_go_back(folder: Path) -> None:
    told = said(folder, "learn", "ok", "ok", "ok", "learn", "back", "delete 1", "none", "quit")

    assert "There is no text now: type back, guidelines, learn, progress or quit." in told
    assert "Nothing is left over: every answer is learned, or its round is due." in told
    assert "1 answer has not been learned yet: the trainer learns it next." in told.splitlines()
    assert [1, 0] == [len(answer.spans) for answer in answers(folder)]


def test_an_earlier_answer_is_found_by_its_text_and_changed(folder: Path) -> None:
    told = said(folder, "ok", "history SRAM", "1", "label 1 PART", "ok", "history nothing like it", "quit")

    assert "1. the SRAM Rival shifter of my Canyon rubs (accepted, 1 BRAND)" in told
    assert "Answered before: accepted, 1 BRAND." in told
    assert "No answer matches." in told
    assert ["PART"] == [span.label for answer in answers(folder) for span in answer.spans]


def test_the_lists_show_the_place_of_the_match(tmp_path: Path) -> None:
    lay_out(tmp_path / "shop", [question(f"{'word ' * 60}{name} {'word ' * 60}") for name in ("first", "second")])
    told = said(tmp_path / "shop", "none", "history first", "", "search second", "", "quit")
    listed = [line for line in told.splitlines() if line.startswith("1. …")]

    assert [True, True] == [name in line for name, line in zip(("first", "second"), listed, strict=True)]
    assert all(len(line.partition(" (")[0]) == len("1. ") + 80 for line in listed)


def test_a_list_is_left_by_anything_that_is_no_number(folder: Path) -> None:
    told = said(folder, "search KMC", "7", "search KMC", "", "ok", "quit")

    assert "1. a KMC chain for the workshop" in told
    assert 2 == told.count("Nothing chosen.")
    assert 1 == len(answers(folder))


def test_in_teach_mode_a_span_is_asked_about(folder: Path) -> None:
    told = said(folder, "mode", "no", "quit")
    (answer,) = answers(folder)

    assert "Is this right? ok: yes; no: no" in told
    assert ("teach", "reject", False) == (answer.mode, answer.verdict, answer.complete)


def test_sentences_name_words_and_not_keys(folder: Path) -> None:
    told = said(folder, "undo", "mode", "none", "quit")

    assert "Nothing to undo in this text: `back` reopens the previous answer." in told
    assert "This asks about one span: `ok` says yes, `no` no; `edges` and labels correct it." in told


def test_an_answer_that_is_left_as_it_was_is_not_called_saved(folder: Path) -> None:
    told = said(folder, "ok", "back", "leave", "quit")

    assert 1 == told.count("Saved:")


def test_another_mode_asks_its_own_question_at_once(folder: Path) -> None:
    told = said(folder, "mode", "quit")

    assert told.index("Teach mode") < told.index("Is this right? ok: yes")


@pytest.mark.parametrize(
    ("focus", "words"),
    [
        (Focus(measure=5), "No held-out text is left to ask about."),
        (Focus(where=(("shop", "north"),)), "No more texts match this session's filter."),
        (NO_FOCUS, "Nothing is left to ask: the 2 texts left belong to groups that were answered on the other side"),
    ],
)
def test_a_session_in_a_pipe_ends_once_the_trainer_has_found_nothing_to_ask(
    folder: Path, focus: Focus, words: str
) -> None:
    told: list[str] = []
    with Store(ProjectPaths(folder).db) as store:
        store.questions.publish([], round=3, focus=focus)  # in an earlier session
        session = Session(ProjectPaths(folder), SETTINGS, store, annotator="ann", focus=focus)
        before = session.is_focus_exhausted
        store.questions.publish([], round=3, focus=focus)
        Plain(
            Controller(session, Words(keymap(LABELS).labels, keymap(LABELS).keys)), io.StringIO("back\n"), told.append
        ).run()
        session.close()

    assert not before
    assert any(line.startswith(words) for line in told)
