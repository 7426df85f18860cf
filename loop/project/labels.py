"""Add, rename, merge and remove a project's labels while nobody uses it; interrupted changes are completed."""

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
from loop.store.locks import is_held
from loop.store.sessions import no_session


def finish_relabeling(paths: ProjectPaths, store: Store) -> bool:
    """Apply an interrupted change of labels to loop.cfg, patterns and guidelines; False if there was none."""
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
    """Append labels to those in loop.cfg and leave its other lines unchanged; return all labels.

    Raises:
        LoopError: a session or a trainer is running with the old labels, or a label is invalid.
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
    """Rename or remove labels everywhere: in answers, drafts, settings, patterns and guidelines.

    `names` maps old names to new ones; None removes a label. `follow` updates the saved rounds; it is called while
    everybody else is locked out. Returns the new labels.

    Raises:
        LoopError: there is no such label, the new name is invalid, or a session or a trainer is running.
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
    """Lock out sessions and trainers for the block, so that nobody continues with the old labels.

    Raises:
        LoopError: a session or a trainer is running.
    """
    with no_session(paths) as is_alone:
        if is_held(paths.trainer_lock) or not is_alone:
            raise LoopError(
                "A session or a trainer is running on this project.",
                hint="Close it first, or wait until the trainer is done: neither notices new labels while it runs.",
            )
        yield


def check_labels(settings: Settings, wanted: tuple[str, ...]) -> None:
    """Check a list of labels.

    Raises:
        LoopError: the list is invalid.
    """
    if problem := label_problem(wanted):
        raise LoopError(f"The list of labels {problem}", hint=f"The project has {', '.join(settings.project.labels)}.")


def check_known(settings: Settings, label: str) -> None:
    """Check that the project has a label.

    Raises:
        LoopError: it has not.
    """
    if label not in settings.project.labels:
        raise LoopError(f"There is no label {label}.", hint=f"The labels are {', '.join(settings.project.labels)}.")
