"""Scores the pipeline in [suggest] on held-out texts, and drops its labels that the model finds better."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from loop.base.other_pipeline import OtherPipeline
from loop.progress.held_out_gold import GoldText, evaluated_texts, gold_texts
from loop.progress.round_diff import TextDiff, gained
from loop.records import Span
from loop.settings import ProjectPaths, Settings
from loop.store import PipelineScore, Store
from loop.trainer.weak_pipeline import reader_of

# Texts per slice of idle work.
SLICE = 20


class WeakScores:
    """Compares the pipeline in [suggest] with the rounds, where it teaches and runs on this machine.

    Another machine must not see held-out texts, even answered ones.
    """

    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store, pipeline: OtherPipeline | None) -> None:
        self._paths, self._settings, self._store = paths, settings, store
        self._pipeline = pipeline if settings.suggest.local and settings.suggest.learn else None
        self._found: dict[str, tuple[Span, ...]] = {}
        self._done: object = None

    def slice(self, round: int) -> bool:
        """Read some held-out texts, or compare with this round; return False if there is nothing to do.

        Raises:
            PipelineError: there is no such pipeline, or it does not load.
        """
        if self._pipeline is None or (seq := self._store.journal.last_seq()) == self._done:
            return False
        gold = gold_texts(self._store, self._settings, self._paths)
        if lacking := [one.text for one in gold if one.text not in self._found][:SLICE]:
            found = self._pipeline.tried_on(lacking)
            # What it fails on, it has not found anything in: it is asked once.
            self._found |= dict(zip(lacking, found or [()] * len(lacking), strict=True))
            return True
        self._compare(gold, round)
        self._done = seq
        return False

    def _compare(self, gold: Sequence[GoldText], round: int) -> None:
        reader = reader_of(self._settings)
        taught = next((one for one in self._store.weak.in_force() if one.reader == reader), None)
        if taught is None:
            return
        read = [TextDiff(one.gold.text, one.gold.judged(self._found[one.gold.text]), one.found, one.gold.spans,
                         one.gold.unit) for one in evaluated_texts(self._store, gold, round)]  # fmt: skip
        labels = self._settings.project.labels
        for label in self._behind(read, [label for label in labels if label not in taught.dropped]):
            self._store.weak.drop(label, reader=reader, labels=labels)
        ahead, interval = gained(read, labels) or (0.0, None)
        score = PipelineScore(len(read), round, ahead, interval) if interval else None
        if score != self._store.weak.score():
            self._store.weak.set_score(score)

    def _behind(self, read: Sequence[TextDiff], labels: Sequence[str]) -> Iterator[str]:
        """The labels that the round finds better: the whole 95% interval of the difference is above 0."""
        for label in labels:
            _, interval = gained(read, [label]) or (0.0, None)
            if interval is not None and interval[0] > 0:
                yield label
