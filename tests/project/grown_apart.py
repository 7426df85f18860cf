"""Two projects that grew apart: a copy goes on by itself, and the two are merged in either order."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from trainer_kit import fill, finish
from workshop import workshop_gold

from loop.checkpoints.checkpoints import Checkpoints
from loop.project import create_project, opened
from loop.project.merging import MergeReport, merge
from loop.records import Answer
from loop.settings import ProjectPaths, Settings
from loop.store import NewText, Store
from loop.truth import of_texts

GOLD = workshop_gold(40)
TEXTS = list(GOLD)


def begun(root: Path, settings: Settings, answers: int = 0, *, learned: bool = False) -> ProjectPaths:
    """A project with 40 texts, some of them answered."""
    paths = ProjectPaths(root)
    create_project(paths, settings)
    with at(paths) as store:
        fill(store, answers)
        if learned:
            finish(paths, settings, store)
    return paths


@contextmanager
def at(paths: ProjectPaths) -> Iterator[Store]:
    """The project's store, where a session has been opened."""
    with opened(paths) as (_, settings, store):
        store.journal.settings(settings.weights_digest(), settings.weights())
        store.journal.scheme(settings.project.labels)
        yield store


def copied(paths: ProjectPaths, name: str) -> ProjectPaths:
    return ProjectPaths(Path(shutil.copytree(paths.root, paths.root.with_name(name), symlinks=True)))


def say(store: Store, id_: str, text: str | int, **changes: Any) -> Answer:
    """Answer a text, rightly if nothing else is said."""
    text = TEXTS[text] if isinstance(text, int) else text
    scheme = max(store.journal.schemes())
    answer = Answer(id_, store.corpus.find([text])[text], "ann", "accept", GOLD.get(text, ()), scheme=scheme)
    return store.answers.add(replace(answer, **changes))


def merged(here: ProjectPaths, there: ProjectPaths, **how: Any) -> MergeReport:
    with opened(here) as (paths, settings, store):
        return merge(paths, settings, store, there, **how)


def both_ways(here: ProjectPaths, there: ProjectPaths, **how: Any) -> tuple[ProjectPaths, ProjectPaths]:
    """Each with the other merged into a copy of it."""
    pair = copied(here, "here-merged"), copied(there, "there-merged")
    for one, other in zip(pair, (there, here), strict=True):
        merged(one, other, **how)
    return pair


def log(paths: ProjectPaths) -> list[tuple[Any, ...]]:
    with Store(paths.db) as store:
        return store.journal.events()


def answers(paths: ProjectPaths) -> list[tuple[Any, ...]]:
    """All answers, with what they are about and when they were given."""
    with Store(paths.db) as store:
        return [(store.corpus.texts([one.text_id])[0].text, one) for one in store.answers.all()]


def known(paths: ProjectPaths) -> dict[str, Any]:
    """What is known of each text."""
    with Store(paths.db) as store:
        truths = of_texts(store.answers.standing(), store.journal.schemes())
        return {text.text: truths[text.id] for text in store.corpus.texts(list(truths))}


def texts(paths: ProjectPaths) -> list[Any]:
    with Store(paths.db) as store:
        return store.corpus.matching(())


def learned(paths: ProjectPaths) -> dict[int, str]:
    """The weights of all rounds, when nothing is due any more."""
    with opened(paths) as (_, settings, store):
        finish(paths, settings, store)
        return store.journal.weights()


def kept_rounds(paths: ProjectPaths) -> list[int]:
    return Checkpoints(paths.models).rounds()


def problems(paths: ProjectPaths) -> list[str]:
    with Store(paths.db) as store:
        return [problem.what for problem in store.problems()]


def in_both(pair: tuple[ProjectPaths, ProjectPaths], read: Callable[[ProjectPaths], Any]) -> Any:
    """What can be read in the first project, if it is the same in the second."""
    one, other = (read(paths) for paths in pair)
    assert one == other
    return one


def more(*contents: str, **fields: Any) -> list[NewText]:
    return [NewText(content, **fields) for content in contents]
