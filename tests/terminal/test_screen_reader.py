"""What a screen reader says of a session: Fenrir, with a speech program that writes down what it is told to say."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator
from configparser import RawConfigParser
from pathlib import Path

import pytest
from real_terminal import PROGRAM, Terminal
from terminal_project import lay_out, question

HERE = Path(__file__).with_name("screen_reader")
FENRIR = HERE / "site" / "bin" / "fenrir"
ONE = question("the SRAM Rival shifter of my Canyon rubs", "SRAM=BRAND 93")
TWO = question("a KMC chain for the workshop")

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(
        not FENRIR.is_file(),
        reason="Fenrir is not installed: `make tests/terminal/screen_reader/site` needs the network",
    ),
]


def settings(folder: Path, shop: Path) -> Path:
    """Write Fenrir's settings: it wraps a session on `shop`, and speaks into `folder / "spoken"`."""
    speech = folder / "speak.sh"
    speech.write_text(f"printf '%s\\n' \"$1\" >> {shlex.quote(str(folder / 'spoken'))}\n")
    found = RawConfigParser()
    found.read_dict(
        {
            "sound": {"enabled": False, "driver": "dummyDriver"},
            "speech": {"driver": "genericDriver", "genericSpeechCommand": f"sh {shlex.quote(str(speech))} fenrirText"},
            "screen": {"driver": "ptyDriver"},
            "keyboard": {"driver": "ptyDriver", "keyboardLayout": "pty"},
            "general": {
                "shell": shlex.join([sys.executable, str(PROGRAM), str(shop)]),
                "debugLevel": 0,
                "debugFile": folder / "fenrir.log",
            },
            "remote": {"driver": "dummyDriver"},
        }
    )
    path = folder / "fenrir.conf"
    with path.open("w") as file:
        found.write(file)
    return path


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Terminal]:
    lay_out(tmp_path / "shop", [ONE, TWO])
    path = os.pathsep.join([str(FENRIR.parents[1]), os.environ.get("PYTHONPATH", "")])
    arguments = (str(FENRIR), "-s", str(settings(tmp_path, tmp_path / "shop")))
    terminal = Terminal(tmp_path, arguments=arguments, env={"PYTHONPATH": path})
    yield terminal
    terminal.close()


def test_a_move_an_edit_and_an_answer_are_spoken(reader: Terminal, tmp_path: Path) -> None:
    spoken = tmp_path / "spoken"
    spoken.touch()

    def heard(keys: str, *expected: str) -> str:
        """Press keys, wait until all of these are said after it, and return what was said."""
        before = len(spoken.read_text())
        reader.press(keys).until(lambda: all(words in spoken.read_text()[before:] for words in expected), f"{expected}")
        return spoken.read_text()[before:]

    heard("", "Why: the model is uncertain", "the SRAM Rival shifter")
    heard("right", "“SRAM” BRAND 93")
    edit = heard("2", "“SRAM” is PART.")
    heard("end", "all keys")
    moves = [heard("left", "\n"), heard("left", "\n")]
    heard("enter", "a KMC chain for the workshop", "Last: accepted, 1 PART")

    assert ["Canyon\n", "my\n"] == moves
    assert "Rival" not in edit
