"""xterm.js draws what pyte draws, and has its cursor where pyte has it."""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from real_terminal import Terminal
from terminal_project import lay_out, question

HERE = Path(__file__).with_name("xterm")
NODE = shutil.which("node")
ONE = question("the SRAM Rival shifter of my Canyon rubs", "SRAM=BRAND 93", uncertain=["Canyon=BRAND 34"])
WIDE = question("我的捷安特 链条 café坏了 دراجتي Canyon", "捷安特=BRAND 80")
LONG = question(" ".join(f"word{n}" for n in range(500)), "word300=BRAND 80")
EVIL = question("red \x1b[31m\x1b]0;owned\x07 \u202eevil\u202c [bold]x[/bold] \x9b2J")
# Keys, and what is on the screen once they have been followed.
STEPS = (
    ("home v right", "extend"), ("1", "✓"), ("m o enter", "Memo saved."), ("c-p", "What you can do here"),
    ("R", "Contains: R"), ("down", "Contains: R"), ("esc", "Why: "), ("?", "How it works"), ("x", "Why: "),
    ("t", "go to that word"), ("backspace", "all keys"), ("/", "Find:"), ("esc", "all keys"), ("s", "Why skip?"),
    ("x", "Not skipped."), ("end c", "begin"), ("0", "begin"), ("u", "all keys"), ("0", "Last: no entities"),
)  # fmt: skip

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(NODE is None, reason="Node.js is not installed"),
    pytest.mark.skipif(
        not (HERE / "node_modules" / "@xterm" / "headless").is_dir(),
        reason="xterm.js is not installed: `make tests/terminal/xterm/node_modules` needs npm",
    ),
]


class Xterm:
    """xterm.js in a process of its own."""

    def __init__(self, columns: int, rows: int) -> None:
        command = [str(NODE), str(HERE / "screen.cjs"), str(columns), str(rows)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._fed = 0

    def after(self, raw: bytes) -> dict[str, Any]:
        """What is on the screen after all that a program has written, of which the beginning is known."""
        assert self._process.stdin
        assert self._process.stdout
        print(b64encode(raw[self._fed :]).decode(), file=self._process.stdin, flush=True)
        self._fed = len(raw)
        screen = json.loads(self._process.stdout.readline())
        return screen | {"lines": [line.rstrip() for line in screen["lines"]]}

    def close(self) -> None:
        self._process.communicate()


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Callable[..., tuple[Terminal, Xterm]]]:
    opened: list[Terminal | Xterm] = []

    def on(*questions: object, columns: int = 100, rows: int = 24) -> tuple[Terminal, Xterm]:
        lay_out(tmp_path / "shop", questions, "BRAND is who made it.")  # type: ignore[arg-type]
        terminal, xterm = Terminal(tmp_path / "shop", columns=columns, rows=rows), Xterm(columns, rows)
        opened.extend((terminal, xterm))
        return terminal.wait("Why: "), xterm

    yield on
    for one in opened:
        one.close()


def seen(terminal: Terminal) -> dict[str, Any]:
    """What pyte shows, in the words of `screen.cjs`."""
    cursor, cells = terminal.screen.cursor, terminal.screen.buffer
    under = cells[cursor.y][cursor.x].data.strip()
    return {"lines": terminal.text.split("\n"), "cursor": [cursor.x, cursor.y], "under": under, "alternate": True}


@pytest.mark.parametrize(("columns", "rows"), [(100, 24), (40, 12)])
@pytest.mark.parametrize("asked", [ONE, WIDE, LONG, EVIL])
def test_both_show_the_same_and_have_the_cursor_in_the_same_place(
    both: Callable[..., tuple[Terminal, Xterm]], asked: object, columns: int, rows: int
) -> None:
    terminal, xterm = both(asked, ONE if asked is not ONE else WIDE, columns=columns, rows=rows)
    for keys, text in STEPS:
        terminal.press(keys).wait(text)

        assert seen(terminal) == xterm.after(terminal.raw), keys
    terminal.press("q").wait("the terminal is back").end()

    assert not xterm.after(terminal.raw)["alternate"]
