"""Where the parts of a project lie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

CFG_NAME = "loop.cfg"
PATTERNS_NAME = "patterns.jsonl"


@dataclass(frozen=True, slots=True)
class ProjectPaths:
    """Where the parts of a project lie under its folder `root`."""

    root: Path

    @property
    def cfg(self) -> Path:
        """The settings."""
        return self.root / CFG_NAME

    @property
    def guidelines(self) -> Path:
        """What the annotators agreed on."""
        return self.root / "guidelines.md"

    @property
    def data(self) -> Path:
        """The store, its companions and exports."""
        return self.root / "data"

    @property
    def db(self) -> Path:
        """The store."""
        return self.data / "loop.db"

    @property
    def models(self) -> Path:
        """The checkpoints."""
        return self.root / "models"

    @property
    def session_lock(self) -> Path:
        """Held by the one session at work."""
        return self.data / "session.lock"

    @property
    def trainer_lock(self) -> Path:
        """Held by the one trainer at work."""
        return self.data / "trainer.lock"

    @property
    def trainer_log(self) -> Path:
        """What the trainer has to say; never text of the corpus."""
        return self.data / "trainer.log"

    def pipeline(self, name: str) -> str:
        """Return the pipeline that a setting names: the full name of a folder in the project, or `name` as it is."""
        folder = self.root / name
        return str(folder.resolve()) if (folder / "config.cfg").is_file() else name

    def patterns(self, name: str | None) -> Path:
        """Return the file of patterns that a setting names, or the usual one; it need not be there."""
        return self.resolve(name or PATTERNS_NAME)

    def resolve(self, name: str) -> Path:
        """Return the file that a setting names: relative to the project, or absolute."""
        return self.root / name


def expanded(name: str) -> Path:
    """Return the path of a name that may begin with ~; one of somebody whom the system does not know stays as it is."""
    try:
        return Path(name).expanduser()
    except RuntimeError:
        return Path(name)
