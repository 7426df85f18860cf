"""Functions of the user's own, which a pipeline may need to load."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spacy.util import import_file

from loop.errors import InputError

NAME = "project_code"


def import_code(file: Path) -> None:
    """Run a Python file of the user's, once: it registers what pipelines name, such as component factories.

    As under `python FILE`, it can import what lies beside it; a module of Python's or an installed one goes before.

    Raises:
        InputError: it cannot be run.
    """
    loaded = sys.modules.get(NAME)
    if loaded is not None and Path(loaded.__file__ or "") == file:
        return
    if str(file.parent) not in sys.path:
        sys.path.append(str(file.parent))
    try:
        with _leaving_no_bytecode():
            import_file(NAME, file)
    except Exception as error:  # it is other people's code: it may raise anything
        sys.modules.pop(NAME, None)
        hint = f"Try it alone: python {file}"
        raise InputError(file, f"cannot be run ({type(error).__name__}: {error}).", hint=hint) from error


@contextmanager
def _leaving_no_bytecode() -> Iterator[None]:
    """Compiled modules count as code of the project: running it must not make new ones, which nobody has trusted."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


def imported_beside(file: Path) -> list[str]:
    """The names of the modules and packages beside a file that it imports, as far as its source says so."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    beside = {path.stem for path in file.parent.iterdir() if path.suffix == ".py" or path.is_dir()}
    return sorted(names & beside - sys.stdlib_module_names)
