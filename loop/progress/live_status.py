"""What a session says of its project at every moment: nothing that takes long, and no numpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from loop.progress.settings_history import settings_of_round
from loop.settings import ProjectPaths, Settings
from loop.store import RoundInfo, Store
from loop.store.locks import is_held
from loop.truth import READING, read_alike

STOPPED = "stopped"
IDLE = "idle"
STARTING = "starting"


@dataclass(frozen=True, slots=True)
class Unlearned:
    """How many answers that train are in no round yet, and how many the next round lacks; 0 when it is due."""

    answers: int
    missing: int

    @property
    def words(self) -> str:
        """What that means where no texts are left, in a sentence; empty where all is learned, or soon will be."""
        if not (self.answers and self.missing):
            return ""
        have = "1 answer has" if self.answers == 1 else f"{self.answers} answers have"
        return f"{have} taught nothing yet: the next round takes {self.missing} more."


def unlearned(store: Store, settings: Settings) -> Unlearned:
    """The answers that wait for the next round."""
    training, rounds = store.answers.training(), store.journal.rounds()
    learned = rounds[-1].answers if rounds else 0
    size = settings_of_round(store, settings, training, learned).round_size
    return Unlearned(max(0, len(training) - learned), max(0, learned + size - len(training)))


def blocked_words(texts: int) -> str:
    """Why so many texts of the pool cannot be asked about, in a clause."""
    left = "the text left belongs" if texts == 1 else f"the {texts:,} texts left belong"
    return f"{left} to groups that were answered on the other side of the held-out line, or to the gold file"


def forgotten(rounds: Sequence[RoundInfo], settings: Settings) -> dict[str, float]:
    """The labels of the base that nobody teaches and the last round finds otherwise than the base; F1 in percent."""
    kept = rounds[-1].kept if rounds else {}
    return {label: f for label, f in kept.items() if f < settings.checkpoints.alarm_below}


def held_words(held: int | None) -> str:
    """That a round is pinned, in a sentence; empty when none is."""
    return "" if held is None else f"round {held} is pinned: answers teach nothing until `loop checkpoints forward`"


def forgotten_words(found: Mapping[str, float]) -> str:
    """The same in a sentence; empty without any."""
    named = ", ".join(f"{label} {f:.0f} %" for label, f in found.items())
    return f"no longer found as the base finds them: {named}" if named else ""


def learned_again_words(store: Store) -> str:
    """That rounds are learned again since this version reads answers otherwise, in a sentence; empty when none are."""
    if store.journal.reading() == READING:
        return ""
    alike = read_alike(store.answers.training())
    again = sum(info.answers > alike for info in store.journal.rounds())
    which = "texts that were answered twice, rejected spans of files, merged labels"
    return f"this version reads some answers otherwise ({which}): {again} rounds are learned again" if again else ""


def trainer_state(store: Store, paths: ProjectPaths) -> str:
    """What the trainer says it is doing, `STOPPED` when none is at work."""
    said = store.journal.trainer()
    if said is not None and said.state.startswith(STOPPED):
        return said.state
    if not is_held(paths.trainer_lock):
        return STOPPED
    return said.state if said is not None else STARTING


def start_of_today() -> datetime:
    """Midnight by the annotator's clock, as a moment in UTC."""
    return datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0).astimezone(timezone.utc)
