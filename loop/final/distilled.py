"""What a distilled model was made from, in its meta so that it travels with the model."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from pathlib import Path

import srsly


@dataclass(frozen=True, slots=True)
class Distilled:
    """What a distilled model was made from.

    Attributes:
        round: the round that was its teacher. weights: the teacher's hash (see `CheckpointInfo`).
        train: how many answered texts it learned from. labelled: how many texts that its teacher labelled.
        dev: how many answered texts selected the best model.
    """

    round: int
    weights: str
    train: int
    labelled: int
    dev: int

    @property
    def words(self) -> str:
        """What it learned from, in words."""
        return f"{self.train:,} answered texts and {self.labelled:,} texts labelled by round {self.round}"


def distilled(pipeline: Path) -> Distilled | None:
    """What the pipeline in a folder was distilled from; None if it was not."""
    known = srsly.read_json(pipeline / "meta.json").get("loop", {}).get("distilled")
    return Distilled(**{field.name: known[field.name] for field in fields(Distilled)}) if known else None


def note_distilled(pipeline: Path, made: Distilled) -> None:
    """Store what a saved pipeline was distilled from."""
    meta = srsly.read_json(pipeline / "meta.json")
    srsly.write_json(pipeline / "meta.json", meta | {"loop": meta.get("loop", {}) | {"distilled": asdict(made)}})
