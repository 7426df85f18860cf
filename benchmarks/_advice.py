"""Simulated projects with all that a project knows about itself, and what the rest of the pool would have brought."""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from random import Random
from typing import Any

from loop.base.pipeline import add_labels
from loop.checkpoints.checkpoints import Checkpoints
from loop.intervals import counts
from loop.learning.evaluate import evaluate
from loop.learning.examples import Examples
from loop.learning.learner import Learner
from loop.learning.update import update
from loop.progress.held_out_gold import evaluated_texts, gold_texts
from loop.progress.novelty import novelty
from loop.records import Answer, Span
from loop.settings import ProjectPaths, Settings
from loop.simulate import Gold, Scenario, scratch, simulate
from loop.store import Store
from loop.trainer.cross_validation import learning_curve
from loop.truth import resolve

Run = dict[str, Any]
# The rest of the pool is learned from in larger rounds, with as many steps per answer.
REST_ROUND = 50
# Every second text to score on measures, as a gold file does, up to so many.
GOLD = 400


def played(pool: Gold, test: Gold, settings: Settings, scenario: Scenario, *, curves: Collection[int] = ()) -> Run:
    """A project with a gold file, and its last model taught with the rest of the pool.

    After as many answers as `curves` says a curve is made by cross-validation.
    """
    settings = replace(settings, project=replace(settings.project, eval="gold.jsonl"))
    with scratch() as paths:
        paths.root.mkdir(exist_ok=True)
        rows = [{"text": text, "spans": [_plain(span) for span in test[text]]} for text in list(test)[::2][:GOLD]]
        paths.resolve("gold.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        scored, expected = [], []
        for row in simulate(paths, settings, pool, test, scenario):
            scored.append(row)
            if row.answers in curves and row.answers < scenario.answers:
                expected.append(_expected(paths, settings))
        with Store(paths.db) as store:
            rounds = list(_rounds(store, settings, paths))
            answered = {text.text for text in store.corpus.texts([a.text_id for a in store.answers.training()])}
        learner = Checkpoints(paths.models).load(rounds[-1]["round"])
    whole = list(_rest(learner, settings, pool, [text for text in pool if text in answered], test))
    return {
        "pool": len(pool),
        "test": [[row.answers, round(row.f1, 2)] for row in scored],
        "rounds": rounds,
        "curves": expected,
        "whole": whole,
    }


def _expected(paths: ProjectPaths, settings: Settings) -> dict[str, Any]:
    """What `loop curve` expects now, and the processor seconds that it takes."""
    began = time.process_time()
    with Store(paths.db) as store:
        expected = learning_curve(paths, settings, store).expected
    return asdict(expected) | {"seconds": round(time.process_time() - began, 1)}


def _plain(span: Span) -> dict[str, Any]:
    return {"start": span.start, "end": span.end, "label": span.label}


def _rounds(store: Store, settings: Settings, paths: ProjectPaths) -> Iterator[dict[str, Any]]:
    """What the project knows of each round; `held` are its counts on the gold texts."""
    gold, labels = gold_texts(store, settings, paths), settings.project.labels
    training = store.answers.training()
    for info in store.journal.rounds():
        found = evaluated_texts(store, gold, info.number)
        table = counts([one.found for one in found], [one.gold.spans for one in found], labels).sum(axis=1)
        yield {
            "round": info.number,
            "answers": info.answers,
            "loss": info.loss,
            "agreement": info.agreement,
            "estimate": dict(info.estimate),
            "held": table.tolist(),
            "new": [[one.new, one.names] for one in novelty(store, training[: info.answers], gold, labels)],
        }


def _rest(
    learner: Learner, settings: Settings, pool: Gold, given: Sequence[str], test: Gold
) -> Iterator[tuple[int, float]]:
    """(answers, F) while the model learns from what is left of the pool, in random order."""
    project, labels = settings.project, settings.project.labels
    rest = Random(f"{project.seed}:rest").sample(sorted(set(pool) - set(given)), len(pool) - len(given))
    answers = [
        (text, Answer(str(i), i, "oracle", "accept", spans=tuple(pool[text]), scheme=1))
        for i, text in enumerate([*given, *rest])
    ]
    add_labels(learner.nlp, list(labels))
    steps = round(settings.update.steps * REST_ROUND / settings.update.round_size)
    larger = replace(settings.update, round_size=REST_ROUND, steps=steps)
    for done in range(len(given) + REST_ROUND, len(pool) + REST_ROUND, REST_ROUND):
        with learner.nlp.memory_zone():
            known = [(text, resolve([answer], {1: labels})) for text, answer in answers[:done]]
            examples = Examples(learner.nlp, known, labels=labels)
            update(learner, examples[-REST_ROUND:], examples, larger, seed=done)
        if done % 500 < REST_ROUND or len(pool) - done < 4 * REST_ROUND:
            with learner.published() as nlp:
                yield min(done, len(pool)), round(evaluate(nlp, test.items(), labels=labels).f1, 2)


def write(path: Path, run: Run) -> None:
    """Keep a finished run."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(run) + "\n", encoding="utf-8")
