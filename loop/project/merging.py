"""Merge another project that grew apart into this one: all or nothing, and the other one is never changed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from loop.editing.draft import relabeled
from loop.errors import LoopError, StoreError
from loop.project.differences import differences_in_files, differences_in_questions, differences_in_weights
from loop.project.erasing import alone
from loop.project.labels import finish_relabeling
from loop.project.opening import check_store
from loop.settings import ProjectPaths, Settings, load_settings
from loop.store import Store
from loop.store.copying import copy_store, readable_copy
from loop.store.merging import Merged, Merging, merge_into
from loop.store.replacing import replacement

WORK = ".loop.db-merging-"
BEFORE = ".before-merge"


@dataclass(frozen=True, slots=True)
class MergeReport:
    """What a merge did, or would do.

    Attributes:
        rounds: the number of rounds that are trained again.
        differences: what is not the same in the settings, but need not be, in words.
        files: the other project's files that say what this one's do not, each with what to do about it.
        before: the copy of the store as it was; None if nothing was written.
    """

    merged: Merged
    rounds: int
    differences: tuple[str, ...]
    files: tuple[tuple[Path, str], ...]
    before: Path | None


def merge(
    paths: ProjectPaths,
    settings: Settings,
    store: Store,
    other: ProjectPaths,
    *,
    dry_run: bool = False,
    other_seed: bool = False,
    annotators: Mapping[str, str] | None = None,
) -> MergeReport:
    """Bring the texts, answers and events of another project.

    Rounds that learned something after the projects parted are trained again.

    Args:
        paths: this project's.
        settings: this project's.
        store: this project's.
        other: the other project's, which is only read.
        dry_run: change nothing.
        other_seed: accept another seed; rounds are those of this project's, and what either holds out stays held out.
        annotators: what some of the other project's annotators are called here.

    Raises:
        LoopError: the projects contradict each other, this one is in use, or one of them cannot be read or written;
            this one is unchanged.
    """
    theirs = _settings_of(paths, other)
    _check_settings((paths, settings), (other, theirs), other_seed=other_seed)
    how = Merging((settings.project.labels, theirs.project.labels), relabeled, annotators or {})
    with _alone(paths):
        with replacement(paths.db) as old, _work_folder(paths) as folder, _copy_of(other) as their_db:
            new_db = folder / paths.db.name
            copy_store(paths.db, new_db)
            merged = merge_into(new_db, their_db, how)
            before = None if dry_run or not merged.is_new else paths.db.with_name(f"{paths.db.name}{BEFORE}")
            with Store(new_db) as new:
                valid = _valid_rounds(store, new, merged.pretrained)
                new.journal.forget_rounds_after(valid)
                new.copies.note("project that was merged", other.root.resolve())
            rounds = len(store.journal.rounds()) - valid
            if before is not None:
                copy_store(paths.db, before)
                old.put(new_db)
        if before is not None:
            finish_relabeling(paths, store)
    differing = differences_in_files((paths, settings), (other, theirs))
    told = tuple(differences_in_questions(settings, theirs))
    return MergeReport(merged, rounds, told, tuple(differing), before)


@contextmanager
def _alone(paths: ProjectPaths) -> Iterator[None]:
    with alone(paths) as is_alone:
        if not is_alone:
            raise LoopError("This project is in use.", hint="Close the session, or wait for the trainer.")
        yield


def _check_settings(
    here: tuple[ProjectPaths, Settings], there: tuple[ProjectPaths, Settings], *, other_seed: bool
) -> None:
    found = differences_in_weights(here, there, seed=not other_seed)
    if not found:
        return
    same = "These decide the weights: make them the same in both loop.cfg"
    seeds = f"{same}, or pass --other-seed: then this project's counts, and what either holds out stays held out."
    raise LoopError(f"{'; '.join(found)}.", hint=seeds if any("] seed" in each for each in found) else f"{same}.")


def _settings_of(paths: ProjectPaths, other: ProjectPaths) -> Settings:
    if other.root.resolve() == paths.root.resolve():
        raise LoopError("A project cannot be merged with itself.", hint="Name the folder of the other one.")
    settings = load_settings(other.root)
    check_store(other)
    return settings


@contextmanager
def _work_folder(paths: ProjectPaths) -> Iterator[Path]:
    """A private folder beside the store; what killed merges left is removed."""
    for left in (*paths.data.glob(f"{WORK}*"), *paths.data.glob(f".{paths.db.name}{BEFORE}-*")):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    with TemporaryDirectory(prefix=WORK, dir=paths.data) as folder:
        yield Path(folder)


@contextmanager
def _copy_of(other: ProjectPaths) -> Iterator[Path]:
    """A copy of the other store in the present schema, even while the other project is in use.

    Raises:
        StoreError: it cannot be read, or an erasure or a change of labels was interrupted there.
    """
    with readable_copy(other.db) as copy:
        try:
            with Store(copy) as theirs:
                unfinished = theirs.unfinished_erasing() is not None or theirs.unfinished_relabeling() is not None
        except StoreError as error:
            raise StoreError(str(error).replace(str(copy), str(other.db)), hint=error.hint) from None
        if unfinished:
            hint = f"Run `loop -C {other.root} status` to complete it."
            raise StoreError(f"A command in {other.root} was interrupted.", hint=hint)
        yield copy


def _valid_rounds(before: Store, after: Store, pretrained: int | None) -> int:
    """The number of the last round that would come out the same after the merge; weak labels the trainer compares.

    Args:
        before: the store before the merge.
        after: the merged one.
        pretrained: the first round that started from pretrained weights that are lost; None if none did.
    """
    old, new = _Lessons(before), _Lessons(after)
    valid = learned = 0
    for info in before.journal.rounds():
        is_lost = pretrained is not None and info.number >= pretrained
        if is_lost or old.of_round(learned, info.answers) != new.of_round(learned, info.answers):
            break
        valid, learned = info.number, info.answers
    return valid


class _Lessons:
    """What the rounds of a store are trained on."""

    def __init__(self, store: Store) -> None:
        self._store, self._training = store, store.answers.training()
        self._naming = store.journal.naming()

    def of_round(self, learned: int, n: int) -> tuple[object, ...]:
        """The answers after the first `learned`, up to the `n`th: what they are complete for, and their settings.

        Also which of them, and of the next one, count since the same event: these are never in two rounds.
        """
        naming, new = self._naming, self._training[learned:n]
        said = [(each.key, naming.in_force(each.scheme), naming.known(each.scheme)) for each in new]
        together = [one.rank == other.rank for one, other in pairwise(self._training[learned : n + 1])]
        first = self._training[learned:][:1]
        settings = self._store.journal.settings_at(first[0].rank) if first else None
        return said, [i for i, is_same in enumerate(together) if is_same], settings and settings["update"]
