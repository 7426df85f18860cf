"""Texts and earlier answers that the annotator looks for, and may ask about."""

from __future__ import annotations

from collections.abc import Sequence

from loop.errors import StoreError
from loop.records import Passage, Question, Span, Text
from loop.settings import ProjectPaths, Settings
from loop.settled import settled
from loop.store import Past, Store
from loop.store.locks import is_held
from loop.store.sessions import InHand, others_at_work

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

    def choose(self, text: Text, places: Sequence[Passage] = ()) -> str:
        """Ask about this text next, or about the first of these places in it that may be asked about.

        Returns:
            A sentence that says when.

        Raises:
            StoreError: the text or its group is held out, it is in the gold file, it or the place is in somebody else's
                hands, or every place is answered.
        """
        from loop.progress.held_out_gold import held_out_now, reserved  # with all formats: not before the first screen

        gold = reserved(self._settings, self._paths)
        if not held_out_now(self._store, self._settings, gold).may_teach(text):
            raise StoreError(
                "This text is held out for evaluation, so you cannot choose it.", hint="Its turn comes without you."
            )
        place = self._free_place(text, places)
        if self._store.requests.ask_for(text.id, self._annotator, place):
            return "It is the next question."
        if not is_held(self._paths.trainer_lock):
            return "It becomes the next question once a trainer runs; none is running now."
        return "The trainer is preparing the question; it comes next."

    def _free_place(self, text: Text, places: Sequence[Passage]) -> Passage | None:
        """The first place that is neither answered nor in somebody else's hands; None for the whole text."""
        of_text = [answer for answer in self._store.answers.standing() if answer.text_id == text.id]
        known = settled(of_text, self._store.journal.schemes(), self._settings.project.labels).get(text.id, ())
        answered = [InHand(text.id, passage) for passage in known]
        open_ = [one for one in places if not any(map(InHand(text.id, one).conflicts, answered))]
        if places and not open_:
            raise StoreError(
                "Every place where this text contains that is answered.", hint="Look for it in your earlier answers."
            )
        wanted = [InHand(text.id, one) for one in open_] or [InHand(text.id)]
        others = others_at_work(self._paths, self._annotator)
        taken = [(theirs, other.annotator) for other in others for theirs in other.in_hand]
        for one in wanted:
            if not any(one.conflicts(theirs) for theirs, _ in taken):
                return one.passage
        name = next(name for theirs, name in taken if theirs.conflicts(wanted[0]))
        raise StoreError(f"{name} has this text in hand.", hint="Choose another one.")

    def place(self, question: Question) -> Span | None:
        """What the annotator had looked for when they chose this question; None if they did not."""
        place = self._store.requests.place(question.id, self._annotator)
        return None if place is None else Span(*place, "")
