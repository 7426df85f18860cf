"""Records what the project's patterns match in unanswered texts, so that rounds can learn from it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from random import Random

from loop.held_out import Teaching
from loop.learning.learner import Learner
from loop.patterns.numbered import NumberedPatterns
from loop.patterns.project_patterns import PatternsFile, Version
from loop.progress.held_out_gold import held_out_now, reserved
from loop.settings import ProjectPaths, Settings
from loop.store import Store, WeakLabels, WeakSpan
from loop.store.events import EventKind
from loop.store.weak_labels import Pattern

# Texts read at most: enough for terms that one text in thirty holds.
MOST_READ = 10_000
AT_ONCE = 1_000


class WeakPatterns:
    """Keeps the weak labels of the project's patterns up to date."""

    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store) -> None:
        self._settings, self._store = settings, store
        self._file = PatternsFile(paths, settings)
        self._gold = reserved(settings, paths)

    @property
    def version(self) -> Version:
        """Version of the file, as it is now."""
        return self._file.version

    def note(self, learner: Learner) -> bool:
        """Record what the patterns match now; return whether that is anything new."""
        rows = [{"label": one.label, "pattern": one.pattern} for one in self._file.usable(learner.nlp)]
        now = {_key(row) for row in rows}
        gone = self._store.weak.take_back(lambda pattern: _key(pattern) not in now)
        last = next((one for one in self._store.weak.in_force() if one.source == "pattern"), None)
        noted = bool(gone)
        if self._is_due(rows, last):
            found = self._found(learner, rows)
            self._store.weak.add("pattern", found, labels=self._settings.project.labels, patterns=rows)
            noted = True
        return noted

    def _is_due(self, rows: Sequence[Pattern], last: WeakLabels | None) -> bool:
        if len(self._store.answers.training()) >= self._settings.update.weak_until:
            return False
        if last is None:
            return bool(rows) and self._store.corpus.size() > 0
        if not {_key(row) for row in rows}.issubset(_key(row) for row in last.patterns if row is not None):
            return True
        added = self._store.journal.events(after=last.seq, kind=EventKind.BATCH_ADDED)
        return bool(rows) and bool(added) and len(last.texts) < self._settings.update.weak_texts

    def _found(self, learner: Learner, rows: Sequence[Pattern]) -> dict[int, list[WeakSpan]]:
        """The matches in random unanswered texts, until enough have one."""
        nlp = learner.nlp
        patterns = NumberedPatterns(nlp, rows)
        found: dict[int, list[WeakSpan]] = {}
        for texts in self._drawn():
            with nlp.memory_zone():
                for text in texts:
                    matches = patterns.matches(nlp.make_doc(text.text))
                    if matches:
                        found[text.id] = [WeakSpan(span, number) for number, span in matches]
                    if len(found) == self._settings.update.weak_texts:
                        return found
        return found

    def _drawn(self) -> Iterator[list[Teaching]]:
        rng = Random(f"{self._settings.project.seed}:weak patterns:{len(self._store.weak.all())}")
        held_out = held_out_now(self._store, self._settings, self._gold)
        texts = self._store.corpus.sample_pool(MOST_READ, rng)
        for start in range(0, len(texts), AT_ONCE):
            yield held_out.teaching(texts[start : start + AT_ONCE])


def _key(pattern: Pattern) -> str:
    """The same for equal patterns; files may have thousands."""
    return json.dumps(pattern, sort_keys=True)
