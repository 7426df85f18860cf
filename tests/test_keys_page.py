from __future__ import annotations

import re
from pathlib import Path

from loop.editing import COMMANDS
from loop.editing.keymap import key_name
from loop.settings import parse_settings

PAGE = Path(__file__).parents[1] / "docs" / "keys.md"


def table() -> str:
    """The table of all commands, as docs/keys.md shall hold it: `python tests/test_keys_page.py` writes it there."""
    rows = ["| command | keys | what it does |", "|---|---|---|"]
    for command in COMMANDS:
        keys = " ".join(f"`{key_name(key)}`" for key in command.keys)
        rows.append(f"| {command.name} | {keys} | {command.words} |")
    return "\n".join(rows)


def test_the_page_of_keys_lists_every_command_as_it_is() -> None:
    assert table() in PAGE.read_text()


def test_what_the_page_shows_of_loop_cfg_is_understood() -> None:
    shown = re.findall(
        r"^    (\[keys\]\n(?:    .+\n)+)|^    (\[labels\]\n(?:    .+\n)+)", PAGE.read_text(), flags=re.MULTILINE
    )
    sections = [re.sub("^    ", "", "".join(found), flags=re.MULTILINE) for found in shown]
    settings = parse_settings('[project]\nlabels = ["PART"]\n' + "".join(sections))

    assert (2, ("enter", "f2"), ()) == (len(sections), settings.keys["accept"], settings.keys["unusable"])
    assert ("chain", "brake pad") == settings.labels["PART"].examples


if __name__ == "__main__":
    old = PAGE.read_text()
    PAGE.write_text(re.sub(r"<!-- commands -->|\| command \|(.*\n)+?(?=\n)", lambda _: table() + "\n", old, count=1))
