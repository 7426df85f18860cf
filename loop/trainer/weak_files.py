"""Records the spans that files suggested for unanswered texts, so that rounds can learn from them."""

from __future__ import annotations

from itertools import islice

from loop.progress.held_out_gold import held_out_now, reserved
from loop.settings import ProjectPaths, Settings
from loop.store import Store, WeakSpan
from loop.store.events import EventKind

# Of some of the texts nothing may be learned, because they are held out.
MORE = 3
Found = dict[int, tuple[WeakSpan, ...]]


class WeakFiles:
    """Keeps the weak labels of files up to date."""

    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store) -> None:
        self._settings, self._store = settings, store
        self._gold = reserved(settings, paths)

    @property
    def state(self) -> tuple[int, int]:
        """Version of what they follow from: the last batch of texts, and the last suggestions for known ones."""
        last = self._store.journal.last_seq
        return last(EventKind.BATCH_ADDED), last(EventKind.SUGGESTED)

    def note(self) -> bool:
        """Record what the files suggest now; return whether that is anything new.

        What was recorded of texts that are answered by now stays: answers say by it how far the files are to be
        believed.
        """
        if len(self._store.answers.training()) >= self._settings.update.weak_until:
            return False
        known = next((dict(one.texts) for one in self._store.weak.in_force() if one.source == "file"), {})
        suggested = self._suggested()
        changed = {id_: spans for id_, spans in suggested.items() if id_ in known and {*spans} != {*known[id_]}}
        room = max(0, self._settings.update.weak_texts - len(known))
        added = dict(islice(((id_, spans) for id_, spans in suggested.items() if id_ not in known), room))
        if not changed and not added:
            return False
        self._store.weak.add("file", known | changed | added, labels=self._settings.project.labels)
        return True

    def _suggested(self) -> Found:
        labels, wanted = self._settings.project.labels, self._settings.update.weak_texts
        drawn = self._store.corpus.suggested(MORE * wanted)
        texts = held_out_now(self._store, self._settings, self._gold).teaching(drawn)
        spans = {one.id: tuple(WeakSpan(span) for span in one.suggested if span.label in labels) for one in texts}
        return {id_: each for id_, each in spans.items() if each}
