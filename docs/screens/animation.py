"""Record a session on the bundled corpus in a real terminal, and write it beside this file as an animated SVG.

    python docs/screens/animation.py

An oracle answers the first questions, then a person corrects texts with the fewest keys while the trainer learns the
next round. The picture needs no player and no font: CSS shows one frame after the other, and words stay words.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

import pyte
from make import DIM, PAPER, Colours, colours
from person import Person, run
from real_terminal import Terminal

from loop.editing import keymap, page_of
from loop.editing.keymap import key_name
from loop.formats import read_gold
from loop.simulate.keystrokes import plan
from loop.store.locks import is_held
from loop.suggest import suggester_of

HERE = Path(__file__).parent
DEMO = HERE.parents[1] / "data" / "demo"
LABELS = ("BRAND", "PART", "FAULT")
ANSWERED = 149  # by the oracle: the next answer makes a round due
TEXTS = 4  # answered on the recording
COLUMNS, ROWS = 100, 16
CELL = (8.4, 19)  # pixels
SIZE = 14  # of the letters
BASE = 14  # pixels from the top of a row to the foot of its letters
EDGE = 10  # pixels around the screen
KEY = "ffd75f"  # the colour of the key below it
QUIET = 0.4  # seconds without a change after which a screen is complete
READING, EDITING, LEARNED = 2.2, 0.8, 2.5  # seconds shown: a new text, an edit, the last screen

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Frame:
    """A screen, the key that led to it, and how long it is shown."""

    rows: tuple[Row, ...]
    key: str
    seconds: float


def main() -> None:
    """Record, and write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        frames = recorded(Path(folder) / "workshop")
    (HERE / "session.svg").write_text(animated(frames), encoding="utf-8")


class Annotator(Person):
    """A person at a terminal whose colours are kept."""

    def _open(self) -> None:
        command = ("-m", "loop", "-C", str(self.folder), "annotate", "--annotator", "ann")
        env = {"COLORTERM": "truecolor", "PROMPT_TOOLKIT_COLOR_DEPTH": "DEPTH_24_BIT"}
        self.terminal = Terminal(self.folder, arguments=command, rows=ROWS, columns=COLUMNS, env=env)
        self.terminal.screen = Colours(COLUMNS, ROWS)
        self.terminal._stream = pyte.ByteStream(self.terminal.screen)
        self.terminal.wait("in all")


def recorded(folder: Path) -> list[Frame]:
    """Answer some texts, and wait for the round that is learned from the first."""
    run("demo", "--auto", str(ANSWERED), "--dir", str(folder), folder=folder.parent)
    gold = {raw.text: raw.spans or () for raw in read_gold(DEMO / "pool.jsonl")}
    with closing(Annotator(folder, gold, LABELS)) as person:
        person.sit_down()
        settle(person)
        frames = [taken(person, "", READING)]
        for _ in range(TEXTS):
            frames += answered(person)
        due = f"· round {ANSWERED // 10 + 1} ·"  # and not "training round"
        person.terminal.until(lambda: due in person.terminal.text, "the round")
        settle(person)
        frames.append(taken(person, "", LEARNED))
        person.leave()
        while is_held(person.paths.trainer_lock):
            time.sleep(0.1)
    return frames


def answered(person: Annotator) -> Iterator[Frame]:
    """Press the fewest keys that make the text right, one by one."""
    page = page_of(person.question, LABELS, suggester=suggester_of(person.question))
    pressed = plan(page, page.snap(person.wanted), keymap(LABELS))
    for key in pressed[:-1]:
        person.terminal.press(key)
        settle(person)
        yield taken(person, key_name(key), EDITING)
    person.answer(pressed[-1])
    settle(person)
    yield taken(person, key_name(pressed[-1]), READING)


def settle(person: Annotator) -> None:
    """Read until the screen has been complete for a while."""
    end = time.monotonic() + QUIET
    while time.monotonic() < end:
        before = len(person.terminal.raw)
        person.terminal._read()
        if len(person.terminal.raw) > before:
            end = time.monotonic() + QUIET


def taken(person: Annotator, key: str, seconds: float) -> Frame:
    """Keep what is on the screen."""
    screen = person.terminal.screen
    return Frame(tuple(tuple(screen.buffer[y][x] for x in range(COLUMNS)) for y in range(ROWS)), key, seconds)


def animated(frames: Sequence[Frame]) -> str:
    """Draw the frames one over the other, and let CSS show one at a time; equal rows are drawn once."""
    names: dict[Row, str] = {}
    shown = [drawn(frame, i, names) for i, frame in enumerate(frames)]
    rows = "\n".join(f'<g id="{name}">{"".join(runs(row))}</g>' for row, name in names.items())
    width, height = COLUMNS * CELL[0] + 2 * EDGE, (ROWS + 2) * CELL[1] + 2 * EDGE
    return f"""<svg xmlns="http://www.w3.org/2000/svg" xml:space="preserve" role="img"
 viewBox="0 0 {width:g} {height:g}" width="{width:g}">
<title>A session of loop: suggestions are corrected with the keyboard while the model learns</title>
<style>
text{{font:{SIZE}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}}
.b{{font-weight:bold}}.i{{font-style:italic}}.u{{text-decoration:underline}}
{timeline(frames)}
</style>
<defs>
{rows}
</defs>
<rect x=".5" y=".5" width="{width - 1:g}" height="{height - 1:g}" rx="8" fill="#{PAPER}" stroke="#{DIM}"/>
{"".join(shown)}</svg>
"""


def timeline(frames: Sequence[Frame]) -> str:
    """Return the rules that show every frame in its time; whoever wants no motion sees the first."""
    total, passed, rules = sum(frame.seconds for frame in frames), 0.0, []
    for i, frame in enumerate(frames):
        begin, end = 100 * passed / total, 100 * (passed + frame.seconds) / total
        before = "0%{visibility:hidden}" if i else ""
        after = f"{end:.3f}%,100%{{visibility:hidden}}" if frame is not frames[-1] else ""
        rules.append(f"@keyframes f{i}{{{before}{begin:.3f}%{{visibility:visible}}{after}}}")
        rules.append(f"#f{i}{{visibility:{'hidden' if i else 'visible'};animation:f{i} {total:g}s step-end infinite}}")
        passed += frame.seconds
    rules.append("@media (prefers-reduced-motion:reduce){g{animation:none!important}}")
    return "\n".join(rules)


def drawn(frame: Frame, number: int, names: dict[Row, str]) -> str:
    """Place the rows of a frame, and name the key below; rows that are new get a name."""
    used = []
    for y, row in enumerate(frame.rows):
        if any(cell.data.strip() or cell.bg != "default" for cell in row):
            name = names.setdefault(row, f"r{len(names)}")
            used.append(f'<use href="#{name}" y="{EDGE + y * CELL[1]:g}"/>')
    if frame.key:
        y = EDGE + (len(frame.rows) + 1.4) * CELL[1]
        used.append(f'<text class="b" x="{at(1)}" y="{y:g}" fill="#{KEY}">⌨ {escape(frame.key)}</text>')
    return f'<g id="f{number}">{"".join(used)}</g>\n'


def runs(row: Row) -> Iterator[str]:
    """Draw the cells of a row that look alike together: their paper, then their letters, as wide as their cells."""
    after = 0
    for (ink, paper, style), alike in groupby(row, key=look):
        cells = list(alike)
        x, after = after, after + len(cells)
        if paper != PAPER:
            yield f'<rect x="{at(x)}" width="{len(cells) * CELL[0]:g}" height="{CELL[1]}" fill="#{paper}"/>'
        while cells and not cells[0].data.strip():
            x, cells = x + 1, cells[1:]
        if letters := "".join(cell.data for cell in cells).rstrip():
            wide = len(cells) - len("".join(cell.data for cell in cells)) + len(letters)
            place = f'x="{at(x)}" y="{BASE}" textLength="{wide * CELL[0]:g}" fill="#{ink}"'
            yield f"<text {place}{style and f' class={style!r}'}>{escape(letters)}</text>"


def look(cell: Any) -> tuple[str, str, str]:
    """Return the colours of the letter and of the paper, and the classes of the letter."""
    ink, paper = colours(cell)
    return ink, paper, " ".join("b" * cell.bold + "i" * cell.italics + "u" * cell.underscore)


def at(column: int) -> str:
    """Return where a column begins."""
    return f"{EDGE + column * CELL[0]:g}"


if __name__ == "__main__":
    main()
