"""Simulated projects with what `loop status` says of them on the way, and what all of their pool would have taught."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from _confidence import confidences
from _data import base_of, labels_of, splits
from spacy.language import Language

from loop.base.pipeline import add_labels
from loop.checkpoints.checkpoints import Checkpoints
from loop.intervals import counts
from loop.learning.evaluate import predicted_spans
from loop.learning.examples import Examples
from loop.learning.matrix_products import use_fast_products
from loop.learning.update import update
from loop.progress import progress
from loop.progress.panel import panel
from loop.records import Answer
from loop.settings import ProjectPaths, ProjectSettings, Settings
from loop.simulate import Gold, Scenario, scratch, simulate
from loop.store import Store
from loop.truth import resolve

# After so many answers it is noted what the project says. Its labels have so many examples before the first.
EVERY, EXAMPLES = 20, 5
# All of a pool is learned in rounds of so many texts, with as many steps a text as by default, after a few answers.
WHOLE_ROUND, WHOLE_BEGIN = 100, 20
# Its F1 is the mean of the last ones: one round's is noise.
LAST = 3

Counts = list[list[int]]
"""Of each label the numbers of correct, predicted and gold entities."""


class Job(NamedTuple):
    """A project on a set, scored on a split, with so many answers; or `whole`, a model that learns all of its pool."""

    set: str
    split: str
    seed: int
    answers: int
    whole: bool = False


def perform(job: Job, data: Path) -> dict[str, Any]:
    """One project with what it says after every `EVERY` answers, or the scores with the whole pool."""
    use_fast_products()
    pool, test = splits(data, job.set, job.split)
    vectors = "builtin:en" if base_of(job.set) == "blank:en" else None
    labels = labels_of(pool, test)
    settings = Settings(project=ProjectSettings(base=base_of(job.set), labels=labels, seed=job.seed, vectors=vectors))
    answers = min(job.answers, len(pool))
    with scratch() as paths:
        if job.whole:
            return {"whole": list(whole(paths, settings, pool, test))[-LAST:]}
        scenario = Scenario(answers, every=EVERY, examples=EXAMPLES, holds_out=True)
        rows = [
            said(paths, settings, test) | {"answers": row.answers}
            for row in simulate(paths, settings, pool, test, scenario)
        ]
        return {"pool": len(pool), "labels": labels, "rows": rows, "confidence": confidences(paths, test)}


def said(paths: ProjectPaths, settings: Settings, test: Gold) -> dict[str, Any]:
    """What the panel says now, and the counts of the newest model on texts that the project does not know."""
    kept = Checkpoints(paths.models)
    with Store(paths.db) as store:
        now = progress(store, settings, paths)
    shown = panel(now)
    strict = shown.score and shown.score.strict
    return {
        "test": scored(kept.published(kept.in_force()), test, settings.project.labels),
        "kind": shown.kind,
        "pool": shown.left,
        "f1": [strict.f1, *strict.f1_interval] if strict and strict.f1_interval else None,
        "gain": shown.gain,
        "rest": now.advice.rest,
        "labels": dict(now.advice.labels),
        "new": {one.label: one.share for one in now.novelty if one.is_told},
    }


def scored(nlp: Language, test: Gold, labels: Sequence[str]) -> Counts:
    """The counts of a model on the texts to score on."""
    table = counts(predicted_spans(nlp, list(test)), list(test.values()), labels).sum(axis=0)
    return [row[:3] for row in table.tolist()]


def whole(paths: ProjectPaths, settings: Settings, pool: Gold, test: Gold) -> Iterator[Counts]:
    """The counts of a model that has begun as a project does while it learns the rest of the pool in random order."""
    for _ in simulate(paths, settings, pool, test, Scenario(WHOLE_BEGIN, every=WHOLE_BEGIN, examples=EXAMPLES)):
        pass
    with Store(paths.db) as store:
        given = [text.text for text in store.corpus.texts([one.text_id for one in store.answers.training()])]
    kept = Checkpoints(paths.models)
    learner, labels = kept.load(kept.in_force()), settings.project.labels
    add_labels(learner.nlp, list(labels))
    rest = sorted(set(pool) - set(given))
    order = [*given, *Random(f"{settings.project.seed}:rest").sample(rest, len(rest))]
    known = [
        (text, resolve([Answer(str(n), n, "oracle", "accept", spans=tuple(pool[text]), scheme=1)], {1: labels}))
        for n, text in enumerate(order)
    ]
    size = settings.update.round_size
    larger = replace(settings.update, round_size=WHOLE_ROUND, steps=settings.update.steps * WHOLE_ROUND // size)
    ends = [*range(len(given) + WHOLE_ROUND, len(pool), WHOLE_ROUND), len(pool)]
    for begin, end in zip((len(given), *ends), ends, strict=False):
        with learner.nlp.memory_zone():
            examples = Examples(learner.nlp, known[:end], labels=labels)
            update(learner, examples[begin - end :], examples, larger, seed=end)
        if end in ends[-LAST:]:
            with learner.published() as nlp:
                yield scored(nlp, test, labels)
