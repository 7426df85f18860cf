"""Processes in terminals of their own that are forks of this one: they have imported what would take them a second."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NoReturn

from prompt_toolkit.application import create_app_session


def forked(program: Callable[[], object], env: Mapping[str, str]) -> Callable[[], NoReturn]:
    """What pexpect is to call in the fork (`preexec_fn`), which then runs `program` and ends as a Python would.

    No store that the program opens may be open in the process that forks: SQLite cannot share one with a fork.
    """

    def be() -> NoReturn:
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))  # pexpect waits for the end of a pipe, which an exec would close
        os.environ.clear()
        os.environ.update(env)
        sys.stdin, sys.stdout, sys.stderr = (os.fdopen(n, mode) for n, mode in enumerate("rww"))
        warnings.resetwarnings()
        status = _status_of(program)
        with suppress(OSError):  # the terminal may be gone
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)

    return be


def _status_of(program: Callable[[], object]) -> int:
    try:
        with create_app_session():
            program()
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else left.code is not None
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
        return 1
    return 0
