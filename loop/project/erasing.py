"""Erase texts from a project. The next command that opens the project completes an interrupted erasure."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loop.errors import LoopError, PipelineError
from loop.files import is_writable
from loop.patterns.file import drop_patterns
from loop.records import Text
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.store.events import EventKind
from loop.store.locks import ProcessLock
from loop.store.sessions import no_session

if TYPE_CHECKING:
    from loop.checkpoints.checkpoints import Checkpoints

LONG_ENOUGH = 4  # characters; shorter patterns are too common to come from an erased text
# Locks of those who learn from texts or write them: sessions, trainers, and the two commands that train rounds aside.
ASIDE = ("rebuild", "curve")


@dataclass(frozen=True, slots=True)
class ErasedReport:
    """What was erased.

    Attributes:
        rounds: number of rounds that had learned from an erased text and are trained again without it.
        patterns: number of patterns whose string occurred only in erased texts.
    """

    texts: int
    answers: int
    rounds: int
    patterns: int


def erase(paths: ProjectPaths, settings: Settings, store: Store, texts: Sequence[Text]) -> ErasedReport:
    """Erase texts and everything derived from them; the trainer trains the affected rounds again.

    After an error, either nothing has changed or the next opening of the project completes the erasure.

    Raises:
        LoopError: the project is in use, or a file cannot be written.
    """
    with alone(paths) as is_alone:
        if not is_alone:
            raise LoopError("This project is in use.", hint="Close the session, or wait for the trainer.")
        _refuse_unwritable(paths, settings)
        store.begin_erasing([text.id for text in texts])
        return _carry_out(paths, settings, store, texts)


def finish_erasing(paths: ProjectPaths, settings: Settings, store: Store) -> ErasedReport | None:
    """Complete an interrupted erasure; return None if there is none or the project is in use.

    Raises:
        LoopError: a file cannot be written.
    """
    if store.unfinished_erasing() is None:
        return None
    with alone(paths) as is_alone:
        ids = store.unfinished_erasing() if is_alone else None
        return None if ids is None else _carry_out(paths, settings, store, store.corpus.texts(ids))


@contextmanager
def alone(paths: ProjectPaths) -> Iterator[bool]:
    """Lock everybody else out of the project for the block; yields False if it is in use."""
    aside = (paths.data / f"{command}.lock" for command in ASIDE)
    locks = [ProcessLock(lock) for lock in (paths.trainer_lock, *aside)]
    try:
        with no_session(paths) as is_alone:
            yield is_alone and all(lock.acquire() for lock in locks)
    finally:
        for lock in locks:
            lock.release()


def _refuse_unwritable(paths: ProjectPaths, settings: Settings) -> None:
    patterns = paths.patterns(settings.project.patterns).resolve()
    needed = [paths.data, paths.models, *([patterns.parent] if patterns.exists() else [])]
    for folder in needed:
        if folder.exists() and not is_writable(folder):
            raise LoopError(f"{folder} cannot be written.", hint="Check its permissions. Nothing was erased.")
    drop_patterns(patterns, lambda _: False)  # raises if the file cannot be read


def _carry_out(paths: ProjectPaths, settings: Settings, store: Store, texts: Sequence[Text]) -> ErasedReport:
    """Every step can be repeated. The texts go last: the other steps need them."""
    ids = {text.id for text in texts}
    try:
        said = {answer.id for answer in store.answers.all() if answer.text_id in ids}
        rounds = _forget_rounds(paths, store, said, weakly=not ids.isdisjoint(store.weak.taught()[0]))
        patterns = _drop_patterns(paths, settings, store, texts)
        _drop_copies(paths)
        erased = store.erase(sorted(ids))
    except OSError as error:
        raise LoopError(
            f"The texts are not erased yet: {error.filename} cannot be changed ({error.strerror}).",
            hint="Check its permissions; the next command completes it.",
        ) from None
    return ErasedReport(erased.texts, erased.answers, rounds, patterns)


def _forget_rounds(paths: ProjectPaths, store: Store, said: Collection[str], *, weakly: bool) -> int:
    """Go back to the last round that has not seen the texts, and drop pretrained weights that have.

    Args:
        paths: the project's paths.
        store: the project's store.
        said: ids of the answers about the texts.
        weakly: whether the texts have weak labels, so that every round that learned from such may have seen them.
    """
    from loop.checkpoints.checkpoints import Checkpoints

    pretrained = store.journal.latest(EventKind.PRETRAINED)
    first = pretrained["round"] if pretrained else None
    _remove(paths, "pretrained", "damaged-*", ".*")
    checkpoints = Checkpoints(paths.models)
    rounds, before = checkpoints.rounds(), len(store.journal.rounds())
    clean = [n for n in rounds if (first is None or n < first) and _knows_none(checkpoints, n, said, weakly=weakly)]
    if len(clean) < len(rounds):
        checkpoints.forget_after(max(clean, default=0))
    if rounds:
        store.journal.forget_rounds_after(max(clean, default=0))
    return before - len(store.journal.rounds())


def _knows_none(checkpoints: Checkpoints, number: int, answers: Collection[str], *, weakly: bool) -> bool:
    """Whether a round learned from none of these answers; False for a damaged one, where nobody can tell."""
    try:
        info = checkpoints.info(number)
        return info.answer_ids.isdisjoint(answers) and not (weakly and info.weak)
    except PipelineError:
        return False


def _remove(paths: ProjectPaths, *patterns: str) -> None:
    for path in [path for pattern in patterns for path in paths.models.glob(pattern)]:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _drop_patterns(paths: ProjectPaths, settings: Settings, store: Store, texts: Sequence[Text]) -> int:
    """Remove the patterns, and the decisions about terms, whose strings occur in no text that stays."""
    erased, ids = "\n".join(text.text.casefold() for text in texts), {text.id for text in texts}

    def is_theirs(string: str) -> bool:
        """Whether the string occurs in an erased text and in none that stays: then it was copied from there."""
        if len(string) < LONG_ENOUGH or string.casefold() not in erased:
            return False
        return not any(text.id not in ids for text in store.corpus.containing(string, limit=len(ids) + 1))

    store.weak.take_back(lambda pattern: isinstance(pattern["pattern"], str) and is_theirs(pattern["pattern"]))
    store.terms.forget(is_theirs)
    return drop_patterns(paths.patterns(settings.project.patterns), is_theirs)


def _drop_copies(paths: ProjectPaths) -> None:
    """Remove copies of the store that migrations, repairs and merges left, even partial ones; kept features, too."""
    name = paths.db.name
    copies = (f"{name}.schema-*", f"{name}.damaged-*", f"{name}.new*", f"{name}.before-merge", f".{name}*")
    for pattern in (*copies, f"{paths.features.name}*"):
        for copy in paths.data.glob(pattern):
            shutil.rmtree(copy) if copy.is_dir() else copy.unlink()
