"""The pipeline in the folder `start/` from which the final training starts."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import srsly
from spacy.language import Language

from loop.base.adoption import eraser_of
from loop.base.assembly import assemble, chosen_recognizer
from loop.base.pipeline import (
    COMPONENT,
    add_labels,
    adopted,
    base_folder,
    load_base,
    needed,
    own_component,
    recognizers_of_base,
)
from loop.checkpoints.checkpoint_info import OWN_FOLDER, CheckpointInfo
from loop.checkpoints.checkpoints import Checkpoints, copy_parts
from loop.errors import LoopError
from loop.final.config import START, Trained
from loop.learning.learner import Learner
from loop.settings import ProjectSettings


def write_start(folder: Path, learner: Learner, checkpoints: Checkpoints, labels: Sequence[str]) -> Trained:
    """Write round 0 with a component for all labels; it has learned nothing from answers.

    Args:
        folder: of the training.
        learner: round 0, possibly pretrained; its component gets the labels.
        checkpoints: with round 0, whose other components are copied byte for byte.
        labels: in order.
    """
    source, start = checkpoints.path(0), folder / START
    shutil.copytree(source, start, ignore=shutil.ignore_patterns(COMPONENT, OWN_FOLDER))
    add_labels(learner.nlp, labels)
    own_component(learner.nlp).to_disk(start / COMPONENT, exclude=["vocab"])
    meta = srsly.read_json(start / "meta.json")
    meta["labels"][COMPONENT] = list(own_component(learner.nlp).labels)
    srsly.write_json(start / "meta.json", meta)
    eraser = eraser_of(COMPONENT)
    in_scoring = (eraser,) if eraser in learner.nlp.pipe_names else ()
    return Trained(COMPONENT, annotating=tuple(needed(learner.nlp)), in_scoring=in_scoring)


def student(project: ProjectSettings, folder: Path) -> tuple[Learner, Checkpoints]:
    """Round 0 as it is in a project without an encoder, saved in `folder`, which is not needed afterwards.

    Raises:
        PipelineError: the base or the word vectors are missing or do not load.
    """
    base, labels, seed, component = project.base, project.labels, project.seed, project.component
    learner = Learner(assemble(base, labels, seed=seed, component=component, vectors=project.vectors))
    info = CheckpointInfo(0, base, labels, (), seed, "", adopted=adopted(base, labels), component=component)
    checkpoints = Checkpoints(folder)
    checkpoints.save(learner, info)
    return learner, checkpoints


def write_merged_start(folder: Path, base: str, component: str | None, labels: Collection[str]) -> Trained:
    """Write the base with the labels added to its recognizer; `component` names it if there are several.

    Raises:
        LoopError: the base has no recognizer to merge with.
    """
    nlp = load_base(base)
    name = chosen_recognizer(recognizers_of_base(nlp), component)
    if name is None:
        raise LoopError(
            f"{base} has no named-entity recognizer to merge with; the final pipeline has only one anyway.",
            hint="Drop --merge.",
        )
    start = folder / START
    recognizer: Any = nlp.get_pipe(name)
    shared = _let_go(nlp, name)
    for label in labels:
        recognizer.add_label(label)
    nlp.to_disk(start)
    source = base_folder(base)
    if source:
        copy_parts(source, start, without=[name])
    return Trained(name, annotating=shared)


def _let_go(nlp: Language, name: str) -> tuple[str, ...]:
    """Give a recognizer its own copy of a shared tok2vec; return what it must go on sharing, a transformer."""
    for upstream, component in nlp.pipeline:
        if name in getattr(component, "listening_components", ()):
            if nlp.get_pipe_meta(upstream).factory != "tok2vec":
                return (upstream,)
            nlp.replace_listeners(upstream, name, ["model.tok2vec"])
    return ()
