"""The benchmarks, as modules and as commands."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parents[2] / "benchmarks"
NAMES = sorted(path.stem for path in FOLDER.glob("[a-z]*.py"))
PATIENCE = 900.0  # seconds; on a machine with nothing else to do each takes a minute or two


def load(name: str) -> ModuleType:
    """A script as a module, under a name of its own: some are called as packages are."""
    spec = spec_from_file_location(f"benchmark_{name}", FOLDER / f"{name}.py")
    assert spec
    assert spec.loader
    module = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def quick(name: str, data: Path, json: Path, folder: Path) -> str:
    """What a script prints with `--quick`; its temporary files are under `folder`, where it also runs."""
    command = [sys.executable, str(FOLDER / f"{name}.py"), "--quick", "--data", str(data), "--json", str(json)]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | {"TMPDIR": str(folder), "COLUMNS": "250"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            printed, told = process.communicate(timeout=PATIENCE)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    assert process.returncode == 0, f"{name} ended with {process.returncode}:\n{printed}\n{told}"
    return printed
