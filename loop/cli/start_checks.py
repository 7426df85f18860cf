"""Check what a project is to start from, before it is created."""

from __future__ import annotations

from pathlib import Path

from loop.cli.remarks import say_gold
from loop.errors import LoopError
from loop.settings import ProjectPaths, ProjectSettings, label_problem


def check_start(project: ProjectSettings, paths: ProjectPaths) -> None:
    """Check that a session can work with the labels, the base, the patterns and the gold texts.

    Raises:
        LoopError: it cannot; the message says what is wrong and where.
    """
    from loop.base.assembly import assemble, chosen_recognizer
    from loop.base.pipeline import base_folder, base_labels, load_base, recognizers_in
    from loop.formats import read_gold
    from loop.patterns.matching import Patterns
    from loop.project import run_code

    problem = label_problem(project.labels)
    if problem:
        raise LoopError(f"--labels {problem}", hint="For example: --labels PERSON,BRAND")
    if project.code:
        run_code(paths, str(existing(paths.resolve(project.code))))
    base_labels(project.base)
    chosen_recognizer(recognizers_in(project.base), project.component)
    if base_folder(project.base) is None or project.patterns is not None:
        nlp = load_base(project.base)
        if project.patterns is not None:
            file = existing(paths.resolve(project.patterns))
            Patterns(nlp, file, labels=project.labels)
    if project.encoder is not None:
        assemble(project.base, project.labels, seed=project.seed, component=project.component, encoder=project.encoder)
    if project.eval is not None:
        file = paths.resolve(project.eval)
        say_gold(file, read_gold(file), load_base(project.base), project.labels)


def existing(file: Path) -> Path:
    """Return `file` if it exists.

    Raises:
        LoopError: there is no such file.
    """
    if not file.is_file():
        raise LoopError(f"There is no file {file}.", hint="Check its name.")
    return file
