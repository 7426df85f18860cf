"""The config of the final training: spaCy's defaults with the components of `start/`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spacy.cli._util import parse_config_overrides
from spacy.cli.init_config import fill_config, init_config
from spacy.util import load_config, working_dir
from thinc.api import Config

from loop.encoder.component import ENCODER
from loop.errors import InputError, LoopError

START, CONFIG = "start", "config.cfg"
TRAIN, DEV = "train.spacy", "dev.spacy"
# spaCy's 0.1 overfits to few texts: with 200 answers, F1 on dev was 59 with it and 66 with this value.
DROPOUT = 0.4


@dataclass(frozen=True, slots=True)
class Trained:
    """The components of a training.

    Attributes:
        component: the trained one. annotating: those that must run before it.
        in_scoring: those that also run when it is scored.
    """

    component: str
    annotating: tuple[str, ...] = ()
    in_scoring: tuple[str, ...] = ()


def write_config(folder: Path, trained: Trained, overrides: Mapping[str, Any]) -> None:
    """Write `config.cfg`, made by spaCy's own `init config` and `init fill-config`.

    All components come from `start/`. Only the trained one learns; components it does not need do not run.
    """
    start = load_config(folder / START / "config.cfg")
    config = init_config(lang=start["nlp"]["lang"], pipeline=["ner"], optimize="efficiency", gpu=False)
    names: Sequence[str] = start["nlp"]["pipeline"]
    running = (trained.component, *trained.annotating, *trained.in_scoring)
    frozen = [name for name in names if name != trained.component]
    config["nlp"] = start["nlp"] | {"disabled": [name for name in names if name not in running]}
    config["components"] = {name: {"source": START} for name in names}
    config["paths"] |= {"train": TRAIN, "dev": DEV}
    config["initialize"] = {"before_init": {"@callbacks": "spacy.copy_from_base_model.v1"}}
    config["initialize"]["before_init"] |= {"tokenizer": START, "vocab": START}
    if trained.annotating:
        frozen_listeners = {"@callbacks": "frozen_listeners.v1", "component": trained.component}
        config["initialize"]["after_init"] = frozen_listeners
    training = config["training"]
    training |= {"frozen_components": frozen, "annotating_components": list(trained.annotating)}
    training["before_to_disk"] = {"@callbacks": "fresh_pipeline.v1", "start": START, "component": trained.component}
    # As in the rounds: with few texts, averaging the last steps gives a better model than the last step.
    training["optimizer"]["use_averages"] = True
    training["dropout"] = DROPOUT
    config["system"]["gpu_allocator"] = "pytorch" if {*trained.annotating} - {ENCODER} else None
    _fill(folder, config.merge(_nested(overrides)))
    _score_entities_alone(folder / CONFIG)


def _score_entities_alone(file: Path) -> None:
    """Select the best model by its entities alone; by default spaCy weighs all components."""
    config = load_config(file)
    every = dict.fromkeys(config["training"]["score_weights"])
    config["training"]["score_weights"] = every | {"ents_f": 1.0}
    config.to_disk(file, interpolate=False)


def write_own_config(folder: Path, file: Path, overrides: Mapping[str, Any]) -> None:
    """Write `config.cfg` from the user's own config, with the paths of the folder's data.

    Raises:
        InputError: spaCy cannot fill the config.
    """
    try:
        config = load_config(file)
        paths: dict[str, Any] = {"paths": {"train": TRAIN, "dev": DEV}}
        _fill(folder, config.merge(_nested(overrides)).merge(paths))
    except Exception as error:  # spaCy, thinc and registered functions may raise anything
        first_line = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        hint = "Check it with `python -m spacy init fill-config`."
        raise InputError(file, f"is not a valid training config: {first_line}", hint=hint) from error


def overrides_of(arguments: Sequence[str]) -> dict[str, Any]:
    """Overrides of the config, in the form of `spacy train`: `--training.max_steps 2000`.

    Raises:
        LoopError: an argument is not an override.
    """
    for name in arguments[::2]:
        if not name.startswith("--") or "." not in name:
            hint = "Settings of spaCy's config are written like --training.max_steps 2000."
            raise LoopError(f"There is no option {name}.", hint=hint)
    if len(arguments) % 2:
        raise LoopError(f"{arguments[-1]} has no value.", hint="For example: --training.max_steps 2000")
    return dict(parse_config_overrides(list(arguments), env_var=None))


def _fill(folder: Path, config: Config) -> None:
    partial = folder / f"partial-{CONFIG}"
    config.to_disk(partial, interpolate=False)
    with working_dir(folder):  # source paths are relative to it
        fill_config(Path(CONFIG), Path(partial.name), silent=True)
    partial.unlink()


def _nested(overrides: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, value in overrides.items():
        *sections, key = name.split(".")
        place = nested
        for section in sections:
            place = place.setdefault(section, {})
        place[key] = value
    return nested
