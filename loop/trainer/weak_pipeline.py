"""Lets the pipeline in [suggest] read texts, so that rounds can learn from what it finds: only if it is told to."""

from __future__ import annotations

import time
from random import Random

from loop.base.other_pipeline import OtherPipeline
from loop.held_out import Teaching
from loop.progress.held_out_gold import held_out_now, reserved
from loop.settings import ProjectPaths, Settings
from loop.store import Store, WeakSpan

# A question or a round waits for at most this plus one text; the pipeline may be a service.
SLICE_SECONDS = 0.5
# What it has said is recorded after so many texts, so that an interrupted reading need not be paid twice.
RECORDED = 100
# Of some of the texts nothing may be learned, because they are held out.
MORE = 3


class WeakPipeline:
    """Reads `[suggest] learn` texts of the pool with the other pipeline, in slices, once."""

    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store) -> None:
        self._settings, self._store = settings, store
        self._gold = reserved(settings, paths)
        self._pipeline: OtherPipeline | None = None
        if settings.suggest.pipeline is not None and settings.suggest.learn:
            name, names = paths.pipeline(settings.suggest.pipeline), settings.suggest.label_names
            self._pipeline = OtherPipeline(name, settings.project.labels, names=names)
        self._left: list[Teaching] | None = None
        self._said: dict[int, list[WeakSpan]] = {}

    def slice(self) -> float | None:
        """Read for about half a second; return the share of the texts that is read, or None if nothing is left.

        Raises:
            PipelineError: there is no such pipeline, or it does not load.
        """
        if self._pipeline is None or len(self._store.answers.training()) >= self._settings.update.weak_until:
            return None
        if self._left is None:
            self._left = self._texts()
        if not self._left:
            return None
        began, failed = time.monotonic(), False
        while self._left and not failed:
            found = self._pipeline([self._left[-1]])
            failed = self._pipeline.failed
            if not failed:
                text = self._left.pop()
                self._said[text.id] = [WeakSpan(span) for span in found.get(text.id, ())]
            if time.monotonic() - began > SLICE_SECONDS:
                break
        if failed or len(self._said) >= RECORDED or not self._left:
            self._record(goes_on=bool(self._left))
        if failed:
            self._left = []  # until the trainer starts again
        return 1 - len(self._left) / self._settings.suggest.learn

    def _texts(self) -> list[Teaching]:
        """Random texts that it has not read yet; none if it has finished."""
        said = [one for one in self._store.weak.all() if one.source == "pipeline"]
        if said and not said[-1].goes_on:
            return []
        read = {id_ for one in said for id_ in one.texts}
        wanted = self._settings.suggest.learn - len(read)
        rng = Random(f"{self._settings.project.seed}:weak pipeline:{len(read)}")
        drawn = self._store.corpus.sample_pool(MORE * self._settings.suggest.learn, rng)
        teaching = held_out_now(self._store, self._settings, self._gold).teaching(drawn)
        return [text for text in teaching if text.id not in read][: max(0, wanted)]

    def _record(self, *, goes_on: bool) -> None:
        self._store.weak.add("pipeline", self._said, labels=self._settings.project.labels, goes_on=goes_on)
        self._said = {}
