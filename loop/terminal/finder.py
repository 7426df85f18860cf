"""A searchable list of earlier answers, of the pool's texts or of actions; typing narrows it. No drawing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from loop.editing.keymap import CANCEL
from loop.records import Text
from loop.store import Past

if TYPE_CHECKING:
    from loop.session import Session

Item = TypeVar("Item")
STEPS = {"up": -1, "s-tab": -1, "down": 1, "tab": 1, "home": -(10**6), "end": 10**6}
PAGES = {"pageup": -1, "pagedown": 1}


@dataclass(frozen=True)
class Finder(Generic[Item]):
    """The typed string, the items found, and the one chosen.

    Attributes:
        title, empty: the heading, and the message when nothing is found.
        enter: what Enter does with the chosen item, for the line of key hints.
        look: the search; called with the typed string and whether to list only hard cases.
        hard: whether only hard cases are listed; None if the list does not offer that.
        live: search at every letter; otherwise at Enter, since searching many texts takes long.
        stale: the typed string has changed since the search.
    """

    title: str
    empty: str
    enter: str
    look: Callable[[str, bool], Sequence[Item]]
    items: tuple[Item, ...] = ()
    typed: str = ""
    chosen: int = 0
    hard: bool | None = None
    live: bool = True
    stale: bool = False

    def found(self) -> Finder[Item]:
        """Return the finder after searching."""
        return replace(self, items=tuple(self.look(self.typed.strip(), bool(self.hard))), chosen=0, stale=False)

    @property
    def words(self) -> tuple[str, ...]:
        """The strings that were looked for: each word, or in a list without hard cases the whole."""
        typed = self.typed.strip()
        return (typed,) * bool(typed) if self.hard is None else tuple(typed.split())

    def press(self, key: str, *, page: int = 10) -> Finder[Item] | Item | None:
        """Return the finder after one key, the item chosen, or None if the list was closed; it shows `page` lines."""
        if key in CANCEL or (key == "backspace" and not self.typed):
            return None
        if key == "enter":
            return self.found() if self.stale else self.items[self.chosen] if self.items else self
        if key == "tab" and self.hard is not None:
            return replace(self, hard=not self.hard).found()
        if key in STEPS or key in PAGES:
            by = STEPS.get(key, 0) + PAGES.get(key, 0) * max(1, page - 1)
            return replace(self, chosen=max(0, min(len(self.items) - 1, self.chosen + by)))
        letter = " " if key == "space" else key
        typed = self.typed[:-1] if key == "backspace" else self.typed + letter if len(letter) == 1 else self.typed
        if typed == self.typed:
            return self
        changed = replace(self, typed=typed, stale=True)
        return changed.found() if self.live else changed


def history(session: Session, *, hard: bool = False) -> Finder[Past]:
    """Return the list of this annotator's earlier answers, or of the hard cases among them, newest first."""

    def look(typed: str, hard: bool) -> Sequence[Past]:
        return session.texts.history(typed, hard=hard)

    return Finder("Earlier answers", "No answer matches.", "open", look, hard=hard).found()


def pool(session: Session) -> Finder[Text]:
    """Return the list of unanswered texts, empty until something is typed."""

    def look(typed: str, _: bool) -> Sequence[Text]:
        return session.texts.search(typed) if typed else ()

    return Finder("Unanswered texts", "No unanswered text contains this.", "ask about it", look, live=False)
