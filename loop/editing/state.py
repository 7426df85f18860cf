"""The state of the editor: the annotator's decisions about one text, and the cursor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from loop.editing.marks import Likely, Page, Range, at, lay, overlap, tokens_of
from loop.editing.teach import LIKELY
from loop.records import Span, TokenSpan, Verdict

Stance = Literal["edit", "select", "name", "find", "memo", "note", "jump", "skip", "chars"]
"""What the next key means: an edit, the end of a selection, a letter being typed, a hint, a reason, a character."""

WORDS, FEW = 8, 3
REMEMBERED = 16  # cached candidate lists: moves reuse them, and a long text has thousands of candidates
ONE_SPAN = (
    "This asks about one span: [accept] says yes, [no] no; [left_edge_left] [left_edge_right] [right_edge_left] "
    "[right_edge_right] and labels correct it."
)
OUTSIDE = "This is outside the passage that is asked about: [widen] widens it."
NOT_ASKED = "This is outside the passage that the annotators were asked about."
ANALYSES = 10  # predictions that `r` steps through: for half of the wrong ones, the correct one is among the best ten


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What undo restores.

    Attributes:
        marks: sorted, never overlapping. touched: the marks the annotator decided; re-deciding never changes them.
            blank: token ranges that the annotator declared to contain nothing (else).
        moved: marks the model added at the last edit. gone: marks it removed there without a replacement.
        passage: that of the page.
    """

    marks: tuple[TokenSpan, ...] = ()
    touched: tuple[TokenSpan, ...] = ()
    blank: tuple[Range, ...] = ()
    moved: tuple[TokenSpan, ...] = ()
    gone: tuple[TokenSpan, ...] = ()
    flag: bool = False
    memo: str = ""
    passage: Range | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """A request to the caller: an answer with its verdict, a note for the guidelines, or the name of another view."""

    kind: Literal[
        "answer",
        "reopen",
        "onward",
        "pattern",
        "retract",
        "note",
        "guidelines",
        "history",
        "search",
        "mode",
        "learn",
        "progress",
        "palette",
        "help",
        "mouse",
        "quit",
    ]
    verdict: Verdict = "accept"
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """The screen's layout of the text.

    Attributes:
        cells: (row, column) of every token. height: rows per page. visible: the range of tokens on the screen.
        top: the wanted first row of the page; the cursor's row must stay visible.
    """

    cells: tuple[tuple[int, int], ...] = ()
    height: int = 10
    visible: Range | None = None
    top: int = 0


@dataclass(frozen=True, slots=True)
class Cycle:
    """The predictions that `r` steps through; `index` is the one shown, 0 is `origin`, the state before."""

    origin: State
    options: tuple[tuple[TokenSpan, ...], ...]
    index: int


@dataclass(frozen=True, slots=True)
class State:
    """Everything about one text being edited; the screen is a function of it.

    Attributes:
        cursor: a word. rest: whether it has not moved yet. focus: the candidate Tab stopped at, about which Enter
            asks. anchor: the word where the selection started. typed: the input at a prompt. choice: index of the
            chosen match.
        char, char_anchor: in character mode, the character under the cursor and the one where the selection started.
        active: the label Enter gives. keys: key presses so far. seconds: time on screen, kept by the caller.
    """

    page: Page
    now: Snapshot
    past: tuple[tuple[Snapshot, int], ...] = ()
    future: tuple[tuple[Snapshot, int], ...] = ()
    stance: Stance = "edit"
    cursor: int = 0
    rest: bool = True
    focus: TokenSpan | None = None
    anchor: int | None = None
    typed: str = ""
    choice: int = 0
    char: int = 0
    char_anchor: int | None = None
    active: str = ""
    cycle: Cycle | None = None
    message: str = ""
    intent: Intent | None = None
    keys: int = 0
    seconds: float = 0.0
    layout: Layout = field(default=Layout(), compare=False)

    @property
    def marks(self) -> tuple[TokenSpan, ...]:
        """The current marks."""
        return self.now.marks

    @property
    def spans(self) -> tuple[Span, ...]:
        """The current marks as character spans: the spans of an answer."""
        return self.page.spans(self.now.marks)

    @property
    def target(self) -> TokenSpan | None:
        """The mark an edit applies to: the span or candidate under the cursor; in teach mode the only one."""
        if self.page.mode == "teach":
            return next(iter(self.now.marks), None)
        return at(self.now.marks, self.cursor) or at((item.mark for item in left_out(self)), self.cursor)


def begin(page: Page) -> State:
    """Return the initial state for a new question."""
    return _start(page, Snapshot(page.suggested, passage=page.passage))


def resume(page: Page, spans: Sequence[Span] | None, *, flag: bool = False, memo: str = "") -> State:
    """Return the initial state for an answered question: the whole text counts as decided.

    With `spans=None` (skipped, unusable, a no in teach mode) nothing does.
    """
    marks = page.snap(spans or ())
    if spans is None or (page.mode == "teach" and not marks):
        return _start(page, Snapshot(page.suggested, flag=flag, memo=memo, passage=page.passage))
    decided = Snapshot(marks, marks, ((0, len(page.tokens)),), flag=flag, memo=memo, passage=page.passage)
    return _start(page, decided)


def _start(page: Page, now: Snapshot) -> State:
    state = State(page, now, cursor=page.nearest_place(0), active=page.labels[0] if page.labels else "")
    if page.mode == "teach" and now.marks:
        return replace(state, cursor=now.marks[0].start, rest=False)
    return state


def looking_at(state: State, place: Span | None) -> State:
    """Return the state with the cursor on the first word of `place`; unchanged if it is None."""
    page = state.page
    tokens = page.cover(place.start - page.offset, place.end - page.offset) if place else None
    words = [word for word in page.places if tokens and tokens[0] <= word < tokens[1]]
    return replace(state, cursor=words[0], rest=False) if words else state


def likely(state: State, least: float = 0.0, over: Range | None = None) -> Sequence[Likely]:
    """Return the model's probability for each mark, given the annotator's decisions; most probable first.

    A long text has thousands of marks: ask only for those of at least `least`, or that share a token with `over`.
    """
    return _likely(state.page, state.now, least, over)


@lru_cache(REMEMBERED)
def _likely(page: Page, now: Snapshot, least: float, over: Range | None) -> Sequence[Likely]:
    if page.suggester is not None and (now.touched or now.blank):
        found = page.suggester.likely(now.touched, now.blank, least, over)
        return found if page.passage is None else [item for item in found if page.asks_about(item.mark)]
    start, end = over or (0, len(page.tokens))
    here = (item for item in page.likely if page.asks_about(item.mark))
    found = [item for item in here if item.mark.start < end and start < item.mark.end]
    return [item for item in found if item.p is None or item.p >= least]


def chances(state: State, over: Range | None = None) -> Mapping[TokenSpan, float | None]:
    """Return the result of `likely` as a mapping from mark to probability."""
    return {item.mark: item.p for item in likely(state, over=over)}


def left_out(state: State) -> tuple[Likely, ...]:
    """Return the unmarked candidates: the most probable one at each undecided place without a mark.

    They include the marks that the model removed at the last edit. A model that knows little has one for nearly every
    word: only the most probable are drawn, one for `WORDS` words, but at least `FEW`.
    """
    return _left_out(state.page, state.now) if state.page.aids.candidates else ()


@lru_cache(REMEMBERED)
def _left_out(page: Page, now: Snapshot) -> tuple[Likely, ...]:
    taken = tokens_of([*now.marks, *now.blank])
    state = State(page, now)
    gone = [Likely(mark, chances(state, mark[:2]).get(mark)) for mark in now.gone]
    found = (*gone, *likely(state, LIKELY))
    free = [i for i in found if taken.isdisjoint(range(i.mark.start, i.mark.end))]
    kept = set(lay((), (item.mark for item in free)))
    apart = {item.mark: item for item in reversed(free) if item.mark in kept}
    most = max(FEW, len(page.places) // WORDS)
    drawn = {item.mark for item in [*reversed(apart.values())][: len(gone) + most]}
    return tuple(item for item in apart.values() if item.mark in drawn or item.p is None)


def redecide(page: Page, before: Snapshot, after: Snapshot) -> Snapshot:
    """Return `after` with the model's own marks updated to its new prediction; other marks stay unchanged."""
    analysis = _analysis(page, after) if page.aids.redeciding else None
    if analysis is None:
        return replace(after, moved=(), gone=())
    marks = follow(page, before, after, analysis)
    known = {*before.marks, *after.touched}
    gone = (m for m in after.marks if not any(overlap(m, other) for other in marks))
    return replace(after, marks=marks, moved=tuple(m for m in marks if m not in known), gone=tuple(gone))


def _analysis(page: Page, now: Snapshot) -> tuple[TokenSpan, ...] | None:
    """The model's best prediction, given the decisions; None without a model or if no prediction fits them."""
    found = page.suggester.analyses(now.touched, now.blank, 1) if page.suggester is not None else ()
    return next((page.fitted(analysis) for analysis in found), None)


def follow(page: Page, before: Snapshot, after: Snapshot, analysis: Iterable[TokenSpan]) -> tuple[TokenSpan, ...]:
    """Return the decided marks of `after`, plus the marks there and of `analysis` that fit beside them.

    Marks on the screen stay, except those that only the model's prediction `before` the edit suggested.
    """
    own = {*(_analysis(page, before) or ())}.difference(page.elsewhere)
    marks = (
        *(m for m in after.marks if m not in own),
        *filter(page.asks_about, page.elsewhere),
        *page.fitted(analysis),
    )
    blank = tokens_of(after.blank)
    return lay(after.touched, (m for m in marks if blank.isdisjoint(range(m.start, m.end))))


def change(
    state: State,
    *,
    put: Sequence[TokenSpan] = (),
    drop: Sequence[TokenSpan] = (),
    blank: Sequence[Range] = (),
    cursor: int | None = None,
    message: str = "",
) -> State:
    """Return the state after one undoable edit: remove `drop`, add `put` and remove what it overlaps.

    The marks in `put` count as decided, and the ranges `blank` as decided to be empty. In teach mode, `put` replaces
    the only mark.
    """
    old = state.now
    if state.page.mode == "teach":
        if len(put) != 1:
            return refuse(state, ONE_SPAN)
        drop = old.marks
    if not all(map(state.page.asks_about, put)):
        return refuse(state, NOT_ASKED if state.page.versions else OUTSIDE)
    stays = [m for m in old.marks if m not in drop and not any(overlap(m, p) for p in put)]
    decided = [m for m in old.touched if m in stays]
    new = replace(old, marks=lay(put, stays), touched=lay(put, decided), blank=tuple(sorted({*old.blank, *blank})))
    new = redecide(state.page, old, new)
    return remember(state, new, cursor=cursor, message=f"{message} {changed_words(new)}".strip())


def changed_words(now: Snapshot) -> str:
    """Return a sentence about the model's own changes at the last edit; empty if there were none."""
    said = [f"{len(marks)} {word}" for marks, word in ((now.moved, "new"), (now.gone, "gone")) if marks]
    return f"The model changed the rest: {', '.join(said)}." if said else ""


def remember(state: State, new: Snapshot, *, cursor: int | None = None, message: str = "") -> State:
    """Return the state with content `new`, and the old content in its history."""
    cursor = state.cursor if cursor is None else state.page.about(new.passage).nearest_place(cursor)
    settled = replace(state, cursor=cursor, rest=False, focus=None, anchor=None, stance="edit", message=message)
    if new == state.now:
        return settled
    page = state.page.about(new.passage)
    return replace(settled, page=page, now=new, past=(*state.past, (state.now, state.cursor)), future=())


def refuse(state: State, message: str) -> State:
    """Return the state unchanged except for a message that says why."""
    return replace(state, message=message)
