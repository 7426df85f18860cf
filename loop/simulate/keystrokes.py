"""Find the fewest keys that correct a text: the effort of a skilled annotator."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from loop.editing.cursor import hints, stops
from loop.editing.editor import press
from loop.editing.keymap import Keymap
from loop.editing.marks import Page, overlap
from loop.editing.prompts import names
from loop.editing.state import ANALYSES, State, begin
from loop.records import TokenSpan

Keys = tuple[str, ...]

WIDTH = 4  # unfinished sequences kept at each step; 8 saved less than 1 % of the keys and took twice as long
TABS = 8  # stops of Tab to consider; jumps reach farther ones
NEAR = 4  # tokens; a wrong mark this close may be moved to a missing one
REPAIR = 2  # approximate keys per wrong mark: a move and an edit


def plan(page: Page, gold: Iterable[TokenSpan], keys: Keymap) -> Keys:
    """Return keys that, pressed on `begin(page)`, answer with exactly the marks `gold`, including the answering key.

    The keys are found by pressing them. A beam search over moves and edits keeps the `WIDTH` best prefixes, so the
    result is short but not always the shortest. `page.aids` limits the aids to use.

    Raises:
        ValueError: a mark of `gold` is not whole words or has an unknown label, or two overlap.
    """
    goal = tuple(sorted(gold))
    if any(page.trim(mark) != mark for mark in goal) or any(map(overlap, goal, goal[1:])):
        raise ValueError("gold marks must be whole words with known labels, and must not overlap")
    if not goal:
        return (keys.first("none"),)
    start = begin(page)
    return (*_search(start, goal, keys), keys.first("accept")) if start.marks != goal else (keys.first("accept"),)


def _search(start: State, goal: tuple[TokenSpan, ...], keys: Keymap) -> Keys:
    best: Keys | None = None
    frontier: list[tuple[State, Keys]] = [(start, ())]
    while frontier:
        grown: dict[object, tuple[State, Keys]] = {}
        for state, pressed in frontier:
            for more in _edits(state, goal, keys):
                after, used = _press(state, more, goal, keys)
                longer = (*pressed, *used)
                if after.marks == goal and after.focus is None:
                    best = longer if best is None or len(longer) < len(best) else best
                elif after.now != state.now and (after.cycle is None or _left(after, goal) < _left(state, goal)):
                    _keep(grown, after, longer)  # predictions that correct nothing would loop
        fewer = [item for item in grown.values() if best is None or len(item[1]) + 1 < len(best)]
        frontier = sorted(fewer, key=partial(_promise, goal=goal))[:WIDTH]
    if best is None:
        raise ValueError("no keys lead there")
    return best


def _keep(grown: dict[object, tuple[State, Keys]], state: State, pressed: Keys) -> None:
    same = (state.now, state.cursor)
    if same not in grown or len(pressed) < len(grown[same][1]):
        grown[same] = (state, pressed)


def _promise(item: tuple[State, Keys], goal: tuple[TokenSpan, ...]) -> tuple[int, int]:
    state, pressed = item
    wrong = _wrong(state, goal)
    return len(pressed) + REPAIR * len(wrong), len(wrong)


def _left(state: State, goal: tuple[TokenSpan, ...]) -> int:
    return len(_wrong(state, goal))


def _wrong(state: State, goal: tuple[TokenSpan, ...]) -> list[tuple[TokenSpan, bool]]:
    """List the marks to make (True) and to delete (False), from left to right."""
    missing = [mark for mark in goal if mark not in state.marks]
    extra = [m for m in state.marks if m not in goal and not any(overlap(m, other) for other in missing)]
    return sorted([*((mark, True) for mark in missing), *((mark, False) for mark in extra)])


def _press(state: State, pressed: Keys, goal: tuple[TokenSpan, ...], keys: Keymap) -> tuple[State, Keys]:
    """Press keys until the goal is reached."""
    for count, key in enumerate(pressed, 1):
        state = press(state, key, keys)
        if state.marks == goal and state.stance == "edit":
            return state, pressed[:count]
    return state, pressed


def _edits(state: State, goal: tuple[TokenSpan, ...], keys: Keymap) -> Iterator[Keys]:
    """Yield key sequences to try next: corrections of the first and of the nearest wrong place, and wider edits."""
    wrong = _wrong(state, goal)
    nearest = min(wrong, key=lambda item: abs(item[0].start - state.cursor))
    for mark, make in dict.fromkeys([wrong[0], nearest]):
        yield from _makings(state, mark, goal, keys) if make else _deletions(state, mark, keys)
    target = state.target
    if target is None or state.rest:
        yield from _analyses(state, (), keys)
    elif any(make and _same_string(state, mark, target) for mark, make in wrong):
        yield (keys.first("everywhere"),)


def _same_string(state: State, one: TokenSpan, other: TokenSpan) -> bool:
    strings = {state.page.string(mark.start, mark.end).casefold() for mark in (one, other)}
    return len(strings) == 1 and one.label == other.label


def _deletions(state: State, mark: TokenSpan, keys: Keymap) -> Iterator[Keys]:
    there = _into(state, mark, keys)
    yield (*there, keys.first("delete"))
    yield from _analyses(state, there, keys)


def _analyses(state: State, there: Keys, keys: Keymap) -> Iterator[Keys]:
    if state.page.aids.analyses:
        yield from ((*there, *[keys.first("next_analysis")] * times) for times in range(1, ANALYSES))
        yield (*there, keys.first("previous_analysis"))


def _makings(state: State, mark: TokenSpan, goal: tuple[TokenSpan, ...], keys: Keymap) -> Iterator[Keys]:
    in_the_way = [other for other in state.marks if overlap(other, mark)]
    near = TokenSpan(mark.start - NEAR, mark.end + NEAR, mark.label)
    useless = [m for m in state.marks if m not in in_the_way and overlap(m, near) and m not in goal]
    candidates = [stop for stop in stops(state) if stop not in state.marks and overlap(stop, mark)]
    ways = [(other, _into(state, other, keys)) for other in (*in_the_way, *useless)]
    for other, there in (*ways, *((stop, _onto(state, stop, keys)) for stop in candidates)):
        yield (*there, *(_reshape(state.page, other, mark, keys) or (keys.first("confirm"),)))
        yield from _analyses(state, there, keys)
    yield from _from_nothing(state, mark, [*in_the_way, *candidates], keys)


def _from_nothing(state: State, mark: TokenSpan, in_the_way: Sequence[TokenSpan], keys: Keymap) -> Iterator[Keys]:
    words = state.page.words_within(mark.start, mark.end)
    label = _label_key(mark.label, keys)
    for word, back, edge in ((words[0], "right", "right_edge_right"), (words[-1], "left", "left_edge_left")):
        there = _to(state, [word], keys)
        yield (*there, keys.first("select"), *[keys.first(back)] * (len(words) - 1), *label)
        if not any(other.start <= word < other.end for other in in_the_way):
            yield (*there, *label, *[keys.first(edge)] * (len(words) - 1))


def _label_key(label: str, keys: Keymap) -> Keys:
    if label in keys.digits or label in keys.letters:
        return (keys.digits.get(label) or keys.letters[label],)
    typed = next(label[:n] for n in range(len(label) + 1) if names(keys.labels, label[:n])[0] == label)
    return (keys.first("name"), *("space" if char == " " else char for char in typed), "enter")


def _reshape(page: Page, old: TokenSpan, new: TokenSpan, keys: Keymap) -> Keys:
    """Return the keys that change the mark `old` under the cursor into `new`."""
    left, right = _rank(page, new.start) - _rank(page, old.start), _rank(page, new.end) - _rank(page, old.end)
    moves = (  # grow before shrinking, so that the mark never vanishes
        ("left_edge_left", -left), ("right_edge_right", right), ("left_edge_right", left), ("right_edge_left", -right),
    )  # fmt: skip
    edges = [key for name, times in moves for key in [keys.first(name)] * times]
    return (*edges, *(() if old.label == new.label else _label_key(new.label, keys)))


def _rank(page: Page, token: int) -> int:
    return bisect_left(page.words, token)


def _by_tab(state: State, keys: Keymap) -> Iterator[tuple[TokenSpan, Keys]]:
    """Yield each nearby stop of Tab with the keys that lead to it."""
    found = stops(state)
    here = state.cursor - state.rest
    after = [m for m in found if m.start > here]
    ahead = [*after, *(m for m in found if m not in after)]
    before = [m for m in found if m.start < state.cursor]
    behind = [*reversed(before), *(m for m in reversed(found) if m not in before)]
    for name, order in (("next_stop", ahead), ("previous_stop", behind)):
        yield from ((mark, (keys.first(name),) * times) for times, mark in enumerate(order[:TABS], 1))


def _onto(state: State, candidate: TokenSpan, keys: Keymap) -> Keys:
    """Return the fewest keys that move the cursor onto a candidate: by Tab, unless another way is shorter."""
    tabs = [there for stop, there in _by_tab(state, keys) if stop == candidate]
    return min([*tabs, _into(state, candidate, keys)], key=len)


def _into(state: State, mark: TokenSpan, keys: Keymap) -> Keys:
    """Return the fewest keys that move the cursor onto a mark."""
    target = None if state.rest else state.target
    return () if target == mark else _to(state, state.page.words_within(mark.start, mark.end), keys)


def _to(state: State, words: Sequence[int], keys: Keymap) -> Keys:
    """Return the fewest keys that move the cursor to one of `words`."""
    page = state.page
    aims = [_rank(page, word) for word in words]
    origins: list[tuple[int, Keys]] = [
        (_rank(page, state.cursor), ()),
        (0, (keys.first("first"),)),
        (len(page.words) - 1, (keys.first("last"),)),
        *((_rank(page, mark.start), there) for mark, there in _by_tab(state, keys)),
    ]
    walks = [(*there, *_walk(rank, aim, keys)) for rank, there in origins for aim in aims]
    jumps = [(keys.first("jump"), *hint) for hint, word in hints(state).items() if word in words]
    return min([*walks, *jumps], key=len)


def _walk(rank: int, aim: int, keys: Keymap) -> Keys:
    return (keys.first("right" if aim > rank else "left"),) * abs(aim - rank)
