"""The state of the editor: what the annotator has said about one text so far, and where he stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from loop.editing.marks import Likely, Page, Range, at, lay, overlap, tokens_of
from loop.records import Span, TokenSpan, Verdict

Stance = Literal["edit", "select", "name", "find", "memo", "jump", "skip", "chars"]
"""What the next key means: an edit, the end of a selection, a letter being typed, a hint, a reason, a character."""

LIKELY = 0.15  # a candidate that the analysis left out is worth a stop of Tab from here on
REMEMBERED = 16  # states of a text whose candidates are kept: a move changes none, and a long text has thousands
ONE_SPAN = (
    "One span is asked about: [accept] says yes, [no] no; [left_edge_left] [left_edge_right] [right_edge_left] "
    "[right_edge_right] and labels correct it."
)
ANALYSES = 10  # as many analyses as `r` steps through: the right one is among the best ten for half of the wrong texts


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What undo brings back.

    Attributes:
        marks: sorted, never overlapping. touched: those of them that the annotator decided; they never change by
            themselves. blank: token ranges where they said there is nothing (else).
        moved: marks that the model set by itself at the last edit. gone: those that it took back, where nothing is now.
    """

    marks: tuple[TokenSpan, ...] = ()
    touched: tuple[TokenSpan, ...] = ()
    blank: tuple[Range, ...] = ()
    moved: tuple[TokenSpan, ...] = ()
    gone: tuple[TokenSpan, ...] = ()
    flag: bool = False
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Intent:
    """What leaves the editor: an answer with its verdict, or the name of what the annotator wants to see instead."""

    kind: Literal[
        "answer", "reopen", "onward", "pattern", "guidelines", "history", "search", "mode", "help", "mouse", "quit"
    ]
    verdict: Verdict = "accept"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the screen has laid the text out.

    Attributes:
        cells: (row, column) of every token. height: rows of a page. visible: the range of tokens on the screen.
        top: the row at the top of the page, as far as the cursor's allows it.
    """

    cells: tuple[tuple[int, int], ...] = ()
    height: int = 10
    visible: Range | None = None
    top: int = 0


@dataclass(frozen=True, slots=True)
class Cycle:
    """The analyses that `r` steps through; `index` is the one shown, 0 is `origin`, what was there before."""

    origin: State
    options: tuple[tuple[TokenSpan, ...], ...]
    index: int


@dataclass(frozen=True, slots=True)
class State:
    """Everything about one text being edited; the screen is a function of it.

    Attributes:
        cursor: a word. rest: it has not moved yet. focus: the candidate that Tab stopped at, so that Enter asks about
            it. anchor: the word where the selection began. typed: what has been typed at a prompt. choice: which of
            its matches.
        char, char_anchor: the character under the cursor in character mode, and the one where the selection began.
        active: the label that Enter gives. keys: key presses so far. seconds: time on screen, kept by the caller.
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
        """The marks as they stand."""
        return self.now.marks

    @property
    def spans(self) -> tuple[Span, ...]:
        """The same as spans of characters: what an answer says."""
        return self.page.spans(self.now.marks)

    @property
    def target(self) -> TokenSpan | None:
        """The mark that an edit means: the span or candidate under the cursor, in teach mode the only one."""
        if self.page.mode == "teach":
            return next(iter(self.now.marks), None)
        return at(self.now.marks, self.cursor) or at((item.mark for item in left_out(self)), self.cursor)


def begin(page: Page) -> State:
    """Return the state in which a new question is shown."""
    return _start(page, Snapshot(page.shown))


def resume(page: Page, spans: Sequence[Span] | None, *, flag: bool = False, memo: str = "") -> State:
    """Return the state in which an answered question is shown again: all of it counts as decided.

    An answer without spans of its own (`None`: skipped, unusable, a no in teach mode) decided nothing.
    """
    marks = page.snap(spans or ())
    if spans is None or (page.mode == "teach" and not marks):
        return _start(page, Snapshot(page.shown, flag=flag, memo=memo))
    return _start(page, Snapshot(marks, marks, ((0, len(page.tokens)),), flag=flag, memo=memo))


def _start(page: Page, now: Snapshot) -> State:
    state = State(page, now, cursor=page.words[0] if page.words else 0, active=page.labels[0] if page.labels else "")
    if page.mode == "teach" and now.marks:
        return replace(state, cursor=now.marks[0].start, rest=False)
    return state


def looking_at(state: State, place: Span | None) -> State:
    """Return the state with the cursor on the first word of a place; as it is without one."""
    tokens = state.page.cover(place.start, place.end) if place else None
    words = [word for word in state.page.words if tokens and tokens[0] <= word < tokens[1]]
    return replace(state, cursor=words[0], rest=False) if words else state


def likely(state: State, least: float = 0.0, over: Range | None = None) -> Sequence[Likely]:
    """Return what the model thinks of every mark now, given what the annotator has decided; the most probable first.

    A long text has thousands: say what is wanted, marks not below `least`, or those that share a token with `over`.
    """
    return _likely(state.page, state.now, least, over)


@lru_cache(REMEMBERED)
def _likely(page: Page, now: Snapshot, least: float, over: Range | None) -> Sequence[Likely]:
    if page.suggester is not None and (now.touched or now.blank):
        return page.suggester.likely(now.touched, now.blank, least, over)
    start, end = over or (0, len(page.tokens))
    found = [item for item in page.likely if item.mark.start < end and start < item.mark.end]
    return [item for item in found if item.p is None or item.p >= least]


def chances(state: State, over: Range | None = None) -> Mapping[TokenSpan, float | None]:
    """Return the same by mark."""
    return {item.mark: item.p for item in likely(state, over=over)}


def left_out(state: State) -> tuple[Likely, ...]:
    """Return the candidates that overlap no mark and nothing decided, the most likely of each place.

    They are the likely ones, and whatever the model took back at the last edit.
    """
    return _left_out(state.page, state.now) if state.page.aids.candidates else ()


@lru_cache(REMEMBERED)
def _left_out(page: Page, now: Snapshot) -> tuple[Likely, ...]:
    taken = tokens_of([*now.marks, *now.blank])
    state = State(page, now)
    gone = (Likely(mark, chances(state, mark[:2]).get(mark)) for mark in now.gone)
    found = (*gone, *likely(state, LIKELY))
    free = [i for i in found if taken.isdisjoint(range(i.mark.start, i.mark.end))]
    kept = set(lay((), (item.mark for item in free)))
    return tuple({item.mark: item for item in reversed(free) if item.mark in kept}.values())


def redecide(page: Page, before: Snapshot, after: Snapshot) -> Snapshot:
    """Return `after` with the model's own marks as it reads the text now; all others stay as they are."""
    analysis = _analysis(page, after) if page.aids.redeciding else None
    if analysis is None:
        return replace(after, moved=(), gone=())
    marks = follow(page, before, after, analysis)
    known = {*before.marks, *after.touched}
    gone = (m for m in after.marks if not any(overlap(m, other) for other in marks))
    return replace(after, marks=marks, moved=tuple(m for m in marks if m not in known), gone=tuple(gone))


def _analysis(page: Page, now: Snapshot) -> tuple[TokenSpan, ...] | None:
    """The model's best analysis, given what is decided; None without a model, and where it cannot follow."""
    found = page.suggester.analyses(now.touched, now.blank, 1) if page.suggester is not None else ()
    return next((page.fitted(analysis) for analysis in found), None)


def follow(page: Page, before: Snapshot, after: Snapshot, analysis: Iterable[TokenSpan]) -> tuple[TokenSpan, ...]:
    """Return what is decided in `after`, and what that leaves room for: of the marks there, and of an analysis.

    What is on the screen stays, but for the model's own marks: those that it read `before`, and it alone.
    """
    own = {*(_analysis(page, before) or ())}.difference(page.elsewhere)
    marks = (*(m for m in after.marks if m not in own), *page.elsewhere, *page.fitted(analysis))
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
    """Return the state after one edit that undo takes back: `drop` goes, `put` comes and pushes aside what it overlaps.

    What is put counts as decided, and so does that there is nothing in the ranges `blank`. In teach mode there is
    always one mark: what is put replaces it.
    """
    old = state.now
    if state.page.mode == "teach":
        if len(put) != 1:
            return refuse(state, ONE_SPAN)
        drop = old.marks
    stays = [m for m in old.marks if m not in drop and not any(overlap(m, p) for p in put)]
    decided = [m for m in old.touched if m in stays]
    new = replace(old, marks=lay(put, stays), touched=lay(put, decided), blank=tuple(sorted({*old.blank, *blank})))
    new = redecide(state.page, old, new)
    return remember(state, new, cursor=cursor, message=f"{message} {changed_words(new)}".strip())


def changed_words(now: Snapshot) -> str:
    """Return in a sentence what the model changed by itself at the last edit; empty for nothing."""
    said = [f"{len(marks)} {word}" for marks, word in ((now.moved, "new"), (now.gone, "gone")) if marks]
    return f"The model changed the rest: {', '.join(said)}." if said else ""


def remember(state: State, new: Snapshot, *, cursor: int | None = None, message: str = "") -> State:
    """Return the state with `new` as its content and the old one in its history."""
    cursor = state.cursor if cursor is None else cursor
    settled = replace(state, cursor=cursor, rest=False, focus=None, anchor=None, stance="edit", message=message)
    if new == state.now:
        return settled
    return replace(settled, now=new, past=(*state.past, (state.now, state.cursor)), future=())


def refuse(state: State, message: str) -> State:
    """Return the state unchanged but for a sentence that says why."""
    return replace(state, message=message)
