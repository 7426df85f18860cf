"""A project's last round and the plain model that is distilled from it: how good both are, and how fast."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import spacy
from _common import timed
from spacy.language import Language

from loop.final import FinalTraining, Options, publish, train
from loop.final.comparing import entities_found
from loop.final.folder import POOL_TEXTS
from loop.quality import strict_f1
from loop.settings import ProjectPaths, Settings
from loop.simulate import Gold
from loop.store import Store

TIMED = 1000  # texts of the project that are timed; the first are read before the clock runs
WARMING = 20


class Distillation(NamedTuple):
    """F1 (percent) on the test texts, and words per second, of both; how many texts the teacher labelled."""

    teacher_f1: float
    student_f1: float
    teacher_wps: float
    student_wps: float
    labelled: int
    seconds: float


def distil(
    paths: ProjectPaths,
    settings: Settings,
    test: Gold,
    *,
    pool_texts: int = POOL_TEXTS,
    overrides: Mapping[str, Any] | None = None,
) -> Distillation:
    """Distil a project's last round, and compare the two on texts that neither has learned.

    Args:
        paths: of the project, which stays as it is.
        settings: of the project.
        test: texts with their gold spans.
        pool_texts: how many texts the teacher labels at most.
        overrides: of settings of spaCy's config, such as "training.max_steps".
    """
    with Store(paths.db) as store, TemporaryDirectory(prefix="loop-") as temporary:
        options = Options(distill=True, pool_texts=pool_texts, overrides=overrides or {})
        final, folder = FinalTraining(paths, settings, store), Path(temporary, "distilled")
        seconds, (model, labelled) = timed(lambda: _trained(final, folder, options))
        timing = [text.text for text in store.corpus.sample(TIMED, Random(0))]
        both = [(f1(nlp, test), words_per_second(nlp, timing)) for nlp in map(spacy.load, (final.last, model))]
    (teacher_f1, teacher_wps), (student_f1, student_wps) = both
    return Distillation(teacher_f1, student_f1, teacher_wps, student_wps, labelled, seconds)


def _trained(final: FinalTraining, folder: Path, options: Options) -> tuple[Path, int]:
    written = final.write(folder, options)
    for _ in train(folder):
        pass
    assert written.trained
    assert written.distilled
    return publish(folder, written.trained.component), written.distilled.labelled


def f1(nlp: Language, test: Gold) -> float:
    """F1 (percent) over the spans of all texts."""
    pairs = zip(entities_found(nlp, list(test)), test.values(), strict=True)
    return strict_f1((found, set(spans)) for found, spans in pairs) or 0.0


def words_per_second(nlp: Language, texts: Sequence[str]) -> float:
    """How many tokens a second of one core's time a pipeline reads, tokenizing included."""
    list(nlp.pipe(texts[:WARMING]))
    seconds, words = timed(lambda: sum(len(doc) for doc in nlp.pipe(texts[WARMING:])), time.process_time)
    return float(words / seconds)
