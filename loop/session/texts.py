"""Texts and earlier answers that the annotator looks for, and may ask about."""

from __future__ import annotations

from loop.errors import StoreError
from loop.records import Text
from loop.settings import ProjectPaths, Settings
from loop.store import Past, Store
from loop.store.locks import is_held
from loop.store.sessions import at_work

LISTED = 100  # search results: to see others, type another word


class Texts:
    """The texts of the pool and the answers of one annotator, by what is typed."""

    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store, annotator: str) -> None:
        self._paths, self._settings, self._store, self._annotator = paths, settings, store, annotator

    def history(self, typed: str, *, hard: bool) -> list[Past]:
        """This annotator's latest answers that contain every word of `typed`; see `Requests.history`."""
        return self._store.requests.history(self._annotator, typed, hard=hard, limit=LISTED)

    def search(self, part: str) -> list[Text]:
        """The first texts of the pool that contain `part`."""
        return self._store.requests.search(part, limit=LISTED)

    def choose(self, text: Text) -> str:
        """Ask about this text next; returns a sentence that says when.

        Raises:
            StoreError: the text or its group is held out, it is in the gold file, or somebody else has it in hand.
        """
        from loop.progress.held_out_gold import held_out_now, reserved  # with all formats: not before the first screen

        gold = reserved(self._settings, self._paths)
        if not held_out_now(self._store, self._settings, gold).may_teach(text):
            raise StoreError(
                "This text is held out for evaluation, so you cannot choose it.", hint="Its turn comes without you."
            )
        for other in at_work(self._paths):
            if other.annotator != self._annotator and text.id in {one.text_id for one in other.in_hand}:
                raise StoreError(f"{other.annotator} has this text in hand.", hint="Choose another one.")
        if self._store.requests.ask_for(text.id, self._annotator):
            return "It is the next question."
        if not is_held(self._paths.trainer_lock):
            return "It becomes the next question once a trainer runs; none is running now."
        return "The trainer is preparing the question; it comes next."
