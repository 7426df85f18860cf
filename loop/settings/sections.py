"""What `loop.cfg` may hold, with its defaults, bounds and reasons, and the file written from it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from loop.settings.tables import WHY, LabelNote, dumped


class Section:
    """What the sections share, so that a reader can be written once for all of them."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]


def _setting(default: Any, why: str, *, low: float | None = None, high: float | None = None) -> Any:
    """Return a field that carries its comment in `loop.cfg` and its bounds, both inclusive."""
    return field(default=default, metadata={"why": why, "low": low, "high": high})


@dataclass(frozen=True, slots=True)
class ProjectSettings(Section):
    """What is taught, and from where."""

    base: str = _setting(
        "blank:en", "The pipeline that round 0 starts from: blank:LANG, an installed package, or a folder."
    )
    component: str | None = _setting(
        None, "The base's named-entity recognizer to start from, where it has several; null for its first."
    )
    code: str | None = _setting(
        None,
        "A Python file of yours, run before pipelines are loaded: it registers what they need. null for none.",
    )
    labels: tuple[str, ...] = _setting(
        (), "What to find. The order is kept in the model, so append new labels instead of sorting."
    )
    seed: int = _setting(
        0, "The same answers with the same seed give the same weights, bit for bit.", low=0, high=2**32 - 1
    )
    patterns: str | None = _setting(
        None, "Match patterns (jsonl) whose matches are shown as suggestions; null for patterns.jsonl, if it is there."
    )
    eval: str | None = _setting(
        None, "Gold texts (jsonl with spans) to score each round on; they are never learned from. null for none."
    )
    shared: str | None = _setting(
        None, "A group of this machine whose members may use the project, too; null for its owner alone."
    )


@dataclass(frozen=True, slots=True)
class QueueSettings(Section):
    """Which questions are laid out for the annotator."""

    size: int = _setting(60, "Enough that nobody waits for a round, few enough that the choice stays fresh.", low=1)
    random_share: float = _setting(
        0.2, "Share of questions drawn at random (0 to 1), so that the model also meets what it is certain of.",
        low=0, high=1,
    )  # fmt: skip
    revisit_share: float = _setting(
        0.2, "Share of questions about answered texts that may hold a label added since, as long as there are any.",
        low=0, high=1,
    )  # fmt: skip
    again_share: float = _setting(
        0.02, "Share of answered texts asked again, blind, to see how consistent the answers are; never learned from.",
        low=0, high=0.1,
    )  # fmt: skip
    held_out_share: float = _setting(
        0.1, "Share of questions asked only to score each round on, never learned from; none where eval names a file.",
        low=0, high=0.5,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class AcquireSettings(Section):
    """How the doubtful questions are found."""

    strategy: str = _setting(
        "expected_errors",
        "What ranks the pool: the most to correct needs the fewest answers; entropy_per_token is for shorter texts.",
    )
    candidates: int = _setting(
        1000, "Texts read per round, so that a round costs the same in a pool of any size.", low=1
    )
    carried_share: float = _setting(
        0.2, "Share of them about which the last round was most uncertain; the others are random.",
        low=0, high=0.9,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SuggestSettings(Section):
    """First suggestions by another pipeline."""

    pipeline: str | None = _setting(
        None, "A pipeline that sets entities (rules, an LLM, …), as base; its spans are shown at first. null for none."
    )
    until: int = _setting(100, "From so many answers on the model's own suggestions do; it is asked no more.", low=0)


@dataclass(frozen=True, slots=True)
class UpdateSettings(Section):
    """How a round learns."""

    round_size: int = _setting(10, "Answers per round: fewer teach sooner, more cost less training.", low=1)
    steps: int = _setting(
        12, "Updates per round: a third of the time of learning everything anew every 100 answers.", low=1
    )
    batch_size: int = _setting(16, "Texts per update, new and earlier answers together.", low=1)
    new_per_batch: int = _setting(4, "How many of them are this round's; the others keep old answers in mind.", low=1)
    learn_rate: float = _setting(
        0.002,
        "Adam's step: twice spaCy's default gets further with few answers, and averaging calms it.",
        low=1e-12,
        high=1,
    )
    dropout: float = _setting(
        0.2, "Share of the network switched off while it learns, against overfitting.", low=0, high=0.99
    )
    pull_back: float = _setting(
        0.01, "Share of the way back to the base per step: what the base knows of texts of other kinds stays known.",
        low=0, high=1,
    )  # fmt: skip
    rehearsed_per_batch: int = _setting(
        1, "Texts made up of the base's words, beside each batch: a new label leaves names in other texts alone.",
        low=0,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PretrainSettings(Section):
    """What the embeddings learn from the texts alone, in the background; only where the base has no ner of its own."""

    texts: int = _setting(
        10_000, "Texts to learn from, drawn at random from the corpus: some seconds; 0 switches it off.", low=0
    )
    at_least: int = _setting(1000, "From fewer texts than these there is nothing to learn.", low=1)


@dataclass(frozen=True, slots=True)
class CheckpointSettings(Section):
    """Which of the saved rounds stay on disk."""

    keep_last: int = _setting(5, "The newest rounds stay, to go back to.", low=1)
    keep_every: int = _setting(
        10,
        "Of the older ones every n-th stays, so that undoing is quick, and the best.",
        low=1,
    )
    alarm_below: float = _setting(
        95.0, "A label of the base that nobody teaches and that agrees less with the base (F1, percent) is reported.",
        low=0, high=100,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class ScreenSettings(Section):
    """How the terminal is used."""

    mouse: bool = _setting(
        True, "Click and drag as well as keys; while it is on, most terminals select for copying with Shift and drag."
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """All of `loop.cfg`, checked."""

    project: ProjectSettings = ProjectSettings()
    queue: QueueSettings = QueueSettings()
    acquire: AcquireSettings = AcquireSettings()
    suggest: SuggestSettings = SuggestSettings()
    update: UpdateSettings = UpdateSettings()
    pretrain: PretrainSettings = PretrainSettings()
    checkpoints: CheckpointSettings = CheckpointSettings()
    screen: ScreenSettings = ScreenSettings()
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    labels: Mapping[str, LabelNote] = field(default_factory=dict)

    @property
    def held_out_share(self) -> float:
        """The share of questions held out: none where the scores come from gold texts."""
        return 0.0 if self.project.eval is not None else self.queue.held_out_share

    def weights(self) -> dict[str, Any]:
        """Return what bears on the weights: base, labels in their order, seed and [update]."""
        return {
            "base": self.project.base,
            "component": self.project.component,
            "labels": self.project.labels,
            "seed": self.project.seed,
            "update": dataclasses.asdict(self.update),
        }

    def weights_digest(self) -> str:
        """Return a SHA-256 (hex) of what bears on the weights."""
        return hashlib.sha256(json.dumps(self.weights(), sort_keys=True).encode()).hexdigest()


def template(settings: Settings) -> str:
    """Return `settings` as the text of a `loop.cfg`, each value with the reason for it above."""
    lines = ["# The settings of this loop project, in the style of a spaCy config: values are JSON."]
    for section in dataclasses.fields(settings):
        values = getattr(settings, section.name)
        lines += ["", f"[{section.name}]"]
        if section.name in WHY:
            lines += [f"# {WHY[section.name]}", *(f"{name} = {dumped(value)}" for name, value in values.items())]
            continue
        for key in dataclasses.fields(values):
            lines += [f"# {key.metadata['why']}", f"{key.name} = {_dump(getattr(values, key.name))}"]
    return "\n".join(lines) + "\n"


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
