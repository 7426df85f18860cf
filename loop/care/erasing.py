"""Texts erased from a whole project: from the store, from what learned from them, and from its own copies."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from loop.care.privacy import holding
from loop.errors import LoopError
from loop.formats import write_jsonl
from loop.ner.checkpoints import Checkpoints
from loop.records import Text
from loop.settings import ProjectPaths, Settings
from loop.store import Copy, Store
from loop.store.locks import ProcessLock

LONG_ENOUGH = 4  # characters of a pattern; shorter ones are nobody's


@dataclass(frozen=True, slots=True)
class ErasedReport:
    """What went, and what could not be reached.

    Attributes:
        rounds: that had learned from an erased text, to be learned again without it.
        patterns: lines of the patterns file whose string stood in erased texts and in no other.
        still: files of the project that hold one of the texts all the same. copies: made before, elsewhere.
    """

    texts: int
    answers: int
    rounds: int
    patterns: int
    still: tuple[Path, ...]
    copies: tuple[Copy, ...]


def erase(paths: ProjectPaths, settings: Settings, store: Store, texts: Sequence[Text]) -> ErasedReport:
    """Erase texts and all that came of them; the trainer learns the rounds again that had seen them.

    Raises:
        LoopError: a session or a trainer is at work, or a file cannot be written; called again it goes on.
    """
    locks = [ProcessLock(lock) for lock in (paths.session_lock, paths.trainer_lock)]
    try:
        if not all(lock.acquire() for lock in locks):
            raise LoopError("A session or a trainer is at work.", hint="Close it first, or wait until it is done.")
        return _erase(paths, settings, store, texts)
    finally:
        for lock in locks:
            lock.release()


def _erase(paths: ProjectPaths, settings: Settings, store: Store, texts: Sequence[Text]) -> ErasedReport:
    ids = {text.id for text in texts}
    # What learned from them goes first: after a kill in between, the same command finds the texts again.
    said = {answer.id for answer in store.answers.all() if answer.text_id in ids}
    rounds = _forget_rounds(paths, store, said)
    patterns = _drop_patterns(paths, settings, store, texts)
    for copy in (*paths.data.glob(f"{paths.db.name}.schema-*"), *paths.data.glob(f"{paths.db.name}.damaged-*")):
        copy.unlink()
    erased = store.erase(sorted(ids))
    copies = tuple(copy for copy in store.copies.all() if Path(copy.path).exists())
    still = tuple(holding(paths.root, [text.text for text in texts]))
    return ErasedReport(erased.texts, erased.answers, rounds, patterns, still, copies)


def _forget_rounds(paths: ProjectPaths, store: Store, said: set[str]) -> int:
    """Go back to the last round that knows nothing of the texts; what pretraining made of them goes, too."""
    checkpoints = Checkpoints(paths.models)
    pretrained = store.journal.latest("pretrained")
    first = pretrained["round"] if pretrained else None
    shutil.rmtree(paths.models / "pretrained", ignore_errors=True)
    for folder in paths.models.glob("damaged-*"):
        shutil.rmtree(folder)
    rounds = checkpoints.rounds()
    clean = [n for n in rounds if (first is None or n < first) and not said & checkpoints.info(n).answer_ids]
    if not rounds or len(clean) == len(rounds):
        return 0
    before = len(store.journal.rounds())
    checkpoints.forget_after(max(clean, default=0))
    store.journal.forget_rounds_after(max(clean, default=0))
    return before - len(store.journal.rounds())


def _drop_patterns(paths: ProjectPaths, settings: Settings, store: Store, texts: Sequence[Text]) -> int:
    file = paths.resolve(settings.project.patterns or "patterns.jsonl")
    if not file.is_file():
        return 0
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    erased, ids = "\n".join(text.text.casefold() for text in texts), {text.id for text in texts}
    kept = [row for row in rows if not _is_theirs(row.get("pattern"), erased, ids, store)]
    if len(kept) < len(rows):
        write_jsonl(kept, file)
    return len(rows) - len(kept)


def _is_theirs(pattern: object, erased: str, ids: set[int], store: Store) -> bool:
    """Whether a string stands in a text that is erased and in none that stays: who put it there had it from there."""
    if not isinstance(pattern, str) or len(pattern) < LONG_ENOUGH or pattern.casefold() not in erased:
        return False
    return not any(text.id not in ids for text in store.corpus.containing(pattern, limit=len(ids) + 1))
