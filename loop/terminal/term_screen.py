"""The full screen for reviewing terms: one key per decision; it leaves the terminal as it found it."""

from __future__ import annotations

import errno
import os
import signal
import sys
from asyncio import get_running_loop
from functools import partial

from prompt_toolkit.application import Application
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import Output

from loop.errors import LoopError
from loop.terminal.app import NAMES, drop_sequence
from loop.terminal.painter import painted_application
from loop.terminal.term_page import TermPage, rows

# What reading from a terminal raises after its window was closed.
TERMINAL_CLOSED = (errno.EIO, errno.EBADF, errno.ENXIO)


def term_screen(page: TermPage, *, input: Input | None = None, output: Output | None = None) -> Application[None]:
    """Return the application; it ends when the page is done, the terminal is closed or the process is told to end."""
    bindings = KeyBindings()

    @bindings.add(Keys.Any)
    def key(event: KeyPressEvent) -> None:
        pressed = event.key_sequence[0].key
        name = pressed.value if isinstance(pressed, Keys) else pressed
        page.press(NAMES.get(name, name))
        if page.done:
            event.app.exit()

    @bindings.add(Keys.Escape, Keys.Any)
    def unknown(event: KeyPressEvent) -> None:
        """Ignore Alt with a key, and unbound special keys: the characters that they send are not decisions."""
        if (second := event.key_sequence[1].data) in ("[", "O"):
            drop_sequence(second, event.key_processor.input_queue)

    return painted_application(bindings, partial(rows, page), input=input, output=output)


def run_screen(page: TermPage) -> None:
    """Run a review on the terminal until the reviewer is done.

    Raises:
        LoopError: there is no terminal.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise LoopError("Reviewing terms needs a terminal.", hint="Run it in one, or use --plain for lines and pipes.")
    application = term_screen(page)

    def leave() -> None:
        if application.is_running and not application.is_done:
            application.exit()

    def start() -> None:
        for number in (signal.SIGTERM, signal.SIGHUP):
            get_running_loop().add_signal_handler(number, leave)

    try:
        application.run(pre_run=start)
    except EOFError:
        return
    except OSError as error:
        if error.errno not in TERMINAL_CLOSED:
            raise


def draws_screen() -> bool:
    """Whether the terminal can draw a screen."""
    return os.environ.get("TERM", "dumb") not in ("dumb", "unknown")
