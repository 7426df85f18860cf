from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from real_terminal import Terminal
from terminal_project import lay_out, question

from loop.records import Answer
from loop.settings import ProjectPaths
from loop.store import Store

pytestmark = pytest.mark.integration

ONE = question("the SRAM Rival shifter of my Canyon rubs", "SRAM=BRAND 93", uncertain=["Canyon=BRAND 34"])
TWO = question("a KMC chain for the workshop", "KMC=BRAND 80")
THREE = question("nothing to see here")
HOSTILE = question("red \x1b[31m\x1b]0;owned\x07 \u202eevil\u202c [bold]x[/bold] \x9b2J")
WIDE = question("我的捷安特 链条 坏了 😀 👩\u200d🔧 e\u0301", "捷安特=BRAND 80", "坏了=PART 66")

RIGHT_TO_LEFT = question("دراجتي من شركة شيمانو مكسورة", "شيمانو=BRAND 80")
LONG = question(" ".join(f"word{n}" for n in range(715)), "word500=BRAND 80")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    lay_out(tmp_path / "shop", [ONE, TWO, THREE], "BRAND is who made it.")
    return tmp_path / "shop"


@pytest.fixture
def terminal(folder: Path) -> Iterator[Terminal]:
    opened = Terminal(folder)
    yield opened.wait("Why: ", "SRAM Rival")
    opened.close()


@pytest.fixture
def terminal_on(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    opened: list[Terminal] = []

    def on(*questions: object, **more: object) -> Terminal:
        lay_out(tmp_path / "shop", questions)  # type: ignore[arg-type]
        opened.append(Terminal(tmp_path / "shop", **more))  # type: ignore[arg-type]
        return opened[-1]

    yield on
    for terminal in opened:
        terminal.close()


def answers(folder: Path) -> list[Answer]:
    with Store(ProjectPaths(folder).db) as store:
        return list(store.answers.standing())


def test_a_text_is_corrected_answered_and_reopened(terminal: Terminal, folder: Path) -> None:
    terminal.press("tab").wait("“SRAM”  BRAND 93%").press("k").wait("“SRAM Rival”  BRAND ✓")
    terminal.press("enter").wait("KMC chain", "Last: accepted, 1 BRAND", "1 today")
    terminal.press("b").wait("Answered before: accepted, 1 BRAND", "Canyon")
    terminal.press("tab 2").wait("“SRAM Rival” is PART.").press("enter").wait("KMC", "Last: accepted, 1 PART")
    terminal.press("q")

    assert 0 == terminal.end()
    assert terminal.restored()
    assert [((4, 14, "PART"),)] == [tuple((s.start, s.end, s.label) for s in a.spans) for a in answers(folder)]


def test_an_empty_text_is_not_accepted_by_accident(terminal: Terminal) -> None:
    terminal.press("enter").wait("KMC chain").press("enter").wait("nothing to see here")
    terminal.press("enter").wait("No spans are marked: press 0 if the text has none.")
    terminal.press("0").wait("Every text has been answered, 3 by you.", "Last: no entities")


def test_what_was_edited_comes_back_after_quitting(terminal: Terminal, folder: Path) -> None:
    terminal.press("tab 2 k").wait("“SRAM Rival”  PART ✓").press("q").end()
    again = Terminal(folder).wait("PART ✓")

    again.press("u").wait("Undone").press("u u").wait("Nothing to undo").press("z").wait("Redone")
    again.close()


def test_keys_typed_ahead_answer_only_the_text_that_was_seen(terminal: Terminal, folder: Path) -> None:
    terminal.press("enter enter enter x").wait("KMC chain", "1 today")
    terminal.press("q").end()

    assert 1 == len(answers(folder))


def test_pasted_text_is_no_command(terminal: Terminal, folder: Path) -> None:
    terminal.child.send("\x1b[200~0\rxq\x1b[201~")
    terminal.wait("Pasted text is not read as keys.", "SRAM Rival").press("q").end()

    assert [] == answers(folder)


def test_hostile_text_is_shown_as_marks_and_never_written_raw(terminal_on: Callable[..., Terminal]) -> None:
    terminal = terminal_on(HOSTILE).wait("␛[31m␛]0;owned␇ ⟨202E⟩evil⟨202C⟩ [bold]x[/bold] ⟨009B⟩2J")

    assert b"owned\x07" not in terminal.raw
    assert not re.search(rb"\xe2\x80\xae|\xc2\x9b", terminal.raw)
    assert "" == terminal.screen.title


def test_wide_characters_keep_their_columns(terminal_on: Callable[..., Terminal]) -> None:
    terminal = terminal_on(WIDE).wait("BRAND 80%")
    text, names = (terminal.screen.buffer[row] for row in (4, 5))
    column = next(x for x in range(terminal.screen.columns) if text[x].data == "坏")

    assert "PART" == "".join(names[x].data for x in range(column, column + 4))
    assert "👩·🔧 é" in terminal.text


def test_right_to_left_text_is_echoed_and_nothing_turns_the_direction(terminal_on: Callable[..., Terminal]) -> None:
    terminal = terminal_on(RIGHT_TO_LEFT).wait("BRAND 80%").press("tab k").wait("“شيمانو مكسورة”  BRAND ✓")

    assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", terminal.raw.decode())


def test_a_text_of_five_thousand_letters_scrolls_to_the_cursor(terminal_on: Callable[..., Terminal]) -> None:
    terminal = terminal_on(LONG, columns=80, rows=24).wait("word0 ", "▼").press("end").wait("word714", "▲")
    terminal.press("p 2").wait("“word500”  PART ✓", "▲", "▼").press("home").wait("word0 ")


def test_no_color_sends_no_colour(terminal_on: Callable[..., Terminal]) -> None:
    plain = terminal_on(ONE, env={"NO_COLOR": "1"}).wait("BRAND 93%")

    assert [] == re.findall(rb"\x1b\[[\d;]*(?:3[0-8]|4[0-8]|9[0-7])[;m]", plain.raw)
    assert b"\x1b[0;4m" in plain.raw


@pytest.mark.parametrize(("columns", "rows"), [(40, 12), (60, 16), (250, 80)])
def test_every_size_shows_text_and_keys(terminal_on: Callable[..., Terminal], columns: int, rows: int) -> None:
    terminal = terminal_on(ONE, columns=columns, rows=rows).wait(
        "the SRAM Rival shifter", "BRAND 93%", "saved", "Enter accept"
    )

    assert columns >= max(len(line.rstrip()) for line in terminal.screen.display)


def test_the_screen_follows_a_live_resize(terminal: Terminal) -> None:
    terminal.resize(40, 12).until(
        lambda: "of my Canyon rubs" not in terminal.text and "Canyon" in terminal.text, "40 columns"
    )
    terminal.resize(120, 40).wait("the SRAM Rival shifter of my Canyon rubs", "BRAND? 34%")


def test_a_screen_too_small_says_so_and_comes_back(terminal: Terminal) -> None:
    terminal.resize(16, 4).wait("Enlarge me").resize(80, 24).wait("SRAM Rival", "Enter accept")


def test_help_and_guidelines_are_a_key_away(terminal: Terminal) -> None:
    terminal.press("?").wait("How it works", "other keys back to the text").press("x").wait("Why: ")
    terminal.press("g").wait("BRAND is who made it.").press("g").wait("Why: ")


def test_the_numbers_of_status_are_a_key_away(terminal: Terminal) -> None:
    terminal.press("=").wait(
        "How good the model is", "F1       no texts are held out: a share of 0.1", "advice   ", "back to the text"
    )
    terminal.press("=").wait("Why: ")


def test_control_c_quits_from_the_text_and_only_cancels_a_selection(terminal: Terminal) -> None:
    terminal.press("v").wait("extend").press("c-c").wait("Selection cancelled.").press("c-c")

    assert 0 == terminal.end()
    assert terminal.restored()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_gives_the_terminal_back_and_keeps_the_draft(
    terminal: Terminal, folder: Path, number: signal.Signals
) -> None:
    terminal.press("tab 2").wait("“SRAM” is PART.").kill(number).end()

    assert terminal.restored()
    again = Terminal(folder).wait("PART ✓")
    again.close()


def test_a_killed_session_loses_no_edit(terminal: Terminal, folder: Path) -> None:
    terminal.press("tab 2").wait("“SRAM” is PART.").kill(signal.SIGKILL).end()
    again = Terminal(folder).wait("PART ✓")
    again.close()


def test_a_lost_terminal_ends_the_session_and_keeps_the_draft(folder: Path) -> None:
    lost = Terminal(folder).wait("Why: ").press("tab 2").wait("“SRAM” is PART.")
    os.close(lost.child.child_fd)
    os.waitpid(lost.child.pid, 0)
    again = Terminal(folder).wait("PART ✓")
    again.close()


def test_control_z_suspends_and_comes_back_with_everything_drawn_anew_also_in_the_middle_of_an_edit(
    terminal_on: Callable[..., Terminal],
) -> None:
    terminal = terminal_on(ONE, shell=True).wait("Why: ").press("tab").wait("“SRAM”").press("c-z").wait("Stopped")
    terminal.child.sendline("fg")

    terminal.wait("“SRAM”  BRAND").press("2").wait("“SRAM” is PART.").press("c-z").wait("Stopped")
    terminal.screen.reset()
    terminal.child.sendline("fg")

    terminal.wait("the SRAM Rival shifter", "PART ✓", "Enter accept").press("q").wait("the terminal is back")


@pytest.mark.parametrize("bytes_sent", ["\x1bx", "\x1b[99;5~", "\x1b[1;2;3x", "\x1bOx"])
def test_alt_and_unknown_sequences_are_no_commands(terminal: Terminal, folder: Path, bytes_sent: str) -> None:
    terminal.child.send(bytes_sent)
    terminal.press("tab").wait("“SRAM”  BRAND 93%").press("q").end()

    assert [] == answers(folder)


def test_a_mistake_in_the_program_gives_the_terminal_back_and_quotes_no_text(folder: Path) -> None:
    terminal = Terminal(folder, env={"BREAK": "1"}).wait("Why: ").press("tab k").wait("“SRAM Rival”").press("enter")
    status = terminal.end()
    traceback = terminal.raw[terminal.raw.rfind(b"\x1b[?1049l") :]

    assert (1, True) == (status, terminal.restored())
    assert b"broken on purpose" in traceback
    assert b"Rival" not in traceback


def test_a_dumb_terminal_is_asked_in_lines_and_nothing_is_drawn(folder: Path) -> None:
    terminal = Terminal(folder, env={"TERM": "dumb"}).wait("Text: the SRAM Rival", "1. “SRAM” BRAND")
    terminal.child.sendline("quit")

    assert 0 == terminal.end()
    assert b"\x1b" not in terminal.raw


def test_escape_alone_is_harmless_and_quick(terminal: Terminal) -> None:
    terminal.press("v").wait("extend").press("esc").wait("Selection cancelled.")


def test_a_move_writes_only_the_rows_that_change(terminal: Terminal) -> None:
    before = len(terminal.raw)
    terminal.press("tab").wait("“SRAM”  BRAND 93%")
    written = terminal.raw[before:]

    assert 1000 > len(written)
    assert b"No answer yet" not in written


def test_sixteen_colours_are_enough(terminal_on: Callable[..., Terminal]) -> None:
    terminal = terminal_on(ONE, env={"PROMPT_TOOLKIT_COLOR_DEPTH": "DEPTH_4_BIT"}).wait("BRAND 93%")

    assert re.search(rb"\x1b\[0;30;(?:4[1-7]|10[0-7])m", terminal.raw)
    assert not re.search(rb"[34]8;[25];", terminal.raw)


def test_a_connection_lost_while_a_memo_is_typed_loses_no_edit(folder: Path) -> None:
    lost = Terminal(folder).wait("Why: ").press("tab 2").wait("“SRAM” is PART.").press("m a s k").wait("Memo: ask")
    os.close(lost.child.child_fd)
    os.waitpid(lost.child.pid, 0)
    again = Terminal(folder).wait("PART ✓")
    again.close()
