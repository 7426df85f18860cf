"""Whose code is run: that of a project that came from elsewhere only when somebody on this machine trusts it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.machinery import all_suffixes
from pathlib import Path

from loop.errors import LoopError
from loop.files import make_private, replacing
from loop.settings import ProjectPaths
from loop.settings.paths import expanded

FOLDER = "spacy-loop/trusted-code"
FLAG = "--trust-code"
SUFFIXES = tuple(all_suffixes())  # of files that Python imports


def check_trust(
    paths: ProjectPaths, code: str, *, ask: Callable[[Sequence[Path]], bool] | None = None, trust_code: bool = False
) -> None:
    """See that somebody trusts a project's code as it is now; who is asked and says so is not asked again.

    Raises:
        LoopError: nobody does.
    """
    files = code_files(paths, code)
    if is_trusted(files):
        return
    if not trust_code and not (ask and ask(files)):
        named = paths.resolve(code)
        raise LoopError(
            f"The project's own code is not trusted yet: {named}{f' and {len(files) - 1} more' * bool(files[1:])}.",
            hint=f"It can do whatever you can. Read it, then say so once: `loop {FLAG} status`, or trust_code=True.",
        )
    trust(files)


def code_files(paths: ProjectPaths, code: str) -> list[Path]:
    """The file that a setting names, and all that it can import from the project or from beside it."""
    file = paths.resolve(code).resolve()
    found = {*_modules(paths.root.resolve(), lambda folder: _may_hold_code(folder, paths))}
    if not file.is_relative_to(paths.root.resolve()):
        found |= {*_modules(file.parent, lambda folder: (folder / "__init__.py").is_file())}
    return [file, *sorted(found - {file})]


def _modules(folder: Path, is_entered: Callable[[Path], bool]) -> Iterator[Path]:
    """The modules in a folder and in those of its folders, at any depth, that are to be entered; no link is."""
    left = [folder]
    while left:
        for path in left.pop().iterdir():
            if path.is_file() and path.name.endswith(SUFFIXES):
                yield path
            elif path.is_dir() and not path.is_symlink() and is_entered(path):
                left.append(path)


def _may_hold_code(folder: Path, paths: ProjectPaths) -> bool:
    """A folder need not say that it is a package for its modules to be imported."""
    own = folder in (paths.data.resolve(), paths.models.resolve())
    return not (own or folder.name.startswith(".") or (folder / "pyvenv.cfg").is_file())


def is_trusted(files: Sequence[Path]) -> bool:
    """Whether somebody has said that they trust these files as they are now."""
    return _record(files).is_file()


def trust(files: Sequence[Path]) -> None:
    """Keep that somebody trusts these files as they are now.

    Raises:
        LoopError: it cannot be kept.
    """
    record = _record(files)
    try:
        make_private(record.parent)
        with replacing(record) as out:
            out.write("".join(f"{file}\n" for file in files).encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise LoopError(
            f"That the code is trusted cannot be kept: {record.parent} cannot be written ({error.strerror}).",
            hint="XDG_STATE_HOME names another folder for it.",
        ) from None


def _record(files: Sequence[Path]) -> Path:
    return _state_home() / FOLDER / _digest(files)


def _digest(files: Iterable[Path]) -> str:
    """One SHA-256 (hex) of names and contents; the first file is the one that is run. Where they lie does not count."""
    first, *others = files
    named = [[os.path.relpath(file, first.parent), _sum(file)] for file in (first, *others)]
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()


def _sum(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise LoopError(f"{file} cannot be read: {error.strerror}.", hint="Check its permissions.") from None


def _state_home() -> Path:
    """Where programs keep what is neither a setting nor a cache (XDG base directories); a relative path is ignored."""
    named = Path(os.environ.get("XDG_STATE_HOME", ""))
    if named.is_absolute():
        return named
    home = expanded("~")
    if not home.is_absolute():
        hint = "XDG_STATE_HOME names a folder in which it is kept which code is trusted."
        raise LoopError("You have no home folder.", hint=hint)
    return home / ".local" / "state"


def run_code(paths: ProjectPaths, code: str) -> None:
    """Run the user's own functions, which pipelines may need.

    Raises:
        InputError: they cannot be run.
    """
    from loop.base.code import import_code

    import_code(paths.resolve(code).resolve())
