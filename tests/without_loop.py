"""A Python that has everything but `loop`."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from importlib.metadata import distributions
from pathlib import Path

from packaging.utils import canonicalize_name


def packages_without_loop(folder: Path) -> Path:
    """A folder of links to all installed packages but `loop`: its metadata would say that it is installed."""
    folder.mkdir()
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if "loop" not in path.name and path.suffix != ".pth":
            (folder / path.name).symlink_to(path)
    return folder


def packages_of(lock: Path, folder: Path) -> Path:
    """A folder of links to the installed packages that a lock file names, and to no other."""
    folder.mkdir()
    locked = {line.split("==")[0] for line in lock.read_text().splitlines() if "==" in line}
    for package in distributions():
        if canonicalize_name(package.name) in locked:
            for top in {file.parts[0] for file in package.files or ()} - {"..", "__pycache__"}:
                (folder / top).symlink_to(str(package.locate_file(top)))
    return folder


def environment_without_loop(folder: Path) -> dict[str, str]:
    """The environment for a Python that is started with -S, and so looks nowhere else."""
    return {**os.environ, "PYTHONPATH": str(packages_without_loop(folder))}


def fresh_python(folder: Path, packages: Path) -> Path:
    """The Python of a new virtual environment that sees these packages; what starts with them (.pth) does not run."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (site,) = folder.glob("lib/python*/site-packages")
    (site / "others.pth").write_text(str(packages))
    return folder / "bin" / "python"


def install(wheel: Path, python: Path) -> None:
    """Install a wheel for this Python, and nothing that it needs."""
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", "-q"]
    subprocess.run([*pip, str(wheel)], check=True, env=plain_environment())


def plain_environment() -> dict[str, str]:
    """The environment without what leads a Python to other packages than its own."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
