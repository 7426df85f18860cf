"""Imports the user's own Python code, which a pipeline may need to load."""

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
    """Run the user's Python file, once: it registers functions that pipelines refer to, such as component factories.

    As with `python FILE`, the file can import modules from its own folder; standard and installed modules of the same
    name take precedence.

    Raises:
        InputError: the file raised an error.
    """
    loaded = sys.modules.get(NAME)
    if loaded is not None and Path(loaded.__file__ or "") == file:
        return
    if str(file.parent) not in sys.path:
        sys.path.append(str(file.parent))
    try:
        with _leaving_no_bytecode():
            import_file(NAME, file)
    except Exception as error:  # the user's code may raise anything
        sys.modules.pop(NAME, None)
        hint = f"Try it alone: python {file}"
        raise InputError(file, f"cannot be run ({type(error).__name__}: {error}).", hint=hint) from error


@contextmanager
def _leaving_no_bytecode() -> Iterator[None]:
    """Write no .pyc files: they count as project code, and the user has not trusted these."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


def imported_beside(file: Path) -> list[str]:
    """Names of the modules and packages in the file's folder that it imports, judged by its import statements."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    there = {path.stem for path in file.parent.iterdir() if path.suffix == ".py" or path.is_dir()}
    return sorted(names & there - sys.stdlib_module_names)
