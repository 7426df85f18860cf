from __future__ import annotations

import sys
import warnings

import pytest

from loop.cli.library_output import words_left_out
from loop.cli.printing import say
from loop.errors import InputError
from loop.patterns.matching import say_left_out


def speak(text: str) -> None:
    """As a project's own code may, in every way."""
    for _ in range(2):
        print(text)
        sys.stdout.write(text)
        sys.stderr.write(f"{text}\n")
        sys.stdout.buffer.write(text.encode())
        warnings.warn(text, stacklevel=1)


def test_what_others_print_is_named_once_by_its_line_and_what_loop_prints_comes_through(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with warnings.catch_warnings(), words_left_out():
        warnings.simplefilter("always")
        speak("zyxcanary é")
        say("round 1")
        say_left_out(InputError("p.jsonl", "matches nothing é.", line=2))
    print("afterwards")
    out, err = capsys.readouterr()
    line = speak.__code__.co_firstlineno + 3

    assert "round 1\nafterwards\n" == out
    assert [
        *(f"Output from {__file__}, line {line + n}; left out because it may quote your texts." for n in range(4)),
        f"UserWarning from {__file__}, line {line + 4}; left out because it may quote your texts.",
        "Pattern ignored. p.jsonl, line 2: matches nothing é.",
    ] == err.splitlines()


def test_all_of_it_is_shown_to_who_looks_for_a_mistake(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOOP_DEBUG", "1")
    with words_left_out():
        print("zyxcanary")

    assert "zyxcanary\n" == capsys.readouterr().out
