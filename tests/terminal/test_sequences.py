"""Escape sequences that nobody knows, as prompt_toolkit's parser hands them over: none of their characters is a key."""

from __future__ import annotations

from collections import deque

import pytest
from prompt_toolkit.input.vt100_parser import Vt100Parser
from prompt_toolkit.key_binding.key_processor import KeyPress

from loop.terminal.app import drop_sequence


@pytest.mark.parametrize(
    ("sequence", "rest"),
    [
        ("\x1b[1;2;3x", ""),
        ("\x1b[1;2;3xq", "q"),
        ("\x1b[99;5~k", "k"),
        ("\x1b[?1;2cx", "x"),
        ("\x1bOxx", "x"),
        ("\x1bO1\t", "\t"),
        ("\x1b[I" + "y", "y"),
    ],
)
def test_it_is_dropped_to_its_end_and_not_further(sequence: str, rest: str) -> None:
    waiting: deque[KeyPress] = deque()
    Vt100Parser(waiting.append).feed(sequence)
    _, kind = waiting.popleft(), waiting.popleft()

    assert drop_sequence(kind.data, waiting)
    assert rest == "".join(key.data for key in waiting)


@pytest.mark.parametrize("sequence", ["\x1b[1;2;", "\x1b[1;2\t", "\x1bO"])
def test_an_end_that_is_not_there_yet_is_waited_for(sequence: str) -> None:
    waiting: deque[KeyPress] = deque()
    parser = Vt100Parser(waiting.append)
    parser.feed(sequence)
    parser.flush()
    _, kind = waiting.popleft(), waiting.popleft()

    assert not drop_sequence(kind.data, waiting)
