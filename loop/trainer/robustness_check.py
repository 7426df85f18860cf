"""Reads changed held-out texts with the newest round when idle: lower-cased, with typos, with odd line breaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from loop.learning.evaluate import predicted_spans
from loop.progress.changed_texts import CHANGES, ChangedText, applies, changed_texts
from loop.progress.held_out_gold import EvaluatedText, GoldText, evaluated_texts, gold_texts, with_spans_found
from loop.progress.robustness import dumped, robustness, sampled
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.trainer.rounds import Rounds

# Texts, and about how many characters, per slice of idle work: a new answer waits for a fraction of a second.
SLICE, SLICE_CHARACTERS = 20, 20_000
# It is done again when rounds or held-out texts have grown by so much: it takes seconds, and changes slowly.
GROWN = 1.25

_Piece = tuple[str, list[GoldText], list[ChangedText]]


class RobustnessCheck:
    """Evaluates a round on changed texts and stores the scores; of the changed texts nothing is kept."""

    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store) -> None:
        self._paths, self._settings, self._store = paths, settings, store
        self._seen, self._round = -1, -1
        self._plain: list[EvaluatedText] = []
        self._left: list[_Piece] = []
        self._found: dict[str, list[EvaluatedText]] = {}

    def slice(self, rounds: Rounds) -> bool:
        """Read some changed texts with the current round; return False if nothing is due."""
        if self._round != rounds.number:
            self._left = []
        if not self._left and not self._begin(rounds.number):
            return False
        change, gold, changed = self._left.pop(0)
        with rounds.learner.published() as nlp:
            found = predicted_spans(nlp, [one.text for one in changed])
        moved = [[one.before(span) for span in spans] for one, spans in zip(changed, found, strict=True)]
        self._found.setdefault(change, []).extend(with_spans_found(gold, moved))
        if not self._left:
            self._finish()
        return True

    def _begin(self, number: int) -> bool:
        """Prepare the texts if that is due; it is not if the round was not evaluated on all of them unchanged."""
        seen = self._store.journal.last_seq()
        if seen == self._seen and number == self._round:
            return False
        self._seen, self._round = seen, number
        seed = self._settings.project.seed
        drawn = sampled(gold_texts(self._store, self._settings, self._paths), seed=seed)
        self._plain = evaluated_texts(self._store, drawn, number)
        if not drawn or len(self._plain) < len(drawn) or not self._is_due(number, len(drawn)):
            return False
        texts = [one.text for one in drawn]
        self._found = {}
        self._left = [
            (change, drawn[start:end], changed[start:end])
            for change in CHANGES
            if applies(change, changed := changed_texts(texts, change, seed=seed), texts)
            for start, end in _slices(texts)
        ]
        return bool(self._left)

    def _is_due(self, number: int, texts: int) -> bool:
        stored = self._store.journal.robustness()
        return not any(row["round"] <= number < GROWN * row["round"] and texts < GROWN * row["texts"] for row in stored)

    def _finish(self) -> None:
        labels = self._settings.project.labels
        rows = [robustness(change, self._round, self._plain, found, labels) for change, found in self._found.items()]
        self._store.journal.set_robustness(dumped(rows))
        self._seen = self._store.journal.last_seq()


def _slices(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The beginnings and ends of slices."""
    start = size = 0
    for end, text in enumerate(texts, start=1):
        size += len(text)
        if size >= SLICE_CHARACTERS or end - start == SLICE or end == len(texts):
            yield start, end
            start, size = end, 0
