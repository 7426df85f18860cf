"""The labels of a project: added, renamed, merged, removed, while nobody is at work; what is cut short is finished."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from loop.editing.draft import relabeled
from loop.errors import LoopError
from loop.patterns.file import relabel_patterns
from loop.project.guidelines import rename_sections
from loop.settings import ProjectPaths, Settings, label_problem, load_settings
from loop.settings.writing import set_labels
from loop.store import Names, Store
from loop.store.locks import ProcessLock, is_held


def finish_relabeling(paths: ProjectPaths, store: Store) -> bool:
    """Let loop.cfg, patterns and guidelines follow a change of labels; False when they have, unless it was killed."""
    found = store.unfinished_relabeling()
    if found is None:
        return False
    labels, names = found
    set_labels(paths.cfg, labels, names)
    relabel_patterns(paths.patterns(load_settings(paths.root).project.patterns), names)
    rename_sections(paths.guidelines, names)
    store.finish_relabeling()
    return True


def add_labels(paths: ProjectPaths, settings: Settings, store: Store, labels: Sequence[str]) -> tuple[str, ...]:
    """Append labels to those in loop.cfg, whose other lines stay as they are; returns all of them.

    Raises:
        LoopError: a session or a trainer is at work, which would go on with the old ones, or a label cannot be added.
    """
    wanted = (*settings.project.labels, *labels)
    with nobody_at_work(paths):
        check_labels(settings, wanted)
        set_labels(paths.cfg, wanted)
    store.journal.scheme(wanted)
    return wanted


def relabel(
    paths: ProjectPaths, settings: Settings, store: Store, names: Names, *, follow: Callable[[], object]
) -> tuple[str, ...]:
    """Give labels other names, or none, everywhere: in answers, drafts, settings, patterns and guidelines.

    `names` has the new names by the old ones; None takes a label away. `follow` is called while nobody else may be at
    work, for saved rounds to follow. Returns the labels now.

    Raises:
        LoopError: there is no such label, it cannot have the new name, or a session or a trainer is at work.
    """
    for label in names:
        check_known(settings, label)
    now = (names.get(label, label) for label in settings.project.labels)
    labels = tuple(dict.fromkeys(label for label in now if label is not None))
    check_labels(settings, labels)
    with nobody_at_work(paths):
        store.journal.scheme(settings.project.labels)
        store.relabel(labels, names, draft=relabeled)
        finish_relabeling(paths, store)
        follow()
    return labels


@contextmanager
def nobody_at_work(paths: ProjectPaths) -> Iterator[None]:
    """See that nobody goes on with the old labels: no session can be opened before the block is left.

    Raises:
        LoopError: a session or a trainer is at work.
    """
    lock = ProcessLock(paths.session_lock)
    if is_held(paths.trainer_lock) or not lock.acquire():
        raise LoopError(
            "A session or a trainer is at work on this project.",
            hint="Close it first, or wait until the trainer is done: neither learns of new labels while it runs.",
        )
    try:
        yield
    finally:
        lock.release()


def check_labels(settings: Settings, wanted: tuple[str, ...]) -> None:
    """See that these can be the labels.

    Raises:
        LoopError: they cannot.
    """
    if problem := label_problem(wanted):
        raise LoopError(f"The list of labels {problem}", hint=f"The project has {', '.join(settings.project.labels)}.")


def check_known(settings: Settings, label: str) -> None:
    """See that there is such a label.

    Raises:
        LoopError: there is none.
    """
    if label not in settings.project.labels:
        raise LoopError(f"There is no label {label}.", hint=f"The labels are {', '.join(settings.project.labels)}.")
