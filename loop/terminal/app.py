"""The full-screen application: draws the controller, feeds it keys, and always restores the terminal."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from time import monotonic
from typing import Any

from prompt_toolkit.application import Application
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.key_binding.key_processor import KeyPress
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import Output

from loop.errors import LoopError
from loop.terminal.controller import Controller
from loop.terminal.mouse import DRAGGED, LEFT, LINES_PER_TURN, WHEEL_UP, mouse_report, pointed
from loop.terminal.painter import painted_application
from loop.terminal.screen import Screen

SECONDS_BETWEEN_LOOKS = 0.5
BEFORE_PREPARING = 0.02  # seconds after drawing a new text, when the terminal has received it
LONGEST_WITHOUT_LOOK = 2.0  # seconds; a dead trainer is restarted, however fast the annotator types
IDLE = 0.4  # seconds without a key before slower work starts
LONGEST_TURN = 0.0005  # seconds a key waits for the preparing thread each time it takes the GIL
ESCAPE_WAIT = 0.05  # seconds in which an Esc may start the sequence of another key
# prompt_toolkit's key names that differ from the editor's.
NAMES = {"c-m": "enter", "c-j": "enter", "c-i": "tab", "c-h": "backspace", " ": "space", "<sigint>": "c-c"}


def _name(pressed: KeyPress) -> str:
    """Return the editor's name for a key."""
    name = pressed.key.value if isinstance(pressed.key, Keys) else pressed.key
    return NAMES.get(name, name)


def drop_sequence(kind: str, waiting: deque[KeyPress]) -> bool:
    """Remove the rest of an unknown escape sequence from the waiting keys; False if its end has not arrived.

    It ends with the first character from @ to ~ (ECMA-48, section 5.4); after Esc O, with any character.
    """
    while waiting and len(character := waiting[0].data) == 1 and character.isprintable():
        waiting.popleft()
        if kind == "O" or "@" <= character <= "~":
            return True
    return False


class App:
    """The application for one controller, run once."""

    def __init__(self, controller: Controller, *, input: Input | None = None, output: Output | None = None) -> None:
        self._controller = controller
        self._screen = Screen()
        self._looked = self._reads_panel = False
        self._last_key = monotonic()
        self._foreign_since = -ESCAPE_WAIT
        self.application = painted_application(
            self._bindings(),
            partial(self._screen.draw, controller),
            mouse=lambda: controller.mouse,
            input=input,
            output=output,
            after_render=self._rendered,
        )
        self.application.ttimeoutlen = ESCAPE_WAIT
        self.application.timeoutlen = ESCAPE_WAIT
        self._drop_what_was_typed_before_the_text()

    def run(self) -> None:
        """Run until the annotator quits or the terminal goes away."""
        gc.freeze()
        gc.disable()  # a collection during a key press would be noticed; collect when idle
        turns = sys.getswitchinterval()
        sys.setswitchinterval(LONGEST_TURN)
        try:
            self.application.run(pre_run=self._start, set_exception_handler=False)
        finally:
            sys.setswitchinterval(turns)
            gc.enable()
            gc.unfreeze()
            self._controller.save()
            with suppress(LoopError):  # nobody would miss the numbers
                self._controller.session.keep_uses(self._controller.uses)

    def _start(self) -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: self._fail(context))
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._leave)
        self.application.create_background_task(self._look())

    def _fail(self, context: dict[str, Any]) -> None:
        error = context.get("exception")
        self._leave(error if isinstance(error, Exception) else None)

    def _press(self, key: str) -> None:
        self._last_key = monotonic()
        self._controller.press(key)
        self._controller.save()  # before drawing: whatever the screen has shown is on disk
        if self._controller.done:
            self._leave()
        elif self._controller.suspended:
            self._controller.suspended = False
            self.application.suspend_to_background()
        elif self._controller.view == "progress" and not (self._controller.panel or self._reads_panel):
            self.application.create_background_task(self._read_panel())

    def _point(self, data: str) -> None:
        told, controller = mouse_report(data), self._controller
        if told is None or not controller.drawn:
            return
        if told.button not in (LEFT, DRAGGED):
            for _ in range(LINES_PER_TURN):
                controller.turn("up" if told.button == WHEEL_UP else "down")
            return
        token = self._screen.token_at(controller, told.column, told.row)
        if token is not None and controller.state is not None:
            controller.state = pointed(controller.state, token, dragged=told.button == DRAGGED)

    def _foreign(self, data: str) -> bool:
        """Tell whether a character belongs to an unknown escape sequence rather than being a key."""
        inside = monotonic() - self._foreign_since < ESCAPE_WAIT
        if (inside and data.isalpha()) or data == "~":
            self._foreign_since = -ESCAPE_WAIT
        return inside

    def _leave(self, error: Exception | None = None) -> None:
        if self.application.is_running and not self.application.is_done:
            if error is None:
                self.application.exit()
            else:
                self.application.exit(exception=error)

    async def _look(self) -> None:
        looked = monotonic()
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            typing = monotonic() - self._last_key < IDLE
            if typing and monotonic() - looked < LONGEST_WITHOUT_LOOK:
                continue
            looked = monotonic()
            self._look_once()
            if not typing:
                gc.collect()

    def _rendered(self, _: Application[None]) -> None:
        if not self._controller.drawn:
            asyncio.get_running_loop().call_later(BEFORE_PREPARING, self._prepare)
        self._controller.drawn = True

    def _prepare(self) -> None:
        if not self._looked:  # start the trainer only now: it would delay the first screen
            self._looked = True
            self._look_once()
        self.application.create_background_task(self._get_ready())

    async def _get_ready(self) -> None:
        # In a thread, so that keys get through: importing numpy takes 0.1 s, a long text 0.05 s.
        in_thread = asyncio.get_running_loop().run_in_executor
        await in_thread(None, import_module, "loop.lattice")
        if self._controller.drawn and self._controller.state is not None:
            await in_thread(None, self._screen.get_ready, self._controller.state.page)
        following = self._controller.following()
        if following is not None:
            page = await in_thread(None, self._controller.pages.make_ahead, following)
            await in_thread(None, self._screen.get_ready, page)

    async def _read_panel(self) -> None:
        self._reads_panel = True
        await asyncio.get_running_loop().run_in_executor(None, self._controller.read_panel)
        self._reads_panel = False
        self.application.invalidate()

    def _look_once(self) -> None:
        if self._controller.tick():
            self.application.invalidate()

    def _drop_what_was_typed_before_the_text(self) -> None:
        """Discard pending keys at the last moment before a new text reaches the terminal."""
        output, keyboard, controller = self.application.output, self.application.input, self._controller
        write: Callable[[], None] = output.flush

        def flush() -> None:
            if not controller.drawn and controller.question is not None and self.application.is_running:
                while keyboard.read_keys():
                    pass
            write()

        output.flush = flush  # type: ignore[method-assign]

    def _bindings(self) -> KeyBindings:
        bindings = KeyBindings()

        @bindings.add(Keys.Any)
        def key(event: KeyPressEvent) -> None:
            if not self._foreign(event.data):
                self._press(_name(event.key_sequence[0]))

        @bindings.add(Keys.Escape, Keys.Any)
        def with_alt(event: KeyPressEvent) -> None:
            """Handle Alt with a key, sent as Esc and the key, and the start of an unknown escape sequence."""
            second = event.key_sequence[1]
            if second.data in ("[", "O"):
                # Drop what was read together with its start at once, however slow the machine is.
                ended = drop_sequence(second.data, event.key_processor.input_queue)
                self._foreign_since = -ESCAPE_WAIT if ended else monotonic()
            else:
                self._press("escape" if second.key == Keys.Escape else f"alt-{_name(second)}")

        @bindings.add(Keys.BracketedPaste)
        def paste(event: KeyPressEvent) -> None:
            self._last_key = monotonic()
            self._controller.paste(event.data)

        @bindings.add(Keys.Vt100MouseEvent)
        def mouse(event: KeyPressEvent) -> None:
            self._last_key = monotonic()
            self._point(event.data)

        @bindings.add(Keys.ControlZ)
        def suspend(event: KeyPressEvent) -> None:
            event.app.suspend_to_background()

        return bindings
