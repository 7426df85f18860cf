from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from real_terminal import Terminal
from terminal_project import LABELS, lay_out, question
from test_controller import keys, text

from loop.editing import COMMANDS, act, begin, give, keymap, page_of, possible, press
from loop.records import Mode
from loop.session import Session
from loop.settings import ProjectPaths
from loop.store import Store
from loop.terminal.controller import Controller
from loop.terminal.key_line import key_line
from loop.terminal.palette import Action
from loop.terminal.screen import Screen

ONE = question("the SRAM Rival shifter", "SRAM=BRAND 93", uncertain=["Rival=PART 45"])
TWO = question("my Canyon rubs", "Canyon=BRAND 50")
EVIL = "A\x1b[2J\u202e[bold]"
Sit = Callable[..., Controller]
KEYMAP = keymap(LABELS)


def typed(words: str) -> str:
    return " ".join("space" if letter == " " else letter for letter in words)


def titles(controller: Controller) -> list[str]:
    assert controller.finder is not None
    return [item.title for item in controller.finder.items if isinstance(item, Action)]


def do(controller: Controller, words: str) -> Controller:
    """Open the palette, type, and run what is found first."""
    return keys(controller, f"c-p {typed(words)} enter")


def rows(controller: Controller, cells: int = 80, lines: int = 24) -> list[str]:
    return ["".join(part for _, part in row).rstrip() for row in Screen().draw(controller, cells, lines)]


def test_it_lists_every_command_of_the_help_but_those_without_effect_here(sit_down: Sit) -> None:
    listed = titles(keys(sit_down(ONE, TWO), "c-p"))
    commands = [command.name.replace("_", " ") for command in COMMANDS]

    assert ["no", "onward", "palette"] == [name for name in commands if name not in listed]
    assert [
        *LABELS, "skip: unsure", "skip: not my field", "skip: bad text", "teach mode", "manual mode", "hard cases",
        "suspend",
    ] == [title for title in listed if title not in commands]  # fmt: skip


def test_what_the_mode_does_not_allow_is_not_offered(sit_down: Sit) -> None:
    teaching = titles(keys(sit_down(ONE, TWO), "c-t c-p"))

    assert "no" in teaching
    assert set() == {"none", "select", "delete", "everywhere", "characters", "teach mode"} & {*teaching}
    assert {"manual mode", "correct mode"} <= {*teaching}


def test_only_a_reopened_answer_can_be_left(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "enter b")

    assert TWO.text.text == text(do(controller, "leave a reopened"))


def test_without_a_text_it_lists_what_is_left_to_do(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE), "enter c-p")
    listed = titles(controller)

    assert ["reopen", "guidelines", "history"] == listed[:3]
    assert {"accept", "undo", "skip: unsure", *LABELS} & {*listed} == set()
    assert ONE.text.text == text(keys(controller, f"{typed('previous answer')} enter"))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("hard case", ["hard cases", "flag", "history"]),
        ("EDGE right one LEFT", ["right edge left", "left edge right"]),
        ("right_edge_left", ["right edge left"]),
        ("ctrl+o", ["history", "hard cases"]),
        ("pgdn", ["page down"]),
        ("previous", ["previous stop", "previous analysis", "reopen"]),
        ("nothing of the kind", []),
    ],
)
def test_it_finds_any_part_of_name_help_and_key(sit_down: Sit, words: str, found: list[str]) -> None:
    controller = keys(sit_down(ONE, TWO), f"c-p {typed(words)}")

    assert found == titles(controller)


def test_the_most_used_come_first_however_they_were_used(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "tab tab right right right z c-p")
    first = titles(controller)[:3]
    keys(controller, f"escape c-p {typed('the same string everywhere')} enter")
    for _ in range(4):
        do(controller, "everywhere in this")

    assert ["right", "next stop", "redo"] == first
    assert ["everywhere", "right", "next stop"] == titles(keys(controller, "c-p"))[:3]


def test_what_is_typed_at_a_prompt_is_no_use_of_a_command(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "m u u u enter")

    assert {"memo": 1} == controller.uses


def test_uses_are_kept_for_the_next_session_of_the_same_annotator(open_session: Callable[..., Session]) -> None:
    session = open_session(ONE, TWO)
    session.keep_uses({"redo": 3, "label PART": 5})
    again = Controller(session, keymap(LABELS))
    again.drawn = True

    assert ["PART", "redo"] == titles(keys(again, "c-p"))[:2]
    assert {} == session._store.requests.uses("bob")


@pytest.mark.parametrize("mode", ["correct", "teach", "manual"])
@pytest.mark.parametrize("start", ["", "tab", "tab tab r", "right v right", "right c v right"])
def test_a_command_does_what_its_key_does(mode: Mode, start: str) -> None:
    state = begin(page_of(ONE, LABELS, mode=mode))
    for key in start.split():
        state = replace(press(state, key, KEYMAP), layout=state.layout)
    for command in COMMANDS:
        if command.name in possible(state):
            pressed = press(state, command.keys[0], KEYMAP)
            acted = act(replace(state, message="", intent=None, keys=state.keys + 1), command.name)

            assert pressed == replace(acted, message=KEYMAP.worded(acted.message)), command.name
    for label, key in KEYMAP.digits.items():
        given = give(replace(state, message="", intent=None, keys=state.keys + 1), label)

        assert press(state, key, KEYMAP) == replace(given, message=KEYMAP.worded(given.message))


def test_commands_labels_modes_and_reasons_are_carried_out(sit_down: Sit) -> None:
    controller = do(keys(sit_down(ONE, TWO), "end"), "part mark")
    assert controller.state is not None

    assert ["shifter"] == [
        controller.state.page.string(m.start, m.end) for m in controller.state.marks if m[2] == "PART"
    ]
    assert () == do(controller, "undo").state.now.touched  # type: ignore[union-attr]
    assert "teach" == do(controller, "uncertain span teach").session.mode
    do(controller, "unsure")
    assert (TWO.text.text, "unsure") == (text(controller), controller.last.reason)  # type: ignore[union-attr]
    assert "help" == do(controller, "this help").view


def test_a_selection_stays_open_under_it(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "right v right c-p escape right")
    listed = titles(keys(controller, "c-p"))
    keys(controller, f"{typed('part')} enter")
    assert controller.state is not None

    assert ["SRAM Rival shifter"] == [controller.state.page.string(m.start, m.end) for m in controller.state.marks]
    assert {"accept", "flag", "skip: unsure"} & {*listed} == set()
    assert {"left", "jump", "undo"} <= {*listed}


def test_letters_stay_selected_under_it(sit_down: Sit) -> None:
    controller = do(do(keys(sit_down(ONE, TWO), "end c"), "select letters"), "one letter right")

    assert "BRAND" == do(controller, "mark words brand").state.marks[-1].label  # type: ignore[union-attr]


def test_the_keys_shown_are_those_in_force(open_session: Callable[..., Session]) -> None:
    session = open_session(ONE, TWO)
    changed = {"palette": ["P"], "redo": ["f7"], "mode": ["f8"], "undo": [], "skip": ["f9"]}
    controller = Controller(session, keymap(LABELS, changed))
    controller.drawn = True
    keys(controller, "P")
    lines = {line[3:].partition("  ")[0]: line for line in rows(controller, 100, 90)}

    assert lines["redo"].endswith(" f7")
    assert lines["undo"].endswith("undo the last edit in this text")
    assert lines["manual mode"].endswith(" f8 f8")
    assert lines["skip: unsure"].endswith(" f9 u")
    assert lines["PART"].endswith(" 2")
    assert lines["suspend"].endswith(" Ctrl+Z")
    assert "undo" in titles(keys(controller, "u n d o"))


@pytest.mark.parametrize(("cells", "lines"), [(40, 12), (20, 6), (80, 24)])
@pytest.mark.parametrize("down", [0, 20, 200])
def test_the_chosen_one_is_on_the_screen_however_small(sit_down: Sit, cells: int, lines: int, down: int) -> None:
    controller = keys(sit_down(ONE, TWO), "c-p")
    rows(controller, cells, lines)
    keys(controller, "down " * down)
    drawn = rows(controller, cells, lines)
    assert controller.finder is not None
    chosen = controller.finder.items[controller.finder.chosen]

    assert [lines, cells] >= [len(drawn), max(map(len, drawn))]
    assert 1 == sum(line.startswith(f" › {chosen.title}"[: cells - 8]) for line in drawn)  # type: ignore[union-attr]


def test_a_help_that_is_cut_is_shown_whole_below(sit_down: Sit) -> None:
    drawn = rows(keys(sit_down(ONE, TWO), f"c-p {typed('unusable')}"), 40, 12)

    assert " › unusable  the text is unusable: …  x" == drawn[4]
    assert ["   the text is unusable: never ask it", "   again; in teach mode: no"] == drawn[5:7]


def test_labels_are_shown_as_they_are_and_never_obeyed(sit_down: Sit) -> None:
    controller = sit_down(ONE, TWO)
    controller.keys = keymap((EVIL, "PART"))
    drawn = rows(keys(controller, f"c-p {typed('bold')}"))

    assert drawn[5].startswith(" › A␛[2J⟨202E⟩[bold]  mark the word under the cursor, or")


def test_the_bottom_line_says_what_enter_does_and_names_the_palette_where_there_is_room(sit_down: Sit) -> None:
    controller = sit_down(ONE, TWO)

    assert "Ctrl+P commands" in "".join(part for _, part in key_line(controller, 120))
    assert "Enter do it" in "".join(part for _, part in key_line(keys(controller, "c-p"), 80))


def test_pasted_text_is_looked_for(sit_down: Sit) -> None:
    controller = keys(sit_down(ONE, TWO), "c-p")
    controller.paste("hard case\n")

    assert ["hard cases", "flag", "history"] == titles(controller)


@pytest.mark.parametrize("stance", ["m", "/", ":"])
def test_at_a_prompt_its_key_is_typed(open_session: Callable[..., Session], stance: str) -> None:
    session = open_session(ONE, TWO)
    controller = Controller(session, keymap(LABELS, {"palette": ["&"]}))
    controller.drawn = True
    keys(controller, f"{stance} &")

    assert (None, "&") == (controller.finder, controller.state.typed)  # type: ignore[union-attr]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Terminal]:
    lay_out(tmp_path / "shop", [ONE, TWO])
    terminal = Terminal(tmp_path / "shop", shell=True)
    yield terminal.wait("Why: ", "SRAM Rival")
    terminal.close()


@pytest.mark.integration
def test_it_works_in_a_terminal_and_remembers_what_was_used(shop: Terminal, tmp_path: Path) -> None:
    shop.press("f c-p").wait("What you can do here", "› flag").press("s u s p e n d enter").wait("Stopped")
    shop.child.sendline("fg")
    shop.wait("Why: ", "flagged").press("c-p n o t space m y enter").wait("Canyon", "Last: skipped (not my field)")
    shop.press("q").wait("the terminal is back")
    with Store(ProjectPaths(tmp_path / "shop").db) as store:
        (name,) = (answer.annotator for answer in store.answers.standing())

        assert {"flag": 1, "palette": 2, "suspend": 1, "skip not my field": 1, "quit": 1} == store.requests.uses(name)
