"""The parts of the status that a session shows all the time: fast to compute, without numpy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone

from loop.progress.settings_history import settings_of_round
from loop.settings import ProjectPaths, Settings
from loop.store import RoundInfo, Store
from loop.store.locks import is_held
from loop.truth import RULES_VERSION, same_under_rules_0

STOPPED = "stopped"
IDLE = "idle"
STARTING = "starting"


@dataclass(frozen=True, slots=True)
class Unlearned:
    """The number of answers not in a round yet, and the number missing for the next round; 0 when it is due.

    Attributes:
        pinned: the pinned round, if answers wait for its end.
    """

    answers: int
    missing: int
    pinned: int | None = None

    @property
    def words(self) -> str:
        """A sentence for when no texts are left; empty if everything is learned, or a round is due."""
        if not (self.answers and self.missing):
            return ""
        have, them = ("1 answer has", "it") if self.answers == 1 else (f"{self.answers} answers have", "them")
        then = f"the trainer learns {them} next" if self.pinned is None else f"round {self.pinned} is pinned"
        return f"{have} not been learned yet: {then}."


def unlearned(store: Store, settings: Settings) -> Unlearned:
    """Count the answers that wait for the next round."""
    training, rounds, pinned = store.answers.training(), store.journal.rounds(), store.journal.pinned_round()
    learned = rounds[-1].answers if rounds else 0
    lasting = [info.answers for info in rounds if not info.closing]
    start = lasting[-1] if lasting else 0
    size = settings_of_round(store, settings, training, start).round_size
    return Unlearned(max(0, len(training) - learned), max(0, start + size - len(training)), pinned)


def blocked_words(texts: int) -> str:
    """Why the pool's texts cannot be asked about, in a clause."""
    left = "the text left belongs" if texts == 1 else f"the {texts:,} texts left belong"
    return f"{left} to groups that were answered on the other side of the held-out line, or to the gold file"


def forgotten(rounds: Sequence[RoundInfo], settings: Settings) -> dict[str, float]:
    """The base's untaught labels on which the last round differs from the base, with F1 (percent) between the two."""
    kept = rounds[-1].kept if rounds else {}
    return {label: f for label, f in kept.items() if f < settings.checkpoints.alarm_below}


def pinned_words(pinned: int | None) -> str:
    """A clause about a pinned round; empty if none is pinned."""
    return "" if pinned is None else f"round {pinned} is pinned: new answers wait for `loop checkpoints forward`"


def forgotten_words(found: Mapping[str, float]) -> str:
    """A clause about these labels; empty without any."""
    named = ", ".join(f"{label} {f:.0f}%" for label, f in found.items())
    return f"model differs from the base: {named}" if named else ""


def learned_again_words(store: Store) -> str:
    """A clause about rounds that are trained again because this version interprets answers differently; or empty."""
    if store.journal.rules_version() == RULES_VERSION:
        return ""
    same = same_under_rules_0(store.answers.training())
    again = sum(info.answers > same for info in store.journal.rounds())
    which = "texts that were answered twice, rejected spans of files, merged labels"
    return (
        f"this version interprets some answers differently ({which}): {again} rounds are trained again" if again else ""
    )


def trainer_state(store: Store, paths: ProjectPaths) -> str:
    """The trainer's state in its own words; `STOPPED` if none is running."""
    said = store.journal.trainer()
    if said is not None and said.state.startswith(STOPPED):
        return said.state
    if not is_held(paths.trainer_lock):
        return STOPPED
    return said.state if said is not None else STARTING


def start_of_today() -> datetime:
    """The last midnight in the annotator's time zone, as a time in UTC."""
    return datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0).astimezone(timezone.utc)
