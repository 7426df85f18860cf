"""Is a project sound: its store, its checkpoints, what the two say of each other, and who can read them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path

from loop.care.findings import Finding
from loop.care.models import checkpoint_findings
from loop.errors import LoopError
from loop.files import restrict, rights_in
from loop.settings import ProjectPaths, load_settings
from loop.store import Problem, Store
from loop.store.checking import is_damaged
from loop.store.salvage import salvage


def examine(paths: ProjectPaths) -> Iterator[Finding]:
    """Yield what is wrong with a project, the gravest first; nothing is changed.

    A finding is to be repaired, or not, before the next is asked for: what cannot be read hides what is behind it.
    """
    if paths.db.exists() and is_damaged(paths.db):
        yield Finding(f"{paths.db} is damaged.", partial(_salvage, paths.db))
    try:
        settings = load_settings(paths.root)
        with Store(paths.db) as store:
            for problem in store.problems():
                yield _of_store(store, problem)
            yield from checkpoint_findings(paths, settings, store)
    except LoopError as error:
        yield Finding(str(error), hint=error.hint)
    yield from _rights(paths)


def _of_store(store: Store, problem: Problem) -> Finding:
    if problem.repair is None:
        return Finding(problem.what, hint="A backup may have it as it was.")

    def repair() -> str:
        store.repair(problem)
        return "Put right."

    return Finding(problem.what, repair)


def _salvage(db: Path) -> str:
    """Put a new store with all that can be read in the place of a damaged one, which stays beside it."""
    new = db.with_name(f"{db.name}.new")
    for part in (new, *db.parent.glob(f"{new.name}-*")):
        part.unlink(missing_ok=True)
    done = salvage(db, new)
    kept = next(path for n in count(1) if not (path := db.with_name(f"{db.name}.damaged-{n}")).exists())
    for suffix in ("-wal", "-shm", ""):
        old = db.with_name(db.name + suffix)
        if old.exists():
            old.rename(kept.with_name(kept.name + suffix))
    new.rename(db)
    saved = ", ".join(f"{done.saved[name]:,} {name}" for name in ("answers", "texts", "drafts"))
    lost = ", ".join(f"{n:,} {name}" for name, n in done.lost.items() if n and name in ("answers", "texts", "drafts"))
    return f"Saved {saved}; {f'could not read {lost}' if lost else 'nothing of them was lost'}. The old one is {kept}."


def _rights(paths: ProjectPaths) -> Iterator[Finding]:
    rights = rights_in(paths.root)
    private = [path for folder in (paths.data, paths.models) for path in (folder, *folder.rglob("*"))]
    there = [path for path in (*private, paths.cfg, paths.guidelines) if path.exists() and not path.is_symlink()]
    wide = [path for path in there if path.stat().st_mode & 0o777 & ~rights.of(path)]

    def close() -> str:
        for path in wide:
            restrict(path, rights)
        return "Closed to them."

    if wide:
        more = f" and {len(wide) - 1} more" if wide[1:] else ""
        yield Finding(f"Others can read or write {wide[0]}{more}.", close)
