from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from real_terminal import PROGRAM, Terminal
from terminal_project import lay_out, question

from loop.records import Candidate, Question, Span

pytestmark = pytest.mark.integration

EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m\x90q\x1b\\\u202egnp\u202c\u2066x\u2069\u200f[bold]b[/bold]\r\x08\x00\x7f"
LABELS = (f"A{EVIL}", f"B{EVIL}")
# What the program itself may send: colours and attributes, cursor, erasing, modes (screen, paste, mouse, wrapping).
OWN = re.compile(r"\x1b\[[0-9;]*[mHK]|\x1b\[\?[0-9;]+[hl]|\x1b\[\?1[hl]|\x1b\[0? ?q|\x1b\[[0-9]* q|\x1b\[[0-9]*[ABCDJ]")
PRESSED = (
    "tab,tab,y,m,x,enter,g,x,?,x,c-p,A,backspace,backspace,:,a,enter,/,S,enter,2,c,v right,1,t,backspace,e,enter,b"
)
FORBIDDEN = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    evil = EVIL.replace("\x00", "").replace("/", "")
    where = tmp_path / f"shop{evil}"
    asked = [_question(f"the {i} SRAM {EVIL} Rival") for i in range(3)]
    lay_out(where, asked, guidelines=f"Mark {EVIL} everywhere.")
    return where


def _question(text: str) -> Question:
    start = text.index("SRAM")
    rival = text.index("Rival")
    spans = [Span(start, start + 4, LABELS[0]), Span(rival, rival + 5, LABELS[1])]
    asked = question(text, reason=f"uncertain about {EVIL}")
    notes = {f"ticket{EVIL}": EVIL, "more": [EVIL]}
    return replace(
        asked,
        text=replace(asked.text, meta=notes, group=f"g{EVIL}"),
        prediction=(spans[0],),
        candidates=(Candidate(spans[0], 0.9), Candidate(spans[1], 0.4)),
    )


def raw_of(keys: Sequence[str], folder: Path, columns: int, rows: int) -> str:
    terminal = Terminal(folder, columns=columns, rows=rows, env={"LABELS": json.dumps(LABELS)}).wait("SRAM", "␛]0;")
    for key in keys:
        before = len(terminal.raw)
        terminal.press(key).until(lambda before=before: len(terminal.raw) > before, key)
    terminal.press("c-c c-c").end()
    assert "" == terminal.screen.title
    return terminal.raw.split(b"the terminal is back")[0].decode()


@pytest.mark.parametrize(("columns", "rows"), [(110, 40), (40, 12)])
def test_nothing_that_a_terminal_obeys_reaches_it_from_anywhere(folder: Path, columns: int, rows: int) -> None:
    raw = raw_of(PRESSED.split(","), folder, columns, rows)
    left = OWN.sub("", raw)

    assert [] == [(match[0], left[max(0, match.start() - 20) : match.end() + 20]) for match in FORBIDDEN.finditer(left)]
    assert "owned" in left
    assert "[bold]" in left


def test_nothing_that_a_terminal_obeys_is_said_in_lines(folder: Path) -> None:
    typed = ["help", "words", "guidelines", f"memo {EVIL}", f"mark 2 {EVIL}", "mark 2 A", "find ]0;", "same 1", EVIL]
    lines = "\n".join([*(line.replace("\r", "").replace("\x00", "") for line in typed), "ok", "back", "", "quit", ""])
    surroundings = {"LABELS": json.dumps(LABELS), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, str(PROGRAM), str(folder), "--plain"]
    told = subprocess.run(command, input=lines, capture_output=True, text=True, check=True, env=surroundings).stdout

    assert [] == FORBIDDEN.findall(told)
    assert "Saved: accepted" in told
    assert "[bold]" in told
