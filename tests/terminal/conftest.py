"""Makes the helpers beside the tests importable, and opens real sessions on real stores."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from terminal_project import SETTINGS, lay_out

from loop.editing import keymap
from loop.records import Question
from loop.session import Session
from loop.store import Store
from loop.terminal.controller import Controller


@pytest.fixture
def open_session(tmp_path: Path) -> Iterator[Callable[..., Session]]:
    """Open a session on some questions: `open_session(question("..."), guidelines="...")`."""
    with ExitStack() as stack:

        def opened(*questions: Question, guidelines: str = "") -> Session:
            paths = lay_out(tmp_path / "shop", questions, guidelines)
            session = Session(paths, SETTINGS, stack.enter_context(Store(paths.db)), annotator="ann")
            stack.callback(session.close)
            return session

        yield opened


@pytest.fixture
def sit_down(open_session: Callable[..., Session]) -> Callable[..., Controller]:
    """A controller in front of some questions, whose first text has been drawn."""

    def seated(*questions: Question, guidelines: str = "") -> Controller:
        session = open_session(*questions, guidelines=guidelines)
        controller = Controller(session, keymap(session.labels))
        controller.drawn = True
        return controller

    return seated
