"""The sections and keys of `loop.cfg` with defaults, bounds and reasons, and the file written from them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from loop.former_names import attribute
from loop.records import Focus
from loop.settings.tables import WHY, LabelNote, as_setting

# What `vectors` may say beside a pipeline: the tables that come with loop begin with this, and a word for no table.
BUILTIN = "builtin:"
NO_VECTORS = "none"
# What `augment` may say, beside null: names that spaCy registers.
AUGMENTERS = ("spacy.lower_case.v1",)


class Section:
    """Base class of all sections: one reader handles them all."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]


def _setting(default: Any, why: str, *, low: float | None = None, high: float | None = None) -> Any:
    """Return a dataclass field with its comment for `loop.cfg` (`why`) and its inclusive bounds."""
    return field(default=default, metadata={"why": why, "low": low, "high": high})


@dataclass(frozen=True, slots=True)
class ProjectSettings(Section):
    """What to teach, and what to start from."""

    base: str = _setting("blank:en", "The pipeline to start from: blank:LANG, an installed package, or a folder.")
    component: str | None = _setting(
        None, "The base's named-entity recognizer to start from, if it has several; null for its first."
    )
    code: str | None = _setting(
        None,
        "Your Python file, run before pipelines are loaded, to register functions they need; null for none.",
    )
    labels: tuple[str, ...] = _setting(
        (), "The labels to annotate. The model keeps their order, so append new ones instead of sorting."
    )
    vectors: str | None = _setting(
        None,
        'Word vectors to learn with: builtin:en, an installed pipeline that has some, or its folder; "none" for none.',
    )
    vectors_sum: str | None = _setting(
        None, "The SHA-256 of these vectors; with others, nothing is learned. null to accept any."
    )
    encoder: str | None = _setting(
        None,
        "A folder with a frozen encoder to learn with: model.onnx and tokenizer.json; null for none.",
    )
    encoder_sum: str | None = _setting(
        None, "The SHA-256 of this encoder; with another, nothing is learned. null to accept any."
    )
    seed: int = _setting(0, "The same answers and seed give the same weights, bit for bit.", low=0, high=2**32 - 1)
    queue_seed: int | None = _setting(
        None,
        "What questions are drawn with, so that copies of a project ask about other texts; null for the seed.",
        low=0,
        high=2**32 - 1,
    )
    patterns: str | None = _setting(
        None, "Match patterns (jsonl), shown as suggestions; null for patterns.jsonl, if it exists."
    )
    eval: str | None = _setting(
        None, "Gold texts (jsonl with spans) to evaluate each round on, never trained on; null for none."
    )
    shared: str | None = _setting(None, "A user group whose members may use the project, too; null for the owner only.")


@dataclass(frozen=True, slots=True)
class QueueSettings(Section):
    """How the queue of questions is composed."""

    size: int = _setting(60, "Questions per queue: enough that nobody waits, few enough to stay up to date.", low=1)
    random_share: float = _setting(
        0.2, "Share of questions drawn at random (0 to 1), to include texts that the model is certain about.",
        low=0, high=1,
    )  # fmt: skip
    revisit_share: float = _setting(
        0.2, "Share of questions about answered texts that may contain a label added later.",
        low=0, high=1,
    )  # fmt: skip
    repeat_share: float = _setting(
        0.02, "Share of repeats: answered texts asked again, blind, to measure consistency; never trained on.",
        low=0, high=0.1,
    )  # fmt: skip
    held_out_share: float = _setting(
        0.1, "Share of held-out questions, only for evaluating rounds, never trained on; none if `eval` is set.",
        low=0, high=0.5,
    )  # fmt: skip

    again_share = attribute("QueueSettings", "again_share", "repeat_share")


@dataclass(frozen=True, slots=True)
class AcquireSettings(Section):
    """How uncertain questions are selected."""

    strategy: str = _setting(
        "gain_per_second",
        "The acquisition function; gain_per_second saves the annotator's time, expected_errors the number of answers.",
    )
    candidates: int = _setting(
        1000, "Texts scored per round, so that the cost does not depend on the pool's size.", low=1
    )
    carried_share: float = _setting(
        0.2, "Share of these that the last round was most uncertain about; the others are random.",
        low=0, high=0.9,
    )  # fmt: skip
    passages: bool = _setting(
        False, "Ask about the part of each text that is most worth its time; false: only of those over `longest`."
    )
    longest: int = _setting(150, "Most tokens that a question asks about.", low=20)


@dataclass(frozen=True, slots=True)
class SuggestSettings(Section):
    """Initial suggestions from another pipeline."""

    pipeline: str | None = _setting(
        None, "A pipeline (rules, an LLM, …), named like base, whose entities are shown at first; null for none."
    )
    until: int = _setting(100, "It is no longer used after this many answers.", low=0)
    learn: int = _setting(
        0,
        "It reads this many texts before the first answers, to be learned from; 0 for none: it may cost money.",
        low=0,
    )
    local: bool = _setting(
        False, "It runs on this machine: held-out texts that are answered are read by it, too, to score it."
    )
    names: tuple[str, ...] = _setting(
        (), 'What its labels are called here, such as ["PERSON=PER", "GPE=LOC"]; labels of the same name need nothing.'
    )

    @property
    def label_names(self) -> dict[str, str]:
        """The project's labels by those of the pipeline, as `names` has them."""
        pairs = (name.partition("=") for name in self.names)
        return {theirs: ours for theirs, _, ours in pairs}


@dataclass(frozen=True, slots=True)
class UpdateSettings(Section):
    """How a round is trained."""

    round_size: int = _setting(10, "Answers per round: fewer help sooner, more need less training.", low=1)
    steps: int = _setting(
        12, "Updates per round: a third of the time of retraining from scratch every 100 answers.", low=1
    )
    batch_size: int = _setting(16, "Texts per update, new and earlier answers together.", low=1)
    new_per_batch: int = _setting(4, "How many of these are from this round; the others prevent forgetting.", low=1)
    learn_rate: float = _setting(
        0.002,
        "Adam's learning rate: twice spaCy's default learns faster from few answers; averaging smooths it.",
        low=1e-12,
        high=1,
    )
    dropout: float = _setting(
        0.2, "Share of the network dropped out in training, against overfitting.", low=0, high=0.99
    )
    l2_sp: float = _setting(
        0.01, "L2-SP strength: share of the way back to the base per step, to retain what the base knows.",
        low=0, high=1,
    )  # fmt: skip
    rehearsed_per_batch: int = _setting(
        1, "Texts made up from the base's words, added to each batch, so that new labels do not spread to other names.",
        low=0,
    )  # fmt: skip
    weak_until: int = _setting(
        60, "Matches of patterns in unanswered texts are learned from, less with each of so many answers; 0 for never.",
        low=0,
    )  # fmt: skip
    weak_texts: int = _setting(300, "Texts with such weak labels for the model before the first answers.", low=1)
    weak_steps: int = _setting(200, "Updates on them: some seconds in the background.", low=1)
    augment: str | None = _setting(
        None, 'spaCy\'s augmenter "spacy.lower_case.v1": lower-cased copies of texts are learned, too; null for none.'
    )

    pull_back = attribute("UpdateSettings", "pull_back", "l2_sp")

    def recorded(self) -> dict[str, Any]:
        """The settings as the event log has them: what came later is left out where it changes nothing."""
        values = dataclasses.asdict(self)
        return values if self.augment else {name: value for name, value in values.items() if name != "augment"}


@dataclass(frozen=True, slots=True)
class PretrainSettings(Section):
    """How embeddings are pretrained on the texts, in the background; only if the base has no ner."""

    texts: int = _setting(
        10_000, "Texts drawn at random from the corpus; takes some seconds. 0 turns pretraining off.", low=0
    )
    at_least: int = _setting(1000, "No pretraining with fewer texts than this.", low=1)


@dataclass(frozen=True, slots=True)
class CheckpointSettings(Section):
    """Which saved rounds to keep."""

    keep_last: int = _setting(5, "Keep this many of the newest rounds, to go back to.", low=1)
    keep_every: int = _setting(
        10,
        "Of older rounds, keep every n-th, so that undo is quick; the best one always stays.",
        low=1,
    )
    alarm_below: float = _setting(
        95.0, "Report labels of the base whose agreement with the base (F1, percent) falls below this.",
        low=0, high=100,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class AnnotatorsSettings(Section):
    """How several annotators share the work."""

    overlap: float = _setting(
        0.1, "Share of texts that several annotators answer, blind to each other, as soon as there are two of them.",
        low=0, high=1,
    )  # fmt: skip
    answers: int = _setting(2, "How many annotators answer such a text before it teaches or evaluates.", low=2)
    reviewers: tuple[str, ...] = _setting((), "Who may decide in `loop review`, by name; empty for everybody.")


@dataclass(frozen=True, slots=True)
class ScreenSettings(Section):
    """Terminal settings."""

    mouse: bool = _setting(
        True, "Annotate by clicking and dragging, too; to copy text, most terminals then need Shift and drag."
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of `loop.cfg`, checked."""

    project: ProjectSettings = ProjectSettings()
    queue: QueueSettings = QueueSettings()
    acquire: AcquireSettings = AcquireSettings()
    suggest: SuggestSettings = SuggestSettings()
    update: UpdateSettings = UpdateSettings()
    pretrain: PretrainSettings = PretrainSettings()
    checkpoints: CheckpointSettings = CheckpointSettings()
    annotators: AnnotatorsSettings = AnnotatorsSettings()
    screen: ScreenSettings = ScreenSettings()
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    routes: Mapping[str, Focus] = field(default_factory=dict)
    labels: Mapping[str, LabelNote] = field(default_factory=dict)

    @property
    def held_out_share(self) -> float:
        """The share of questions held out: 0 if there is a gold file."""
        return 0.0 if self.project.eval is not None else self.queue.held_out_share

    @property
    def queue_seed(self) -> int:
        """The seed of what is drawn for the queue; weights and held-out texts do not depend on it."""
        return self.project.seed if self.project.queue_seed is None else self.project.queue_seed

    def weights(self) -> dict[str, Any]:
        """Return the settings that affect the weights: base, word vectors, encoder, ordered labels, seed, [update]."""
        features = ("vectors", "vectors_sum", "encoder", "encoder_sum")  # projects without them keep their digests
        named = {name: getattr(self.project, name) for name in features}
        return {name: value for name, value in named.items() if value is not None} | {
            "base": self.project.base,
            "component": self.project.component,
            "labels": self.project.labels,
            "seed": self.project.seed,
            "update": self.update.recorded(),
        }

    def weights_digest(self) -> str:
        """Return a SHA-256 (hex) of the settings that affect the weights."""
        return hashlib.sha256(json.dumps(self.weights(), sort_keys=True).encode()).hexdigest()


def template(settings: Settings) -> str:
    """Return the text of a `loop.cfg` with these settings, each with a comment above."""
    lines = ["# The settings of this loop project, in the style of a spaCy config: values are JSON."]
    for section in dataclasses.fields(settings):
        values = getattr(settings, section.name)
        lines += ["", f"[{section.name}]"]
        if section.name in WHY:
            lines += [f"# {WHY[section.name]}", *(f"{name} = {as_setting(value)}" for name, value in values.items())]
            continue
        for key in dataclasses.fields(values):
            lines += [f"# {key.metadata['why']}", f"{key.name} = {_dump(getattr(values, key.name))}"]
    return "\n".join(lines) + "\n"


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
