"""Pages to edit: a text cut at white space, the labels BRAND and PART, and a model with fixed opinions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from loop.editing import COMMANDS, Keymap, Likely, Page, Range, State, begin, keymap, press
from loop.records import TokenSpan

LABELS = ("BRAND", "PART")
KEYS: Keymap = keymap(LABELS)


class Opinions:
    """A model that knows some analyses and some likely marks, and offers those that agree with what is decided."""

    def __init__(self, analyses: Sequence[tuple[TokenSpan, ...]], likely: Sequence[Likely] = ()) -> None:
        self.known, self.marks = analyses, likely

    def analyses(self, fixed: Sequence[TokenSpan], blank: Sequence[Range], k: int) -> list[tuple[TokenSpan, ...]]:
        agree = [analysis for analysis in self.known if set(fixed) <= set(analysis)]
        return [r for r in agree if not any(_inside(m, blank) and m not in fixed for m in r)][:k]

    def likely(
        self, fixed: Sequence[TokenSpan], blank: Sequence[Range], least: float, over: Range | None
    ) -> list[Likely]:
        free = [item for item in self.marks if not _inside(item.mark, [*blank, *((m.start, m.end) for m in fixed)])]
        return [i for i in free if (i.p or 1.0) >= least and (over is None or _inside(i.mark, [over]))]


def _inside(mark: TokenSpan, ranges: Sequence[Range]) -> bool:
    return any(mark.start < end and start < mark.end for start, end in ranges)


def page(text: str, *shown: TokenSpan, **more: object) -> Page:
    """The text's tokens are its words and its runs of white space longer than one blank."""
    tokens = tuple(m.span() for m in re.finditer(r"\S+|\s{2,}", text))
    return Page(text, tokens, LABELS, shown=shown, **more)  # type: ignore[arg-type]


def start(text: str, *shown: TokenSpan, **more: object) -> State:
    return begin(page(text, *shown, **more))


def type_keys(state: State, keys: str | Sequence[str]) -> State:
    """Press keys given as words: "right right 1"."""
    for key in keys.split() if isinstance(keys, str) else keys:
        state = press(state, key, KEYS)
    return state


pieces = st.sampled_from(["SRAM", "a", "Rival", "rival", "東京", "don't", "\t\t", "  ", "é", "😀"])
texts = st.lists(pieces, max_size=9).map(" ".join)


@st.composite
def marks_on(draw: st.DrawFn, page: Page) -> tuple[TokenSpan, ...]:
    """Valid marks on a page."""
    if not page.tokens:
        return ()
    count = len(page.tokens)
    places = st.tuples(st.integers(0, count - 1), st.integers(1, 3), st.sampled_from(page.labels))
    laid: list[TokenSpan] = []
    for first, length, label in draw(st.lists(places, max_size=4)):
        mark = page.trim(TokenSpan(first, min(count, first + length), label))
        if mark and all(mark.end <= m.start or m.end <= mark.start for m in laid):
            laid.append(mark)
    return tuple(sorted(laid))


@st.composite
def pages(draw: st.DrawFn, *, modes: bool = False, passages: bool = False) -> Page:
    """Pages of correct mode; of manual mode too when `modes`, about a passage when `passages`."""
    bare = page(draw(texts))
    if modes and draw(st.booleans()):
        return replace(bare, mode="manual")
    likely = tuple(Likely(m, p) for m, p in zip(draw(marks_on(bare)), (0.9, 0.5, None, 0.01), strict=False))
    analyses = [draw(marks_on(bare)) for _ in range(3)]
    suggester = Opinions(analyses, likely) if draw(st.booleans()) else None
    if passages and bare.words and draw(st.booleans()):
        first, last = sorted((draw(st.sampled_from(bare.words)), draw(st.sampled_from(bare.words))))
        bare = replace(bare, passage=(first, last + 1))
    shown = tuple(mark for mark in draw(marks_on(bare)) if bare.asks_about(mark))
    return replace(bare, shown=shown, likely=likely, suggester=suggester)


presses = st.lists(
    st.sampled_from(
        [*(key for command in COMMANDS for key in command.keys), "1", "2", "B", "P", "Q", "escape", "r", "§"]
    ),
    max_size=25,
)
