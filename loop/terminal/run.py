"""The way in: a session on the terminal that the program was started in."""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING

from loop.editing import keymap
from loop.errors import LoopError
from loop.terminal.desk import Desk

if TYPE_CHECKING:
    from loop.session import Session


def run(session: Session) -> None:
    """Ask the session's questions full-screen until the annotator quits, and give the terminal back as it was.

    Also when the terminal goes away or the process is told to end: what was edited is then a draft already.

    Raises:
        LoopError: there is no terminal.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise LoopError("Annotating needs a terminal.", hint="Run it in one, without pipes.")
    if os.environ.get("TERM", "dumb") in ("dumb", "unknown"):
        raise LoopError(
            "This terminal cannot draw a screen.", hint="Set TERM to what it is, xterm-256color for example."
        )
    from loop.terminal.app import App

    try:
        App(Desk(session, keymap(session.labels))).run()
    except EOFError:
        return
    except OSError as error:
        if error.errno not in (errno.EIO, errno.EBADF, errno.ENXIO):  # the terminal is gone
            raise
