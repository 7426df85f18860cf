"""The person whom other tests, and benchmarks, put in front of a terminal."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import person as person_module
import pytest
from person import Person, is_drawn, wait_until
from real_terminal import PROGRAM, Terminal
from terminal_project import lay_out, question

LONG = {n: f"text {n}: " + " ".join(f"word{i}" for i in range(n, n + 400)) for n in (1, 2)}


@pytest.mark.integration
def test_a_person_knows_a_text_longer_than_the_screen_by_its_beginning(tmp_path: Path):
    class Alone(Person):
        """With no trainer behind."""

        def _open(self) -> None:
            self.terminal = Terminal(self.folder, arguments=[str(PROGRAM), str(self.folder)], rows=40).wait("in all")

    lay_out(tmp_path / "shop", [question(text) for text in LONG.values()])
    person = Alone(tmp_path / "shop", dict.fromkeys(LONG.values(), ()), ["PART"])
    try:
        person.sit_down()
        asked = [person.question.text.text]
        person.answer("0")
        asked.append(person.question.text.text)
        person.leave()
    finally:
        person.close()

    assert list(LONG.values()) == asked


@pytest.mark.parametrize(
    ("text", "screen", "drawn"),
    [
        ("a new chain", "  a new chain ", True),
        ("a new chain", "  a new saddle ", False),
        ("one two three", "  one two\n  PART\n  three", True),
        (LONG[1], LONG[1][:300], True),
        (LONG[2], LONG[1][:300], False),
        (f"see https://{'x' * 200} there", f"see https://{'x' * 80}\n{'x' * 100}", False),
        (f"see https://{'x' * 200} there", f"see https://{'x' * 80}\n{'x' * 120} there", True),
    ],
)
def test_a_text_is_drawn_when_its_first_words_are_on_the_screen(text: str, screen: str, drawn: bool):
    assert drawn == is_drawn(text, screen)


def test_a_person_in_front_of_another_question_sits_down_anew_a_few_times_and_then_says_so(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(person_module, "DRAWN", 0.0)
    lay_out(tmp_path / "shop", [question("a new chain")])
    sittings = []

    class Seated(Person):
        def _open(self) -> None:
            sittings.append(self)
            self.terminal = SimpleNamespace(text="something else", until=lambda happened, _="": happened())

        def leave(self) -> None: ...

    someone = Seated(tmp_path / "shop", {}, ["PART"])
    with pytest.raises(AssertionError, match="'a new chain' was not drawn; the screen:\nsomething else"):
        someone.sit_down()
    someone.store.close()

    assert person_module.SITTINGS + 1 == len(sittings)


def test_what_is_waited_for_in_vain_is_named(monkeypatch):
    monkeypatch.setattr(person_module, "PATIENCE", 0.0)

    with pytest.raises(AssertionError, match="waited in vain for the third round"):
        wait_until(lambda: False, "the third round")
