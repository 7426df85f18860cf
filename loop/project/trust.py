"""Trust in a project's own code: it runs only if this machine's user has agreed."""

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
SUFFIXES = tuple(all_suffixes())  # of files Python can import


def check_trust(
    paths: ProjectPaths, code: str, *, ask: Callable[[Sequence[Path]], bool] | None = None, trust_code: bool = False
) -> None:
    """Check that the user trusts a project's code in its present state, asking if possible; a yes is remembered.

    Raises:
        LoopError: the code is not trusted.
    """
    files = code_files(paths, code)
    if is_trusted(files):
        return
    if not trust_code and not (ask and ask(files)):
        named = paths.resolve(code)
        raise LoopError(
            f"The project's own code is not trusted yet: {named}{f' and {len(files) - 1} more' * bool(files[1:])}.",
            hint=f"It can do whatever you can. Read it, then trust it once: `loop {FLAG} status`, or trust_code=True.",
        )
    trust(files)


def code_files(paths: ProjectPaths, code: str) -> list[Path]:
    """The file named in the settings, and everything it can import from the project or from its own folder."""
    file = paths.resolve(code).resolve()
    found = {*_modules(paths.root.resolve(), lambda folder: _may_hold_code(folder, paths))}
    if not file.is_relative_to(paths.root.resolve()):
        found |= {*_modules(file.parent, lambda folder: (folder / "__init__.py").is_file())}
    return [file, *sorted(found - {file})]


def _modules(folder: Path, is_entered: Callable[[Path], bool]) -> Iterator[Path]:
    """The modules in a folder and, recursively, in those subfolders that `is_entered` accepts; follows no links."""
    left = [folder]
    while left:
        for path in left.pop().iterdir():
            if path.is_file() and path.name.endswith(SUFFIXES):
                yield path
            elif path.is_dir() and not path.is_symlink() and is_entered(path):
                left.append(path)


def _may_hold_code(folder: Path, paths: ProjectPaths) -> bool:
    """Whether a folder may contain importable modules; it need not be a package with an `__init__.py`."""
    own = folder in (paths.data.resolve(), paths.models.resolve())
    return not (own or folder.name.startswith(".") or (folder / "pyvenv.cfg").is_file())


def is_trusted(files: Sequence[Path]) -> bool:
    """Whether the user has trusted these files in their present state."""
    return _record(files).is_file()


def trust(files: Sequence[Path]) -> None:
    """Remember that the user trusts these files in their present state.

    Raises:
        LoopError: the record cannot be written.
    """
    record = _record(files)
    try:
        make_private(record.parent)
        with replacing(record) as out:
            out.write("".join(f"{file}\n" for file in files).encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise LoopError(
            f"Trust in the code cannot be recorded: {record.parent} cannot be written ({error.strerror}).",
            hint="Set XDG_STATE_HOME to another folder.",
        ) from None


def _record(files: Sequence[Path]) -> Path:
    return _state_home() / FOLDER / _digest(files)


def _digest(files: Iterable[Path]) -> str:
    """One SHA-256 (hex) of names and contents; the first file is the one that runs. Paths do not count."""
    first, *others = files
    named = [[os.path.relpath(file, first.parent), _sum(file)] for file in (first, *others)]
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()


def _sum(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as error:
        raise LoopError(f"{file} cannot be read: {error.strerror}.", hint="Check its permissions.") from None


def _state_home() -> Path:
    """The XDG state directory; a relative XDG_STATE_HOME is ignored, as the specification demands."""
    named = Path(os.environ.get("XDG_STATE_HOME", ""))
    if named.is_absolute():
        return named
    home = expanded("~")
    if not home.is_absolute():
        hint = "Set XDG_STATE_HOME to a folder for the record of trusted code."
        raise LoopError("You have no home folder.", hint=hint)
    return home / ".local" / "state"


def run_code(paths: ProjectPaths, code: str) -> None:
    """Run the project's code file, whose functions pipelines may need.

    Raises:
        InputError: the code raises an error.
    """
    from loop.base.code import import_code

    import_code(paths.resolve(code).resolve())
