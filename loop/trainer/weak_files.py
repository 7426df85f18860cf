"""Records the spans that files suggested for unanswered texts, so that rounds can learn from them."""

from __future__ import annotations

from loop.progress.held_out_gold import held_out_now, reserved
from loop.settings import ProjectPaths, Settings
from loop.store import Store, WeakSpan
from loop.store.events import EventKind

# Of some of the texts nothing may be learned, because they are held out.
MORE = 3


class WeakFiles:
    """Keeps the weak labels of files up to date."""

    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store) -> None:
        self._settings, self._store = settings, store
        self._gold = reserved(settings, paths)

    @property
    def state(self) -> int:
        """Version of the texts: the event of the last batch."""
        return self._store.journal.last_seq(EventKind.BATCH_ADDED)

    def note(self) -> bool:
        """Record what the files suggest now; return whether that is anything new."""
        if len(self._store.answers.training()) >= self._settings.update.weak_until:
            return False
        labels, wanted = self._settings.project.labels, self._settings.update.weak_texts
        texts = held_out_now(self._store, self._settings, self._gold).teaching(
            self._store.corpus.suggested(MORE * wanted)
        )
        spans = {one.id: [WeakSpan(span) for span in one.suggested if span.label in labels] for one in texts}
        found = dict([(id_, each) for id_, each in spans.items() if each][:wanted])
        last = next((one for one in self._store.weak.in_force() if one.source == "file"), None)
        if not found or (last and all(id_ in last.texts for id_ in found)):
            return False
        self._store.weak.add("file", found, labels=labels)
        return True
