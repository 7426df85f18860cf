"""`loop init`: make a folder a project."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loop.cli.add import YesOption, add
from loop.cli.encoder import EncoderOption, chosen_encoder
from loop.cli.incoming import Incoming, reviewed
from loop.cli.init_like import LikeOption, begin_like, refuse_with_like
from loop.cli.printing import is_interactive, say
from loop.cli.project import opened, paths_of, say_whose_code
from loop.cli.sources import (
    FilePerTextOption,
    FixEncodingOption,
    FormatOption,
    GroupOption,
    NearDuplicatesOption,
    Sources,
    SplitOption,
    StripTagsOption,
    TextFieldOption,
    UnescapeOption,
    cleanings_of,
)
from loop.cli.start_checks import check_start
from loop.cli.terms import review_terms
from loop.cli.vectors import VectorsOption, chosen_vectors
from loop.errors import LoopError
from loop.settings import ProjectPaths, ProjectSettings, Settings, label_problem
from loop.settings.paths import expanded, located

if TYPE_CHECKING:
    from questionary import Question

DEFAULT_BASE = ProjectSettings().base

BaseOption = Annotated[
    str | None,
    typer.Option(metavar="BASE", help="blank:LANG, an installed pipeline, or the folder of one; by default blank:en."),
]
CodeOption = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Python code that registers what the base needs; runs whenever the base is loaded."
    ),
]


def init_cli(
    ctx: typer.Context,
    files: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE]...", help="Texts to add: see `loop add`.")
    ] = None,
    base: BaseOption = None,
    labels: Annotated[str | None, typer.Option(metavar="A,B", help="Labels, separated by commas.")] = None,
    vectors: VectorsOption = None,
    encoder: EncoderOption = None,
    component: Annotated[
        str | None, typer.Option(metavar="NAME", help="The base's recognizer to start from; by default its first.")
    ] = None,
    code: CodeOption = None,
    patterns: Annotated[Path | None, typer.Option(metavar="FILE", help="Match patterns to start with (jsonl).")] = None,
    eval_file: Annotated[
        Path | None, typer.Option("--eval", metavar="FILE", help="Gold texts to evaluate rounds on (jsonl).")
    ] = None,
    split: SplitOption = "none",
    file_per_text: FilePerTextOption = False,
    unescape: UnescapeOption = False,
    strip_tags: StripTagsOption = False,
    fix_encoding: FixEncodingOption = False,
    distinct: NearDuplicatesOption = False,
    group: GroupOption = None,
    format: FormatOption = None,
    text_field: TextFieldOption = "text",
    like: LikeOption = None,
    yes: YesOption = False,
    here: Annotated[bool, typer.Option("--here", help="Allow a folder with other files, or your home folder.")] = False,
) -> None:
    """Make the current folder a project, with settings, guidelines and a corpus."""
    cleanings = cleanings_of(unescape, strip_tags, fix_encoding)
    files = files or []
    sources = Sources(files, split, group, format, text_field, False, None, file_per_text, cleanings, distinct)
    paths = paths_of(ctx)
    named = [Path(name) for name in (*files, base, vectors, encoder, code, patterns, eval_file) if name]
    check_folder(paths, named, here=here)
    if like is not None:
        given = {"base": base, "labels": labels, "vectors": vectors, "encoder": encoder, "component": component}
        refuse_with_like(like, given | {"code": code, "patterns": patterns, "eval": eval_file})
        begin_like(ctx, paths, ProjectPaths(like), sources, yes=yes)
        return
    base, wanted = ask_missing(base, labels)
    say_whose_code(base)
    project = ProjectSettings(
        base=located(base),
        component=component,
        code=in_project(paths, code),
        labels=wanted,
        vectors=chosen_vectors(vectors, base),
        encoder=chosen_encoder(encoder),
        patterns=in_project(paths, patterns),
        eval=in_project(paths, eval_file),
    )
    check_start(project, paths)
    incoming = Incoming(sources, project.base)
    if not yes:
        incoming = reviewed(incoming, changes_base=True)
    if incoming.base != project.base:
        project = replace(project, base=incoming.base, vectors=chosen_vectors(vectors, incoming.base))
        check_start(project, paths)
    make_project(ctx, paths, project, incoming)
    if files:
        offer_terms(ctx, ask=is_interactive() and not yes)


def make_project(ctx: typer.Context, paths: ProjectPaths, project: ProjectSettings, incoming: Incoming) -> None:
    """Create the project with its texts, all or nothing, and say so."""
    from loop.project import created

    has_texts = bool(incoming.sources.files)
    with created(paths, Settings(with_own_paths(project, paths))):
        say_start(project)
        if has_texts:
            with opened(ctx) as (_, settings, store):
                add(paths, settings, store, incoming)
    say(f"{paths.root.resolve()} is now a project. Next: `loop {'annotate' if has_texts else 'add FILE'}`.")


def offer_terms(ctx: typer.Context, *, ask: bool) -> None:
    """Say that terms can be named first and, with `ask`, ask whether to do so now."""
    if not ask:
        say("For a head start, name a few examples of each label first: `loop terms`.")
        return
    import questionary

    if questionary.confirm("Name a few examples of each label now? That takes a minute.", default=True).unsafe_ask():
        with opened(ctx) as (paths, settings, store):
            review_terms(paths, settings, store, {})


def ask_missing(base: str | None, labels: str | None) -> tuple[str, tuple[str, ...]]:
    """Return base and labels, prompting for those not given; without a terminal the base has a default.

    Raises:
        typer.BadParameter: there are no labels, and no terminal to ask for them.
        LoopError: the labels are not a comma-separated list.
    """
    if labels is not None:
        wanted = split_labels(labels)
        if base is None:
            say_installed(wanted)
        return base or DEFAULT_BASE, wanted
    if not is_interactive():
        raise typer.BadParameter("name the labels, for example --labels PERSON,BRAND", param_hint="--labels")
    wanted = split_labels(labels_question().unsafe_ask())
    return base or base_question(say_installed(wanted)).unsafe_ask(), wanted


def say_installed(labels: Sequence[str]) -> str:
    """Say which installed pipelines are of use for these labels; returns the base that is best to start from."""
    from loop.base.installed import installed_pipelines, most_known

    pipelines = installed_pipelines()
    for each in pipelines:
        found = [label for label in labels if label in each.labels]
        offers = [f"finds {', '.join(found)}"] * bool(found) + ["has word vectors"] * each.has_vectors
        if offers:
            say(f"Installed: {each.name} ({each.language}) {' and '.join(offers)}.")
    best = most_known(labels, pipelines)
    if best is None:
        return DEFAULT_BASE
    known = [label for label in labels if label in best.labels]
    say(f"The best start is {best.name} (--base): it finds {', '.join(known)} before your first answer.")
    return best.name


def base_question(default: str) -> Question:
    """Return the prompt for the pipeline to start from."""
    import questionary

    return questionary.text("Start from which pipeline?", default=default)


def say_start(project: ProjectSettings) -> None:
    """Say what the model knows before the first answer."""
    from loop.base.pipeline import adopted, base_folder
    from loop.base.vectors import has_vectors

    taken = adopted(project.base, project.labels)
    if taken:
        say(f"Starts from {project.base}, which finds {', '.join(taken)} already.")
    elif project.vectors is not None and not has_vectors(project.base):
        say(f"Starts from {project.base} with the word vectors {project.vectors}.")
        if base_folder(project.base) is not None:
            say(f"They change doc.vector, similarity and is_oov for the other components of {project.base}, too.")
    if project.encoder is not None:
        say(f"Learns with the encoder {project.encoder}; its models need spacy-loop[encoder] to load.")


def labels_question() -> Question:
    """Return the prompt for the labels; it accepts only valid ones."""
    import questionary

    def judge(typed: str) -> bool | str:
        return "Separate labels with commas." if ";" in typed else label_problem(split_labels(typed)) or True

    return questionary.text("What to find? Labels, separated by commas:", validate=judge)


def split_labels(typed: str) -> tuple[str, ...]:
    """Return the labels in a comma-separated list.

    Raises:
        LoopError: the list is separated by semicolons.
    """
    if ";" in typed:
        raise LoopError(
            f"{typed} is not a list of labels.", hint=f"Separate labels with commas: {typed.replace(';', ',')}"
        )
    return tuple(label.strip() for label in typed.split(","))


def check_folder(paths: ProjectPaths, named: Sequence[Path], *, here: bool) -> None:
    """Refuse a folder that is a project; without `here` also the home folder, or one with files not in `named`.

    Raises:
        LoopError: the folder is refused.
    """
    root = paths.root.resolve()
    if paths.cfg.exists() or paths.db.exists():
        raise LoopError(f"{root} is already a project.", hint="Add texts with `loop add`; settings are in loop.cfg.")
    if here:
        return
    if root == expanded("~").resolve():
        raise LoopError("This is your home folder.", hint="Make a folder for the project, or pass --here.")
    known = {path.resolve() for path in named}
    others = [path for path in _entries(root) if not path.name.startswith(".") and path.resolve() not in known]
    if others:
        problem = f"{root} contains other files, such as {min(others).name}."
        raise LoopError(problem, hint="Make a folder for the project, or pass --here.")


def _entries(root: Path) -> list[Path]:
    if root.exists() and not root.is_dir():
        raise LoopError(f"{root} is not a folder.", hint="Name another with -C DIR.")
    return list(root.iterdir()) if root.exists() else []


def in_project(paths: ProjectPaths, file: Path | None) -> str | None:
    """Return a file's path for loop.cfg: relative if it is in the project, otherwise absolute."""
    if file is None:
        return None
    full, root = file.resolve(), paths.root.resolve()
    return str(full.relative_to(root) if full.is_relative_to(root) else full)


def with_own_paths(project: ProjectSettings, paths: ProjectPaths) -> ProjectSettings:
    """Return the settings for loop.cfg: folders in the project become relative, so that it can be moved."""

    def own(name: str) -> str:
        return str(in_project(paths, Path(name))) if Path(name).is_absolute() else name

    return replace(
        project,
        base=own(project.base),
        vectors=project.vectors and own(project.vectors),
        encoder=project.encoder and own(project.encoder),
    )
