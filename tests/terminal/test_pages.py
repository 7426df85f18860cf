from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from terminal_project import LABELS, question

from loop.editing import COMMANDS, keymap
from loop.terminal import pages
from loop.terminal.controller import Controller
from loop.terminal.frame import key_name
from loop.terminal.pages import waiting_words

Sit = Callable[..., Controller]


def text(rows: list[list[tuple[str, str]]]) -> str:
    return "\n".join("".join(piece for _, piece in row).rstrip() for row in rows)


@pytest.mark.parametrize("cells", [40, 80, 120])
def test_the_help_names_every_command_with_its_keys(cells: int) -> None:
    shown = text(pages.help_rows(keymap(LABELS), cells))
    flowing = " ".join(shown.split())

    for command in COMMANDS:
        assert " ".join(key_name(key) for key in command.keys) in flowing
        assert command.words.split()[0] in flowing
    assert max(len(line) for line in shown.splitlines()) <= cells


def test_the_help_shows_the_keys_in_force() -> None:
    assert "F7" not in text(pages.help_rows(keymap(LABELS), 80))
    assert "f7" in text(pages.help_rows(keymap(LABELS, {"accept": ["f7"]}), 80))


def test_the_help_names_the_labels() -> None:
    assert "1 B BRAND, 2 P PART." in text(pages.help_rows(keymap(LABELS), 80))


def test_guidelines_keep_their_lines_and_show_markup_and_escapes_as_they_are(sit_down: Sit) -> None:
    controller = sit_down(question("a"), guidelines="# Rules\n\n[bold]BRAND\x1b[0m is the maker.")

    assert "  # Rules\n\n  [bold]BRAND␛[0m is the maker." == text(pages.guideline_rows(controller, 80))


def test_missing_guidelines_say_where_to_write_them(sit_down: Sit) -> None:
    assert "write them into guidelines.md" in text(pages.guideline_rows(sit_down(question("a")), 80))


def test_an_empty_queue_with_texts_left_waits_for_the_trainer(sit_down: Sit) -> None:
    controller = sit_down(question("a"))

    assert "The trainer is preparing the next questions" in text(pages.waiting_rows(controller, 80))


def test_when_all_is_answered_what_was_left_out_is_told(sit_down: Callable[..., Controller]) -> None:
    controller = sit_down(question("one"), question("two"), question("three"), question("four"))
    for key in ["s", "u", "s", "s", "x", "0", "s", "u"]:  # the unsure one comes back
        controller.press(key)
        controller.drawn = True

    assert (
        "Every text has been answered, 1 by you. Add more with `loop add`. "
        "1 answer has not been learned yet: the trainer learns it next. "
        "Left out: 1 skipped · 1 unsure · 1 unusable." == waiting_words(controller)
    )


def test_a_trainer_that_cannot_go_on_says_why_and_what_to_do(sit_down: Callable[..., Controller]) -> None:
    controller = sit_down()
    controller.status = replace(
        controller.status, pool_left=3, trainer="stopped: no pipeline en_x. Run `python -m spacy download`"
    )

    assert "The trainer stopped: no pipeline en_x. Run `python -m spacy download`" in waiting_words(controller)
    assert "or run `loop annotate` again" in waiting_words(controller)
