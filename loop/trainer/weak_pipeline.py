"""Lets the pipeline in [suggest] read texts, so that rounds can learn from what it finds: only if it is told to."""

from __future__ import annotations

import time
from random import Random

from loop.base.other_pipeline import OtherPipeline
from loop.held_out import Reserved, Teaching
from loop.progress.held_out_gold import held_out_now
from loop.settings import Settings
from loop.store import Store, WeakSpan
from loop.store.weak_labels import Reader

# A question or a round waits for at most this plus one text; the pipeline may be a service.
SLICE_SECONDS = 0.5
# What it has said is recorded after so many texts, so that an interrupted reading need not be paid twice.
RECORDED = 100
# After so many failures in a row it is not asked again until the trainer starts again: its service may be down.
FAILURES = 3
# Of some of the texts nothing may be learned, because they are held out.
MORE = 3


def reader_of(settings: Settings) -> Reader:
    """The pipeline in [suggest], and what its labels are called."""
    return settings.suggest.pipeline or "", frozenset(settings.suggest.label_names.items())


class WeakPipeline:
    """Reads `[suggest] learn` texts of the pool with the other pipeline, in slices.

    A text that it fails on is left out. It reads on when there are more texts or `learn` is raised, and anew when the
    settings name another pipeline or other names of its labels.

    Args:
        settings: the project's settings.
        store: the project's store.
        pipeline: the pipeline in [suggest], if there is one.
        gold: the texts and groups of the gold file.
    """

    def __init__(self, settings: Settings, store: Store, pipeline: OtherPipeline | None, gold: Reserved) -> None:
        self._settings, self._store, self._gold = settings, store, gold
        self._pipeline = pipeline if settings.suggest.learn else None
        self._reader = reader_of(settings)
        self._left: list[Teaching] | None = None
        self._said: dict[int, list[WeakSpan]] = {}
        self._failures = 0
        self._is_begun = False  # and what it has said so far waits for the rest

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
        end = time.monotonic() + SLICE_SECONDS
        while self._left and self._failures < FAILURES:
            self._read(self._pipeline, self._left.pop())
            if time.monotonic() > end:
                break
        gives_up = self._failures == FAILURES
        if gives_up or len(self._said) >= RECORDED or not self._left:
            self._record(goes_on=gives_up or bool(self._left))
        if gives_up:
            self._left = []
        return 1 - len(self._left) / self._settings.suggest.learn

    def _read(self, pipeline: OtherPipeline, text: Teaching) -> None:
        found = pipeline([text])
        self._failures = self._failures + 1 if pipeline.failed else 0
        if not pipeline.failed:
            self._said[text.id] = [WeakSpan(span) for span in found.get(text.id, ())]

    def _texts(self) -> list[Teaching]:
        """Random texts that it has not read yet."""
        said = [one for one in self._store.weak.all() if one.reader == self._reader]
        self._is_begun = bool(said) and said[-1].goes_on
        read = {id_ for one in said for id_ in one.texts}
        wanted = max(0, self._settings.suggest.learn - len(read))
        rng = Random(f"{self._settings.project.seed}:weak pipeline:{len(read)}")
        drawn = self._store.corpus.sample_pool(MORE * self._settings.suggest.learn, rng) if wanted else []
        teaching = held_out_now(self._store, self._settings, self._gold).teaching(drawn)
        return [text for text in teaching if text.id not in read][:wanted]

    def _record(self, *, goes_on: bool) -> None:
        if self._said or (self._is_begun and not goes_on):
            labels = self._settings.project.labels
            self._store.weak.add("pipeline", self._said, labels=labels, reader=self._reader, goes_on=goes_on)
            self._is_begun = goes_on
        self._said = {}
