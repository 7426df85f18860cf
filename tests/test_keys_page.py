from __future__ import annotations

import re
from pathlib import Path

from loop.editing import COMMANDS, REVIEW_COMMANDS
from loop.editing.keymap import TAKES, Command, key_name
from loop.settings import parse_settings

PAGE = Path(__file__).parents[1] / "docs" / "keys.md"


def table() -> str:
    """The table of all commands, as docs/keys.md shall hold it: `python tests/test_keys_page.py` writes it there."""
    rows = ["| command | keys | what it does |", "|---|---|---|"]
    return "\n".join([*rows, *map(row, COMMANDS)])


def row(command: Command) -> str:
    keys = " ".join(f"`{key_name(key)}`" for key in command.keys)
    return f"| {command.name} | {keys} | {command.words} |"


def test_the_page_of_keys_lists_every_command_as_it_is() -> None:
    assert table() in PAGE.read_text()


def test_the_page_of_reviews_lists_the_commands_that_only_they_have() -> None:
    page = (PAGE.parent / "review.md").read_text()

    assert [] == [one.name for one in REVIEW_COMMANDS if one.name not in TAKES and row(one) not in page]
    assert all(f"`{one.name}`" in page for one in REVIEW_COMMANDS if one.name in (TAKES[0], TAKES[-1]))


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
