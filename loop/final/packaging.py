"""Build a pipeline into an installable wheel with spaCy's package command, without network access."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import spacy
import srsly

from loop.base.adoption import is_hidden
from loop.base.code import imported_beside
from loop.base.pipeline import NER_FACTORIES
from loop.checkpoints.checkpoint_info import OWN_FOLDER
from loop.encoder.component import ENCODER, REQUIREMENT
from loop.errors import LoopError, PipelineError
from loop.files import copy_file, make_private
from loop.final.distilled import Distilled
from loop.former_names import with_former_keys
from loop.intervals import between
from loop.progress.scores import Score, Scores

# Runs in the folder of the package's sources; spaCy requires setuptools anyway.
_BUILD = "from setuptools import build_meta; build_meta.build_wheel('.')"


@dataclass(frozen=True, slots=True)
class About:
    """The metadata of a package.

    Attributes:
        name: without the language prefix. licence: empty for none.
        labels: of the project. answers: number the model learned from. spans: in these answers, by label.
        scores: on held-out texts; None without any.
        weakly: whether the model learned from weak labels, too.
        encoder_licence: of the encoder's files, which the package holds; empty for none.
        distilled: what the model was distilled from; None if it was not.
    """

    name: str
    version: str
    licence: str = ""
    labels: Sequence[str] = ()
    answers: int = 0
    spans: Mapping[str, int] = field(default_factory=dict)
    scores: Scores | None = None
    weakly: bool = False
    encoder_licence: str = ""
    distilled: Distilled | None = None

    @property
    def learned(self) -> str:
        """What the model learned from, in words."""
        if self.distilled:
            return self.distilled.words
        return f"{self.answers:,} answers{' and weak labels' * self.weakly}"


def package_name(words: str) -> str:
    """Turn words into a package name."""
    return re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_") or "pipeline"


def check_about(about: About) -> None:
    """Check a package's name and version.

    Raises:
        LoopError: one of them is invalid.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", about.name):
        raise LoopError(f"{about.name!r} is not a package name.", hint="Use lower-case letters, digits and single _.")
    if not re.fullmatch(r"\d+(\.\d+)*((a|b|rc)\d+)?", about.version):
        raise LoopError(f"{about.version!r} is not a package version.", hint="For example: --version 1.0.0")


def build(model: Path, out: Path, about: About, *, code: Path | None = None) -> Path:
    """Build a wheel of a pipeline; return its path.

    Args:
        model: the folder of the pipeline.
        out: the folder for the wheel, created if missing.
        about: metadata for its meta and its README.
        code: a file with functions the pipeline needs, to include in the package.

    Raises:
        LoopError: name or version is invalid, an encoder's licence is not stated, the code is more than one file, or
            the build fails.
    """
    check_about(about)
    if (model / ENCODER).exists() and not about.encoder_licence:
        raise LoopError(
            "The package would hold the files of the encoder, whose licence is not stated.",
            hint="State it with --encoder-license NAME, or package a model without it: --distill.",
        )
    if code and (others := imported_beside(code)):
        problem = f"{code.name} imports {', '.join(others)}, which a package cannot include."
        raise LoopError(problem, hint="Put all code into one file.")
    with TemporaryDirectory(prefix="loop-package-") as folder:
        staged, sources = Path(folder, "pipeline"), Path(folder, "sources")
        shutil.copytree(model, staged, ignore=shutil.ignore_patterns(OWN_FOLDER))
        meta = _meta(srsly.read_json(model / "meta.json"), about, _recognizers(model))
        srsly.write_json(staged / "meta.json", meta)
        sources.mkdir()
        arguments = ["-m", "spacy", "package", str(staged), str(sources), "--build", "none"]
        _run([*arguments, *(["--code", str(code)] if code else [])], f"spaCy cannot package {model}")
        (main,) = sources.iterdir()
        wheel = _wheel(main)
        return _put(wheel, out)


def _put(wheel: Path, out: Path) -> Path:
    try:
        make_private(out)
        copy_file(wheel, out / wheel.name)
    except OSError as error:
        raise LoopError(f"{out} cannot be written: {error.strerror}.", hint="Name another folder.") from None
    return out / wheel.name


def _wheel(sources: Path) -> Path:
    _run(["-c", _BUILD], "The wheel was not built (setuptools 70.1 is needed)", folder=sources)
    (wheel,) = sources.glob("*.whl")
    return wheel


def _run(arguments: Sequence[str], failure: str, *, folder: Path | None = None) -> None:
    ran = subprocess.run([sys.executable, *arguments], cwd=folder, capture_output=True, text=True)
    said = [line for line in (ran.stderr + ran.stdout).splitlines() if line.strip()]
    if ran.returncode:
        raise PipelineError(f"{failure}: {' '.join(said[-1].split()) if said else 'no reason given'}.")


def _recognizers(model: Path) -> dict[str, Sequence[str]]:
    """Names of the pipeline's entity recognizers, in order, to their labels."""
    meta, config = srsly.read_json(model / "meta.json"), spacy.util.load_config(model / "config.cfg")
    names = [name for name in config["nlp"]["pipeline"] if config["components"][name].get("factory") in NER_FACTORIES]
    return {name: meta["labels"].get(name, ()) for name in names}


def _meta(meta: dict[str, Any], about: About, recognizers: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    said: dict[str, Any] = {"name": about.name, "version": about.version, "license": about.licence}
    said |= {"description": f"Finds {', '.join(about.labels)}; trained on {about.learned}."}
    said |= {"performance": _performance(about.scores), "notes": _notes(about, recognizers)}
    counts = {"answers": about.answers, "spans": dict(about.spans), "labels": list(about.labels)}
    own = meta.get("loop", {}) | counts | {"scores": _intervals(about.scores)}
    return meta | said | {"loop": own}


def _performance(scores: Scores | None) -> dict[str, Any]:
    """Scores as spaCy's own training writes them, from 0 to 1."""
    if scores is None:
        return {}
    per_type = {label: _prf(score) for label, score in scores.labels.items()}
    return {f"ents_{name}": value for name, value in _prf(scores.overall).items()} | {"ents_per_type": per_type}


def _prf(score: Score) -> dict[str, float]:
    return {"p": score.strict.p / 100, "r": score.strict.r / 100, "f": score.strict.f1 / 100}


def _intervals(scores: Scores | None) -> dict[str, Any]:
    if scores is None:
        return {}
    every = {"all": scores.overall, **scores.labels}
    plain = {
        name: {"f1": one.strict.f1, "f1_interval": one.strict.f1_interval, "texts": one.texts, "gold": one.gold}
        for name, one in every.items()
    }
    return dict(with_former_keys(plain))


def _notes(about: About, recognizers: Mapping[str, Sequence[str]]) -> str:
    """The notes at the end of the README."""
    lines = ["### Evaluation", ""]
    if about.scores is None:
        lines += ["Not evaluated: there were no held-out texts.", ""]
    else:
        lines += ["On held-out texts; F1 with its 95% bootstrap interval over texts.", ""]
        lines += [f"All labels: {about.scores.overall.no_interval}.", ""] if about.scores.overall.no_interval else []
        lines += ["| label | F1 | interval | spans | texts |", "|---|---|---|---|---|"]
        every = {"all": about.scores.overall, **about.scores.labels}
        lines += [_row(name, score) for name, score in every.items()]
        lines += [""]
    if about.distilled is None:
        lines += [f"Trained on {about.learned}: {_counts(about.spans)}.", ""]
    else:
        lines += [*_origin(about.distilled), f"The answers contain {_counts(about.spans)}.", ""]
    if about.encoder_licence:
        lines += ["### An encoder", "", _encoder_words(about.encoder_licence), ""]
    if len(recognizers) > 1:
        lines += ["### Several components find entities", "", _several(recognizers), ""]
    return "\n".join(lines)


def _row(name: str, score: Score) -> str:
    f = f"{score.strict.f1:.1f}" if score.enough else "–"
    interval = between(score.strict.f1_interval, "{:.1f} to {:.1f}")
    return f"| {name} | {f} | {interval} | {score.gold:,} | {score.texts:,} |"


def _origin(made: Distilled) -> list[str]:
    """What a distilled model was made from, for the README."""
    words = (
        f"Distilled from round {made.round}: trained on {made.words}, where words that it was unsure of do not count. "
        f"Another {made.dev:,} answered texts selected the best model. It needs nothing but spaCy."
    )
    return ["### A distilled model", "", words, ""]


def _counts(spans: Mapping[str, int]) -> str:
    return ", ".join(f"{n:,} {label}" for label, n in spans.items()) or "no spans"


def _encoder_words(licence: str) -> str:
    return (
        f"The files of a frozen encoder in `{ENCODER}` have a licence of their own: {licence}. "
        f"The pipeline needs `pip install '{REQUIREMENT}'`."
    )


def _several(recognizers: Mapping[str, Sequence[str]]) -> str:
    each = [
        f"`{name}` ({', '.join(label for label in labels if not is_hidden(label))})"
        for name, labels in recognizers.items()
    ]
    return (
        f"In this order: {'; '.join(each)}. Each keeps the entities found before it and adds others around them. "
        "Switch one off with `nlp.select_pipes(disable=…)`; `loop train --merge` combines them into one component."
    )
