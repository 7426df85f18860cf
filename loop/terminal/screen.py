"""The whole screen as a function of the controller: exactly its rows, none wider than the screen."""

from __future__ import annotations

from dataclasses import dataclass, replace

from loop.editing import Page
from loop.terminal import frame, pages
from loop.terminal.body import CURSOR, Row, body, laid_out, layout_of
from loop.terminal.controller import Controller
from loop.terminal.glyphs import fit, width
from loop.terminal.key_line import key_line
from loop.terminal.prepared_pages import get_ready
from loop.terminal.version_panes import difference_row, version_rows
from loop.terminal.wrap import wrapped_lines

ROOMY = 16  # rows from which there is space for rules and blank lines
MARGIN = 2  # blank cells on either side of the text
LEARNING = 3  # tips are shown until this many answers
TIPS = (
    "Marked words are suggestions. Correct them, then press [accept]; [none] if there is nothing to mark.",
    "Marked words are suggestions. Correct them, then [accept]; [none] if there are none.",
    "Correct the marks, then [accept]; [none]: none",
    "[accept]: all right. [none]: none",
)
BARE_TIPS = (
    "Nothing is marked: move to a word and press a label's key, then [accept]; [none] if there is nothing to mark.",
    "Move to a word and press a label's key, then [accept]; [none] if there are none.",
    "Mark words, then [accept]; [none]: none",
    "Mark, [accept]. [none]: none",
)
TEACH_TIPS = (
    "Is the marked span right? [accept]: yes, [no]: no; or correct its label or edges first.",
    "Is the marked span right? [accept]: yes, [no]: no; or correct it first.",
    "Is it right? [accept]: yes, [no]: no",
)
PASSAGE_TIPS = (
    "Only the bright passage is asked about: mark its entities, then [accept]. [widen] asks about more of the text.",
    "Only the bright passage is asked about: [accept] says these are all. [widen] widens it.",
    "[accept]: all of the bright passage",
)
MESSAGE_ROWS = 3
SMALLEST = (20, 6)


@dataclass(slots=True)
class Screen:
    """What one drawing leaves for the next: the first line shown, and the position of the text."""

    top: int = 0
    _hidden: str = ""
    _first_row: int = 0
    _cells: int = 0

    def draw(self, controller: Controller, cells: int, rows: int) -> list[Row]:
        """Return `rows` rows for a screen `cells` wide, and store the layout in the controller's state."""
        if cells < SMALLEST[0] or rows < SMALLEST[1]:
            return _padded([[("", "Enlarge me"[:cells])]], rows)
        roomy = rows >= ROOMY
        above, below = _above(controller, cells, roomy), _below(controller, cells, roomy)
        room = max(1, rows - len(above) - len(below) - roomy)
        self._first_row, self._cells = len(above), cells
        middle = self._middle(controller, cells, room)
        after = controller.around[1] if roomy and controller.view == "text" and controller.question is not None else ""
        if after and len(middle) + 2 <= room:
            middle += [[], frame.neighbour_row(after, cells, last=False)]
        rule = [frame.rule(controller, cells, self._hidden)] if roomy else []
        return _padded([*above, *_padded(middle, room), *rule, *below], rows)

    def _middle(self, controller: Controller, cells: int, rows: int) -> list[Row]:
        self._hidden = ""
        if controller.view == "help":
            return self._scrolled(controller, pages.help_rows(controller.keys, cells), rows)
        if controller.finder is not None:
            controller.page = max(1, rows - pages.FINDER_HEAD)
            return pages.finder_rows(controller.finder, cells, rows)
        if controller.view == "progress":
            return self._scrolled(controller, pages.panel_rows(controller.panel, cells), rows)
        if controller.view == "guidelines":
            return self._scrolled(controller, pages.guideline_rows(controller, cells), rows)
        if controller.state is None or controller.question is None:
            return pages.waiting_rows(controller, cells)
        width = cells - 2 * MARGIN
        versions = version_rows(controller.state, width, rows)
        rows -= len(versions)
        self._first_row += len(versions)
        layout, self.top, hidden = layout_of(controller.state, width, rows, controller.state.layout.top)
        self._hidden = _arrows(self.top, hidden)
        if layout != controller.state.layout:
            controller.state = replace(controller.state, layout=layout)
        text = body(controller.state, controller.keys, width, rows, self.top)
        return [[("", " " * MARGIN), *row] for row in (*versions, *text)]

    def get_ready(self, page: Page) -> None:
        """Compute ahead what showing and editing a page will need."""
        if self._cells:
            laid_out(page.text, page.tokens, self._cells - 2 * MARGIN)
        get_ready(page)

    def token_at(self, controller: Controller, column: int, row: int) -> int | None:
        """Return the token drawn in a cell; None if there is none."""
        if controller.state is None or controller.view != "text" or row < self._first_row or not self._cells:
            return None
        page = controller.state.page
        laid, _ = laid_out(page.text, page.tokens, self._cells - 2 * MARGIN)
        line = self.top + (row - self._first_row) // 2
        if line >= len(laid.lines):
            return None
        start, end = laid.lines[line]
        here = [char for char in range(start, end) if laid.columns[char] <= column - MARGIN]
        found = page.cover(here[-1], here[-1] + 1) if here else None
        return found[0] if found else None

    def _scrolled(self, controller: Controller, content: list[Row], rows: int) -> list[Row]:
        controller.page, controller.top = rows, max(0, min(controller.top, len(content) - rows))
        self._hidden = _arrows(controller.top, len(content) - rows - controller.top)
        first, *more = content[controller.top : controller.top + rows]
        return [[CURSOR, *first], *more]


def _above(controller: Controller, cells: int, roomy: bool) -> list[Row]:
    head = frame.head(controller, cells) if roomy else frame.head(controller, cells)[:1]
    if controller.view != "text" or controller.question is None:
        return head
    rows = [*head, frame.why(controller, cells)]
    if not roomy:
        return rows
    meta, before = frame.meta_words(controller.question), controller.around[0]
    if meta:
        rows.append([("class:quiet", fit(f" {meta}", cells))])
    return [*rows, frame.neighbour_row(before, cells, last=True) if before else []]


def _below(controller: Controller, cells: int, roomy: bool) -> list[Row]:
    last, keys = frame.last_line(controller, cells), key_line(controller, cells)
    said = _message(controller, cells)
    if controller.view != "text" or controller.state is None:
        return [*said, *([last] if roomy or controller.view == "text" else []), keys]
    state = controller.state
    hand = frame.prompt(state, cells) or difference_row(state, cells) or frame.in_hand(state, controller.keys, cells)
    legend = frame.legend(state, controller.keys, cells)
    trouble = _lines(frame.trouble(controller), cells, 2 * MESSAGE_ROWS if roomy else MESSAGE_ROWS)
    said = said or ([] if hand and not roomy else trouble or [_tip(controller, cells)])
    return [*([hand] if roomy or not said else []), *said, legend, last, keys]


def _message(controller: Controller, cells: int) -> list[Row]:
    return _lines(controller.notice or (controller.state.message if controller.state else ""), cells)


def _lines(said: str, cells: int, most: int = MESSAGE_ROWS) -> list[Row]:
    return [[("class:message", f" {line}")] for line in wrapped_lines(said, cells - 1)][:most] if said else []


def _tip(controller: Controller, cells: int) -> Row:
    """Return the newcomer's tip, shown until the first key press; an empty row for everybody else."""
    state = controller.state
    if (
        state is None
        or state.page.versions
        or controller.reopened is not None
        or controller.status.answers_total >= LEARNING
    ):
        return []
    teaching = state.page.mode == "teach"
    if state.past or not (state.rest or teaching):
        return []
    about = PASSAGE_TIPS if state.page.passage else TIPS if state.marks else BARE_TIPS
    tips = map(controller.keys.worded, TEACH_TIPS if teaching else about)
    return [("class:quiet", " " + next((tip for tip in tips if width(tip) < cells), ""))]


def _arrows(above: int, below: int) -> str:
    """Return how many lines are hidden above and below."""
    ways = [f"▲ {above}"] * (above > 0) + [f"▼ {below}"] * (below > 0)
    return f" {'  '.join(ways)} lines more " if ways else ""


def _padded(content: list[Row], rows: int) -> list[Row]:
    return [*content[:rows], *([[]] * (rows - len(content)))]
