"""A simulated reviewer, who decides rightly wherever annotators differ."""

from __future__ import annotations

from loop.oracle import Gold, Oracle
from loop.quality import review_items
from loop.session import Adjudication, review_question
from loop.settings import ProjectPaths, Settings
from loop.simulate.effort import Times
from loop.store import Store


class Reviewing:
    """Decides between the answers of a project's annotators by the gold spans."""

    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store, gold: Gold, times: Times) -> None:
        self._paths, self._settings, self._store, self._times = paths, settings, store, times
        self._oracle = Oracle(gold)

    def decide(self) -> float:
        """Decide what is open, and return the modelled seconds that it takes."""
        items = review_items(self._store.answers.standing(), self._store.journal.schemes())
        open_ = [one for one in items if one.is_open and not any(answer.waits for answer in one.answers)]
        asked = self._store.questions.get({one.answers[0].question_id or "" for one in open_})
        pairs = [(one, review_question(one, asked[one.answers[0].question_id or ""])) for one in open_]
        seconds = 0.0
        review = Adjudication(self._paths, self._settings, self._store, items=pairs, annotator="reviewer")
        while (question := review.next()) is not None:
            right = self._oracle.spans(question)
            taken = self._times.seconds(question, right, shown=question.prediction)
            review.answer(question, "accept", right, seconds=taken, keys=0, mode="correct")
            seconds += taken
        review.close()
        return seconds
