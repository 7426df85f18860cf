"""A change of labels that was interrupted, brought to its end."""

from __future__ import annotations

from loop.formats.patterns import PATTERNS_NAME, relabel_patterns
from loop.project.guidelines import rename_sections
from loop.settings import ProjectPaths, load_settings
from loop.settings.writing import set_labels
from loop.store import Store


def finish_relabeling(paths: ProjectPaths, store: Store) -> bool:
    """Let loop.cfg, patterns and guidelines follow a change of labels; False when they have, unless it was killed."""
    found = store.unfinished_relabeling()
    if found is None:
        return False
    labels, names = found
    set_labels(paths.cfg, labels, names)
    relabel_patterns(paths.resolve(load_settings(paths.root).project.patterns or PATTERNS_NAME), names)
    rename_sections(paths.guidelines, names)
    store.finish_relabeling()
    return True
