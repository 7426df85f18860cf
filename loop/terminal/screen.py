"""The whole screen as a function of the desk: exactly as many rows as there are, each at most as wide as it is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from loop.terminal import frame, pages
from loop.terminal.body import Row, body, layout_of
from loop.terminal.desk import Desk
from loop.terminal.glyphs import fit

ROOMY = 16  # rows from which on rules and blank lines are affordable
MARGIN = 2  # blank cells on either side of the text
LEARNING = 3  # answers until which a newcomer is told what to do
TIP = "Marked words are suggestions. Put them right, then press Enter; 0 if there is nothing to mark."
SMALLEST = (20, 6)


@dataclass(slots=True)
class Screen:
    """What is kept between two drawings: the first line of the text that was shown, and of which question."""

    top: int = 0
    question: str = ""
    _hidden: str = ""

    def draw(self, desk: Desk, cells: int, rows: int) -> list[Row]:
        """Return `rows` rows for a screen `cells` wide; the desk's state learns how its text lies on it."""
        if cells < SMALLEST[0] or rows < SMALLEST[1]:
            return _padded([[("", "Enlarge me"[:cells])]], rows)
        above, below = self._above(desk, cells, rows), self._below(desk, cells, rows)
        room = rows - len(above) - len(below)
        middle = _padded(self._middle(desk, cells, room), room)
        if rows >= ROOMY:
            below[0] = _rule(cells, self._hidden)
        return [*above, *middle, *below]

    def _middle(self, desk: Desk, cells: int, rows: int) -> list[Row]:
        self._hidden = ""
        if desk.view == "help":
            return self._scrolled(desk, pages.help_rows(desk.keys, cells), rows)
        if desk.view == "guidelines":
            return self._scrolled(desk, pages.guideline_rows(desk, cells), rows)
        if desk.state is None or desk.question is None:
            return pages.waiting_rows(desk, cells)
        if desk.question.id != self.question:
            self.question, self.top = desk.question.id, 0
        width = cells - 2 * MARGIN
        layout, self.top, hidden = layout_of(desk.state, width, rows, self.top)
        self._hidden = _arrows(self.top, hidden)
        if layout != desk.state.layout:
            desk.state = replace(desk.state, layout=layout)
        return [[("", " " * MARGIN), *row] for row in body(desk.state, desk.keys, width, rows, self.top)]

    def _scrolled(self, desk: Desk, content: list[Row], rows: int) -> list[Row]:
        desk.top = max(0, min(desk.top, len(content) - rows))
        self._hidden = _arrows(desk.top, len(content) - rows - desk.top)
        return content[desk.top : desk.top + rows]

    @staticmethod
    def _above(desk: Desk, cells: int, rows: int) -> list[Row]:
        head = frame.head(desk, cells)
        if desk.view != "text" or desk.question is None:
            return head
        return [*head, frame.why(desk, cells), []] if rows >= ROOMY else [head[0], frame.why(desk, cells)]

    @staticmethod
    def _below(desk: Desk, cells: int, rows: int) -> list[Row]:
        rule = _rule(cells)
        last, keys = frame.last_line(desk, cells), frame.key_line(desk, cells)
        if desk.view != "text" or desk.state is None:
            return [rule, _message(desk, cells), last, keys]
        state = desk.state
        hand = frame.prompt(state, cells) or frame.in_hand(state, desk.keys, cells)
        message = _message(desk, cells)
        legend = frame.legend(state, desk.keys, cells)
        if rows >= ROOMY:
            return [rule, hand, message, legend, last, keys]
        return [message or hand, legend, last, keys]


def _message(desk: Desk, cells: int) -> Row:
    said = desk.notice or (desk.state.message if desk.state else "")
    if said:
        return [("class:message", fit(f" {said}", cells))]
    newcomer = desk.state is not None and desk.state.rest and desk.status.answers_total < LEARNING
    return [("class:quiet", fit(f" {TIP}", cells))] if newcomer and desk.view == "text" else []


def _rule(cells: int, note: str = "") -> Row:
    return [("class:rule", "─" * (cells - len(note))), ("class:key", note)]


def _arrows(above: int, below: int) -> str:
    """Return which way there is more to see."""
    ways = [f"▲ {above}"] * (above > 0) + [f"▼ {below}"] * (below > 0)
    return f" {'  '.join(ways)} lines more " if ways else ""


def _padded(content: list[Row], rows: int) -> list[Row]:
    return [*content[:rows], *([[]] * (rows - len(content)))]
