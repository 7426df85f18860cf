"""The paths within a project."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CFG_NAME = "loop.cfg"
PATTERNS_NAME = "patterns.jsonl"


@dataclass(frozen=True, slots=True)
class ProjectPaths:
    """The paths within a project whose folder is `root`."""

    root: Path

    @property
    def cfg(self) -> Path:
        """The settings file."""
        return self.root / CFG_NAME

    @property
    def guidelines(self) -> Path:
        """The annotation guidelines."""
        return self.root / "guidelines.md"

    @property
    def data(self) -> Path:
        """The folder of the store, its accompanying files and exports."""
        return self.root / "data"

    @property
    def db(self) -> Path:
        """The store."""
        return self.data / "loop.db"

    @property
    def features(self) -> Path:
        """The features that an encoder has computed for the texts."""
        return self.data / "features.db"

    @property
    def models(self) -> Path:
        """The checkpoints."""
        return self.root / "models"

    @property
    def session_lock(self) -> Path:
        """The lock file of who opens a session, or lets nobody open one."""
        return self.data / "session.lock"

    @property
    def sessions(self) -> Path:
        """The folder with a file of each open session."""
        return self.data / "sessions"

    @property
    def trainer_lock(self) -> Path:
        """The lock file of the running trainer."""
        return self.data / "trainer.lock"

    @property
    def trainer_log(self) -> Path:
        """The trainer's log; it never contains corpus text."""
        return self.data / "trainer.log"

    def pipeline(self, name: str) -> str:
        """Return the pipeline for a setting: the full path if it names a folder in the project, else `name` itself."""
        folder = self.root / name
        return str(folder.resolve()) if (folder / "config.cfg").is_file() else name

    def patterns(self, name: str | None) -> Path:
        """Return the pattern file for a setting, or the default one; it need not exist."""
        return self.resolve(name or PATTERNS_NAME)

    def resolve(self, name: str) -> Path:
        """Return the path for a setting; a relative one is relative to the project."""
        return self.root / name


def expanded(name: str) -> Path:
    """Expand a leading ~ in a path; the ~ of an unknown user stays as it is."""
    try:
        return Path(name).expanduser()
    except RuntimeError:
        return Path(name)


def located(base: str) -> str:
    """Return the absolute path of a base that is a folder; other bases stay unchanged."""
    return str(expanded(base).resolve()) if expanded(base).is_dir() else base
