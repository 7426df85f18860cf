"""Check a project: its store, its checkpoints, their consistency, and who can read them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from itertools import count, takewhile
from pathlib import Path

from loop.care.defects import Defect
from loop.care.gold import gold_defects
from loop.care.models import checkpoint_defects
from loop.care.patterns import pattern_defects
from loop.errors import LoopError, StoreMissingError
from loop.files import restrict, rights_in, sync
from loop.project import Opened, begin_anew, is_open_to_changes, opened
from loop.settings import ProjectPaths
from loop.store import Problem, Store
from loop.store.checking import is_damaged
from loop.store.copying import readable_copy
from loop.store.salvage import salvage


def examine(paths: ProjectPaths, project: AbstractContextManager[Opened] | None = None) -> Iterator[Defect]:
    """Yield the problems of a project, the most severe first, without changing anything.

    Repair a defect before asking for the next one: an unreadable file hides further problems.

    Args:
        paths: of the project.
        project: opens it; by default without asking whether to trust its code.
    """
    writable = is_open_to_changes(paths)
    for defect in _defects(paths, project or opened(paths, writes=False)):
        yield defect if writable else replace(defect, repair=None)


def _defects(paths: ProjectPaths, project: AbstractContextManager[Opened]) -> Iterator[Defect]:
    if not paths.db.exists() and _new_beside(paths.db).exists():
        yield Defect(f"The repair of {paths.db} was interrupted.", partial(_finish_salvage, paths.db))
    if _is_damaged(paths):
        yield Defect(f"{paths.db} is damaged.", partial(_salvage, paths.db))
    try:
        with project as (_, settings, store):
            for problem in store.problems():
                yield _of_store(store, problem)
            yield from checkpoint_defects(paths, settings, store)
            yield from pattern_defects(paths, settings)
            yield from gold_defects(paths, settings)
    except StoreMissingError as error:
        yield Defect(str(error), partial(_begin_anew, paths), hint=error.hint)
    except LoopError as error:
        yield Defect(str(error), hint=error.hint)
    yield from _rights(paths)


def _is_damaged(paths: ProjectPaths) -> bool:
    if not paths.db.is_file() or paths.db.is_symlink():
        return False
    if is_open_to_changes(paths):
        return is_damaged(paths.db)
    with readable_copy(paths.db) as copy:
        return is_damaged(copy)


def _begin_anew(paths: ProjectPaths) -> str:
    begin_anew(paths)
    return "Created an empty one."


def _of_store(store: Store, problem: Problem) -> Defect:
    if problem.repair is None:
        return Defect(problem.what, hint="A backup may have the original.")

    def repair() -> str:
        store.repair(problem)
        return problem.done

    return Defect(problem.what, repair)


def _salvage(db: Path) -> str:
    """Replace a damaged store by a new one with everything readable; the damaged one is kept."""
    new = _new_beside(db)
    for part in (new, *db.parent.glob(f"{new.name}-*")):
        part.unlink(missing_ok=True)
    done = salvage(db, new)
    kept = _put_in_place(db)
    saved = ", ".join(f"{done.saved[name]:,} {name}" for name in ("answers", "texts", "drafts"))
    lost = ", ".join(f"{n:,} {name}" for name, n in done.lost.items() if n and name in ("answers", "texts", "drafts"))
    return f"Saved {saved}; {f'could not read {lost}' if lost else 'nothing was lost'}. The old one is {kept}."


def _new_beside(db: Path) -> Path:
    return db.with_name(f"{db.name}.new")


def _put_in_place(db: Path) -> Path:
    """Replace the damaged store by the finished new one; return the damaged one's new path.

    The damaged store moves before its log: everybody ignores a log without a store, but a store without its log has
    lost its latest answers. While the store is missing, the new one is complete, so this can be repeated.
    """
    names = (db.with_name(f"{db.name}.damaged-{n}") for n in count(1))
    there = list(takewhile(Path.exists, names))
    kept = db.with_name(f"{db.name}.damaged-{len(there) + 1}") if db.exists() else there[-1]
    for suffix in ("", "-wal", "-shm"):
        old = db.with_name(db.name + suffix)
        if old.exists():
            old.rename(kept.with_name(kept.name + suffix))
    _new_beside(db).rename(db)
    sync(db.parent)
    return kept


def _finish_salvage(db: Path) -> str:
    return f"The new store is in place. The old one is {_put_in_place(db)}."


def _rights(paths: ProjectPaths) -> Iterator[Defect]:
    rights = rights_in(paths.root)
    private = [path for folder in (paths.data, paths.models) for path in (folder, *folder.rglob("*"))]
    there = [path for path in (*private, paths.cfg, paths.guidelines) if path.exists() and not path.is_symlink()]
    wide = [path for path in there if path.stat().st_mode & 0o777 & ~rights.of(path)]

    def close() -> str:
        for path in wide:
            restrict(path, rights)
        return "Removed their access."

    if wide:
        more = f" and {len(wide) - 1} more" if wide[1:] else ""
        yield Defect(f"Others can read or write {wide[0]}{more}.", close)
