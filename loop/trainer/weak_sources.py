"""Everything that weak labels come from: patterns, suggestions from files, and another pipeline."""

from __future__ import annotations

from loop.base.other_pipeline import OtherPipeline
from loop.learning.learner import Learner
from loop.progress.held_out_gold import reserved
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.trainer.weak_files import WeakFiles
from loop.trainer.weak_patterns import WeakPatterns
from loop.trainer.weak_pipeline import WeakPipeline


class WeakSources:
    """Records what the sources say, so that rounds can learn from it."""

    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store, other: OtherPipeline | None) -> None:
        self._patterns, self._files = WeakPatterns(paths, settings, store), WeakFiles(paths, settings, store)
        self._pipeline = WeakPipeline(settings, store, other, reserved(settings, paths))
        self._seen: object = None

    @property
    def state(self) -> tuple[object, ...]:
        """Version of what weak labels follow from: the pattern file, and the last batch of texts."""
        return self._patterns.version, self._files.state

    @property
    def changed(self) -> bool:
        """Whether patterns or texts may have changed since they were last noted."""
        return self._seen != self.state

    @property
    def is_unread(self) -> bool:
        """Whether patterns and files have not been looked at since the trainer started."""
        return self._seen is None

    def note(self, learner: Learner) -> bool:
        """Record what patterns and files say now; return whether that is anything new."""
        self._seen = self.state
        return any([self._patterns.note(learner), self._files.note()])

    def ask_pipeline(self) -> float | None:
        """Let the pipeline read some texts; return the share that it has read, or None if there is nothing to do."""
        return self._pipeline.slice()
