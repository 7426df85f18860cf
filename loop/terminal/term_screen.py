"""The full screen of a review of terms: single keys, and the terminal as it was afterwards."""

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
from prompt_toolkit.layout import Layout, Window
from prompt_toolkit.output import Output
from prompt_toolkit.styles import Style

from loop.errors import LoopError
from loop.terminal.app import NAMES, drop_sequence
from loop.terminal.painter import Painter
from loop.terminal.style import style_rules
from loop.terminal.term_page import TermPage, rows

CLOSED = (errno.EIO, errno.EBADF, errno.ENXIO)


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
        """Drop Alt with a key, and the sequence of a key that nothing is bound to: its characters are no decisions."""
        if (second := event.key_sequence[1].data) in ("[", "O"):
            drop_sequence(second, event.key_processor.input_queue)

    application: Application[None] = Application(
        layout=Layout(Window()),  # the painter draws instead
        key_bindings=bindings,
        style=Style(style_rules()),
        include_default_pygments_style=False,
        full_screen=True,
        input=input,
        output=output,
        enable_page_navigation_bindings=False,
    )
    drawn = application.renderer
    application.renderer = Painter(drawn.style, drawn.output, rows=partial(rows, page), mouse=lambda: False)
    return application


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
        if error.errno not in CLOSED:
            raise


def draws_screen() -> bool:
    """Whether the terminal can draw a screen."""
    return os.environ.get("TERM", "dumb") not in ("dumb", "unknown")
