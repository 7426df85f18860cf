"""The command `loop`: parses arguments, calls the packages, prints, and turns errors into exit codes."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from loop.cli.add import add_cli
from loop.cli.annotate import annotate_cli, trainer_cli
from loop.cli.annotators import annotators_cli
from loop.cli.backup import backup_cli
from loop.cli.check import check_cli
from loop.cli.checkpoints import checkpoints_app
from loop.cli.checkpoints_diff import diff_cli  # noqa: F401 (a command of checkpoints_app)
from loop.cli.curve import curve_cli
from loop.cli.demo import demo_cli
from loop.cli.doctor import doctor_cli
from loop.cli.erase import erase_cli
from loop.cli.errors import errors_cli
from loop.cli.export import export_cli
from loop.cli.import_ import import_cli
from loop.cli.init import init_cli
from loop.cli.labels import labels_app
from loop.cli.merge import merge_cli
from loop.cli.package import package_cli
from loop.cli.patterns import patterns_app
from loop.cli.predict import predict_cli
from loop.cli.printing import complain, say
from loop.cli.rebuild import rebuild_cli
from loop.cli.remove import remove_cli
from loop.cli.report import report_cli
from loop.cli.review import review_cli
from loop.cli.simulate import simulate_cli
from loop.cli.status import status_cli
from loop.cli.terms import terms_cli
from loop.cli.train import PASSED_ON, train_cli
from loop.cli.vectors import vectors_cli
from loop.errors import LoopError

__all__ = ["app", "main"]

# Pretty tracebacks show local variables, which may hold texts.
app = typer.Typer(name="loop", no_args_is_help=True, pretty_exceptions_enable=False)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # slow to import

        say(f"loop {version('spacy-loop')}")
        raise typer.Exit


@app.callback()
def project(
    ctx: typer.Context,
    folder: Annotated[
        Path, typer.Option("-C", "--project", metavar="DIR", envvar="LOOP_PROJECT", help="The project's folder.")
    ] = Path(),
    trust_code: Annotated[  # noqa: ARG001  # read where a project is opened
        bool,
        typer.Option("--trust-code", help="Trust the project's own code (`code` in loop.cfg) in its present state."),
    ] = False,
    show_version: Annotated[  # noqa: ARG001  # it is done before any command
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Teach a spaCy pipeline to find the entities in your own texts, with few answers."""
    ctx.obj = folder


# The groups of `loop --help`, in the order in which a project needs them.
_GROUPS: dict[str, dict[str, Callable[..., object] | typer.Typer]] = {
    "Start": {
        "demo": demo_cli,
        "init": init_cli,
        "vectors": vectors_cli,
        "add": add_cli,
        "import": import_cli,
        "remove": remove_cli,
        "labels": labels_app,
        "patterns": patterns_app,
        "terms": terms_cli,
        "simulate": simulate_cli,
    },
    "Annotate": {"annotate": annotate_cli, "annotators": annotators_cli, "trainer": trainer_cli},
    "See": {"status": status_cli, "curve": curve_cli, "report": report_cli},
    "Check": {"check": check_cli, "review": review_cli, "errors": errors_cli},
    "Model": {
        "checkpoints": checkpoints_app,
        "rebuild": rebuild_cli,
        "train": train_cli,
        "package": package_cli,
        "predict": predict_cli,
    },
    "Keep": {
        "export": export_cli,
        "backup": backup_cli,
        "merge": merge_cli,
        "doctor": doctor_cli,
        "erase": erase_cli,
    },
}
for _group, _commands in _GROUPS.items():
    for _name, _command in _commands.items():
        if isinstance(_command, typer.Typer):
            app.add_typer(_command, name=_name, rich_help_panel=_group)
        else:
            context = PASSED_ON if _command is train_cli else None
            app.command(_name, rich_help_panel=_group, context_settings=context)(_command)


def main() -> NoReturn:
    """Run the command line. Exit codes: 0 done, 1 a `LoopError`, 2 wrong usage, 130 Ctrl-C."""
    try:
        app(prog_name="loop")
    except LoopError as error:
        complain(error)
    except Exception as error:
        if os.environ.get("LOOP_DEBUG"):
            raise
        _confess(error)
    sys.exit(1)


def _confess(error: Exception) -> None:
    """Print where an unexpected error came from, but not its message, which may quote a text."""
    for line in traceback.format_tb(error.__traceback__):
        typer.echo(line, nl=False, err=True)
    say(f"Error: {type(error).__name__}, which loop did not expect. This is a bug in loop.", err=True, style="red")
    say("The message is left out because it may quote your texts; LOOP_DEBUG=1 shows it.", err=True)
