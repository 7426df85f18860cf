"""A review of terms on the terminal: what a key does, and the words of a proposal. No screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from loop.editing import Keymap, keymap
from loop.errors import LoopError
from loop.terminal.body import CURSOR, Row, cut_row
from loop.terminal.frame import spread
from loop.terminal.glyphs import fit, visible, width
from loop.terminal.style import colour_class
from loop.terminal.wrap import wrapped_lines

if TYPE_CHECKING:
    from loop.records import TermVerdict
    from loop.terms.pool_terms import Place
    from loop.terms.review import Proposal, Side, TermReview

VERDICTS: dict[str, TermVerdict] = {"y": "yes", "n": "no", "d": "depends"}
# Each edge with the keys that it has in the editor.
EDGES: dict[str, tuple[str, Side]] = {
    "[": ("wider", -1),
    "{": ("narrower", -1),
    "]": ("wider", 1),
    "}": ("narrower", 1),
}
LEGEND = (
    ("y", "always"),
    ("n", "never"),
    ("d", "depends on the place"),
    ("[ ]", "wider"),
    ("{ }", "narrower"),
    ("u", "undo"),
    ("Enter", "next page"),
    ("q", "done"),
)
DRY = "Few of the last terms were right: texts teach more now. Quit, and go on with `loop annotate`."
EMPTY = "There are no more terms like these."
PLACES = 3
ROOMY = 16  # rows from which there is space for the labels and all keys
AROUND = 36  # characters on either side of a term


class TermPage:
    """The page of a review, and the keys that decide on it.

    Attributes:
        notice: what the last key did, if that is not to be seen. done: whether the reviewer is.
    """

    def __init__(self, review: TermReview) -> None:
        self.review = review
        self.keys = keymap(review.labels)
        self.notice = ""
        self.done = False

    def press(self, key: str) -> None:
        """Take one key; its effect is on disk when this returns."""
        self._do(lambda: self._press(key))

    def name(self, label: str) -> None:
        """Confirm the current term for a label."""
        self._do(lambda: self.review.decide("yes", label))

    def _do(self, step: Callable[[], None]) -> None:
        self.notice = ""
        try:
            step()
        except LoopError as error:
            self.notice = f"{error} {error.hint}".strip()
        if not self.notice and self.review.runs_dry:
            self.notice = DRY

    def _press(self, key: str) -> None:
        review = self.review
        if key in ("q", "c-c"):
            self.done = True
        elif key == "enter":
            review.next_page()
        elif key in ("up", "down"):
            review.move(-1 if key == "up" else 1)
        elif key == "u":
            undone = [decision.string for decision in review.undo()]
            self.notice = f"Taken back: {', '.join(undone)}." if undone else "There is nothing to undo."
        elif review.current is None:
            self.notice = EMPTY if not review.proposals else ""
        elif key in EDGES:
            self._correct(*EDGES[key])
        elif key in VERDICTS:
            review.decide(VERDICTS[key])
        elif key in self.keys.by_key:
            review.decide("yes", self.keys.by_key[key])

    def _correct(self, change: str, side: Side) -> None:
        moved = self.review.widen(side) if change == "wider" else self.review.narrow(side)
        self.notice = "" if moved else f"It cannot be {change} there."


def heading(review: TermReview) -> str:
    """Return how many of the last proposals were confirmed."""
    last = review.decided[-20:]
    return f"{sum(last)} of the last {len(last)} confirmed" if last else ""


def verdict(proposal: Proposal) -> str:
    """Return what was decided about a proposal in a word or, with a question mark, its label."""
    label = visible(proposal.label)
    return {None: f"{label}?", "yes": label, "no": "no", "depends": "depends on the place"}[proposal.verdict]


def often(proposal: Proposal) -> str:
    """Return how often a term occurs."""
    term = proposal.term
    texts = "1 text" if term.texts == 1 else f"{term.texts:,} texts"
    return f"{term.count:,}×" if term.count == term.texts else f"{term.count:,}× in {texts}"


def excerpt(place: Place, around: int = AROUND) -> tuple[str, str, str]:
    """Return the text before a term, the term, and the text after it, safe to print."""
    text, start, end = place.text, max(0, place.start - around), place.end + around
    before, after = visible(text[start : place.start]), visible(text[place.end : end])
    return "…" * (start > 0) + before, visible(text[place.start : place.end]), after + "…" * (end < len(text))


def rows(page: TermPage, cells: int, lines: int) -> list[Row]:
    """Return the rows of a screen: the page with the places of its current term, the labels, the keys."""
    review = page.review
    told: list[Row] = [[("class:message", f" {line}")] for line in _told(page, cells)]
    below = [[], _labels(page.keys, cells), *told, *_keys(cells)]
    if lines < ROOMY:
        below = [*told[:1], _keys(cells)[0]]
    head = spread([("class:title", " Terms")], f"{heading(review)} ", cells)
    above: list[Row] = [head, [("class:rule", "─" * cells)]]
    listed = [row for at, each in enumerate(review.proposals) for row in _proposal(review, each, at, cells)]
    room = max(1, lines - len(above) - len(below))
    first = max(0, min(review.at, review.at + 1 + PLACES - room))
    shown = listed[first : first + room]
    return [*above, *shown, *([[]] * (room - len(shown))), *below][:lines]


def _proposal(review: TermReview, proposal: Proposal, at: int, cells: int) -> list[Row]:
    is_current = at == review.at
    style = colour_class("chip", review.labels, proposal.label) if proposal.verdict in (None, "yes") else "class:quiet"
    string = fit(visible(proposal.term.string), max(8, cells // 2))
    row: Row = [
        ("", " ▸ " if is_current else "   "),
        *([CURSOR] if is_current else []),
        ("class:target" if is_current else "", string),
        ("", "  "),
        (style, f" {verdict(proposal)} "),
        ("class:quiet", f"  {often(proposal)}"),
    ]
    places = proposal.term.places if is_current else ()
    return [cut_row(row, cells), *(_place(place, cells) for place in places)]


def _place(place: Place, cells: int) -> Row:
    before, term, after = excerpt(place, max(8, (cells - 8 - len(place.text[place.start : place.end])) // 2))
    return cut_row([("class:quiet", f"     {before}"), ("class:selection", term), ("class:quiet", after)], cells)


def _labels(keys: Keymap, cells: int) -> Row:
    row: Row = [("", " ")]
    for label in keys.labels:
        chip = colour_class("chip", keys.labels, label)
        key = keys.digits.get(label) or keys.letters.get(label) or ""
        row += [("class:key", f"{key} "), (chip, f" {visible(label)} "), ("", "  ")]
    return cut_row(row, cells)


def _keys(cells: int) -> list[Row]:
    """The keys, on as many rows as they need."""
    found: list[Row] = [[]]
    for key, words in LEGEND:
        if sum(width(text) for _, text in found[-1]) + width(f"  {key} {words}") > cells:
            found.append([])
        found[-1] += [("", "  " if found[-1] else " "), ("class:key", key), ("class:quiet", f" {words}")]
    return [cut_row(row, cells) for row in found]


def _told(page: TermPage, cells: int) -> list[str]:
    notice = page.notice or ("" if page.review.proposals else EMPTY)
    return wrapped_lines(visible(notice), cells - 1)[:3] if notice else []
