from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loop.editing import COMMANDS, keymap
from loop.errors import SettingsError


def test_no_default_key_means_two_things() -> None:
    keys = [key for command in COMMANDS for key in command.keys]

    assert len(keys) == len(set(keys))


def test_a_label_gets_a_letter_of_its_name_if_one_is_free() -> None:
    assert {"PART": "P", "PERSON": "E", "RARE": "A", "PEPPER": "B"} == keymap(
        ["PART", "PERSON", "RARE", "PEPPER"]
    ).letters


def test_the_first_nine_labels_get_a_digit() -> None:
    labels = [f"L{i}" for i in range(12)]

    assert dict(zip(labels[:9], "123456789", strict=True)) == keymap(labels).digits


@given(st.lists(st.text(min_size=1), unique=True, max_size=40))
def test_label_keys_never_collide_with_each_other_or_a_command(labels: list[str]) -> None:
    keys = keymap(labels)
    used = [*keys.letters.values(), *keys.digits.values()]

    assert len(used) == len(set(used))
    assert not set(used) & set(keys.commands)


def test_a_command_moves_to_other_keys() -> None:
    keys = keymap(["PART"], {"accept": ["f5"]})

    assert ("accept", None) == (keys.commands["f5"], keys.commands.get("a"))
    assert "f5" == keys.first("accept")


def test_a_conflict_is_refused_with_both_names() -> None:
    with pytest.raises(SettingsError, match=r"\[keys\] d is bound to both accept and delete\."):
        keymap(["PART"], {"accept": ["d"]})


def test_an_unknown_command_is_refused_with_its_name() -> None:
    with pytest.raises(SettingsError, match=r"\[keys\] acept is not a command\."):
        keymap(["PART"], {"acept": ["d"]})


def test_a_command_on_a_digit_takes_it_from_the_labels() -> None:
    assert {"PART": "2"} == keymap(["PART"], {"accept": ["1"]}).digits


@pytest.mark.parametrize("key", ["", "entr", "F5", "f25", "c-z", "c-i", "s-a", "\x1b"])
def test_a_key_that_does_not_exist_or_is_the_terminals_is_refused(key: str) -> None:
    with pytest.raises(SettingsError, match=r"\[keys\] accept") as caught:
        keymap(["PART"], {"accept": [key]})
    assert caught.value.hint


@pytest.mark.parametrize("key", ["ü", "f5", "f12", "c-k", "s-up", "c-right", "insert", "alt-x"])
def test_any_key_that_terminals_know_is_taken(key: str) -> None:
    assert "accept" == keymap(["PART"], {"accept": [key]}).commands[key]


def test_sentences_name_the_keys_as_they_are_now() -> None:
    keys = keymap(["PART"], {"none": ["f2"], "delete": []})

    assert "f2 no, [delete] yes, [BRAND] [x]" == keys.worded("[none] no, [delete] yes, [BRAND] [x]")
