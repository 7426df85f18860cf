"""Run a session on the terminal, full-screen or in lines."""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING

from loop.editing import keymap
from loop.errors import LoopError
from loop.terminal.controller import Controller

if TYPE_CHECKING:
    from loop.session import Session


def run(session: Session, *, plain: bool = False, mouse: bool = True) -> None:
    """Ask the session's questions until the annotator quits, then restore the terminal.

    It also returns if the terminal is closed or the process is told to end; edits are saved as a draft by then. It
    asks full-screen, or in lines if `plain` or if the terminal cannot draw a screen.

    Raises:
        LoopError: there is no terminal, and `plain` is false.
    """
    keys = keymap(session.labels, session.keys, versions=session.versions)
    if plain or os.environ.get("TERM", "dumb") in ("dumb", "unknown"):
        from loop.terminal.commands import Words
        from loop.terminal.plain import run_plain

        run_plain(Controller(session, Words(keys.labels, keys.keys, keys.table)))
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise LoopError("Annotating needs a terminal.", hint="Run it in one, or use --plain for lines and pipes.")
    from loop.terminal.app import App

    try:
        App(Controller(session, keys, mouse=mouse)).run()
    except EOFError:
        return
    except OSError as error:
        if error.errno not in (errno.EIO, errno.EBADF, errno.ENXIO):  # the terminal was closed
            raise
