"""Draw every mode in a real terminal, and write it beside this file: as text, and as a picture made from it.

    python docs/screens/make.py

The same program gives the same files. The font is DejaVu Sans Mono, Debian's fonts-dejavu-core.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyte
from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "terminal"))

from real_terminal import PROGRAM, Terminal
from terminal_project import lay_out, question

from loop.records import Question
from loop.store import Store
from loop.store.locks import ProcessLock

HERE = Path(__file__).parent
FONTS = Path("/usr/share/fonts/truetype/dejavu")
SIZE, CELL = 20, (12, 25)  # pixels: of the letters, of a cell
INK, PAPER, DIM = "e4e4e4", "1c1e22", "8d939c"
LABELS = ("BRAND", "PART", "FAULT")
GUIDELINES = """# What is marked

BRAND: who made it, without the name of the model.
PART: a part of the bicycle, with what tells it from others (“rear wheel”).
FAULT: what is wrong, as it is said (“skips under load”)."""


@dataclass(frozen=True)
class Shot:
    """One screen: its name, the keys that lead there, what is on it then, and its size."""

    name: str
    keys: tuple[str, ...]
    seen: str
    columns: int = 96
    rows: int = 24
    plain: bool = False


SHOTS = (
    Shot("correct", ("tab",), "BRAND 61%"),
    Shot("selecting", ("tab", "v", "right"), "extend"),
    Shot("jump", ("t",), "go to that word"),
    Shot("letters", ("tab", "c", "right", "v right", "right"), "begin"),
    Shot("teach", ("c-t",), "teach"),
    Shot("manual", ("c-t", "c-t"), "manual"),
    Shot("measure", ("enter", "enter"), "HELD OUT"),
    Shot("answered", ("enter", "b"), "Answered before"),
    Shot("history", ("enter", "enter", "c-o"), "KMC"),
    Shot("palette", ("c-p", "e d g e"), "right edge left"),
    Shot("help", ("?",), "How it works"),
    Shot("guidelines", ("g",), "What is marked"),
    Shot("small", ("tab",), "BRAND 61%", 40, 12),
    Shot("done", ("enter", "enter", "0", "enter", "s", "s"), "Every text has been answered"),
    Shot("plain", ("edges 1 3-5", "yes 3", "ok"), "Saved", 96, 30, plain=True),
)
KEYS = {"c-t": "\x14", "c-o": "\x0f", "c-p": "\x10"}


class Colours(pyte.Screen):
    """A screen that knows quiet text, too: pyte leaves it out."""

    def select_graphic_rendition(self, *attrs: int) -> None:
        """Give quiet text a colour of its own."""
        super().select_graphic_rendition(*attrs)
        if attrs == (0, 2):
            self.cursor.attrs = self.cursor.attrs._replace(fg=DIM)


def questions() -> list[Question]:
    """What the workshop's notes may say."""

    def about(asked: Question, group: str | None = None, **meta: Any) -> Question:
        return replace(asked, text=replace(asked.text, meta=meta, group=group))

    crash = (
        "Customer says the SRAM Rival rear mech skips under load since the crash; hanger bent, chain worn past 0.75."
    )
    marked = ("SRAM Rival=BRAND 61", "rear mech=PART 93", "chain=PART 88", "worn=FAULT 71")
    doubtful = ("hanger=PART 44", "skips under load=FAULT 38", "SRAM=BRAND 35")
    reason = "uncertain about “SRAM Rival” BRAND 61%, “hanger” PART 44%, “skips under load” FAULT 38%"
    quote = "Quote sent for a new KMC X11 chain and cassette, waiting for a call."
    return [
        about(question(crash, *marked, uncertain=doubtful, reason=reason), "2207", ticket=2207, shop="north"),
        about(question(quote, "KMC=BRAND 80", "chain=PART 90"), "2207"),
        question("Front wheel rubs on the fork, true it and check the cone nuts.", stream="held_out"),
        question("我的捷安特 链条 坏了 😀 👩\u200d🔧 cafe\u0301 دراجة مكسورة", "捷安特=BRAND 80", "坏了=FAULT 66"),
        question("Bottom bracket creaks.", "Bottom bracket=PART 97"),
    ]


def main() -> None:
    """Write a text and a picture of every shot, or of those named."""
    for shot in SHOTS:
        if not sys.argv[1:] or shot.name in sys.argv[1:]:
            with tempfile.TemporaryDirectory() as folder:
                screen = taken(shot, Path(folder) / "bike-shop")
            text = "\n".join(line.rstrip() for line in screen.display).rstrip()
            (HERE / f"{shot.name}.txt").write_text(text + "\n", encoding="utf-8")
            picture(screen).save(HERE / f"{shot.name}.png", optimize=True)


def taken(shot: Shot, folder: Path) -> pyte.Screen:
    """Open a session beside an idle trainer, press the keys, and return the screen."""
    paths = lay_out(folder, questions(), GUIDELINES)
    with Store(paths.db) as store:
        store.journal.set_trainer("idle", round=3)
    trainer = ProcessLock(paths.trainer_lock)
    trainer.acquire()
    arguments = (str(PROGRAM), str(folder), *(["--plain"] if shot.plain else []))
    env = {"LABELS": json.dumps(LABELS), "COLORTERM": "truecolor", "PROMPT_TOOLKIT_COLOR_DEPTH": "DEPTH_24_BIT"}
    terminal = Terminal(folder, columns=shot.columns, rows=shot.rows, env=env, arguments=arguments)
    terminal.screen = Colours(shot.columns, shot.rows)
    terminal._stream = pyte.ByteStream(terminal.screen)
    terminal.wait("SRAM Rival")
    for key in shot.keys:
        before = len(terminal.raw)
        terminal.child.send(key + "\r") if shot.plain else terminal.press(KEYS.get(key, key))
        terminal.until(lambda before=before: len(terminal.raw) > before, key)
        while _more(terminal):  # a key that comes before the text is drawn is dropped
            pass
    terminal.wait(shot.seen)
    terminal.child.close(force=True)
    trainer.release()
    return terminal.screen


def _more(terminal: Terminal) -> bool:
    before = len(terminal.raw)
    terminal._read()
    return len(terminal.raw) > before


def picture(screen: pyte.Screen) -> Image.Image:
    """Draw the cells of a screen."""
    width, height = CELL
    image = Image.new("RGB", ((screen.columns + 2) * width, (screen.lines + 1) * height), f"#{PAPER}")
    draw = ImageDraw.Draw(image)
    for row in range(screen.lines):
        for column in range(screen.columns):
            cell = screen.buffer[row][column]
            x, y = (column + 1) * width, row * height + height // 2
            wide = 2 if column + 1 < screen.columns and screen.buffer[row][column + 1].data == "" else 1
            ink, paper = colours(cell)
            draw.rectangle((x, y, x + wide * width - 1, y + height - 1), fill=f"#{paper}")
            if cell.data.strip():
                draw.text((x, y), cell.data, font=_font(cell), fill=f"#{ink}")
            if cell.underscore:
                draw.line((x, y + height - 3, x + wide * width - 1, y + height - 3), fill=f"#{ink}", width=2)
    return image


def colours(cell: Any) -> tuple[str, str]:
    """Return the colours of a cell's letter and of its paper."""
    ink = INK if cell.fg == "default" else cell.fg
    paper = PAPER if cell.bg == "default" else cell.bg
    return (paper, ink) if cell.reverse else (ink, paper)


def _font(cell: Any) -> ImageFont.FreeTypeFont:
    style = {(True, False): "-Bold", (False, True): "-Oblique", (True, True): "-BoldOblique"}.get(
        (cell.bold, cell.italics), ""
    )
    return ImageFont.truetype(str(FONTS / f"DejaVuSansMono{style}.ttf"), SIZE)


if __name__ == "__main__":
    main()
