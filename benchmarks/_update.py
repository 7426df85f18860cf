"""Gold answers in random order, and the ways to learn from them that `update.py` compares; no store, no questions."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

from _data import rows, spans_of
from spacy.training import Example
from spacy.util import minibatch
from thinc.api import Adam, fix_random_seed

from loop.base.assembly import assemble
from loop.base.pipeline import add_labels, own_component
from loop.learning.evaluate import evaluate
from loop.learning.examples import Examples
from loop.learning.learner import Learner
from loop.learning.update import update
from loop.records import Answer, Span
from loop.settings import UpdateSettings
from loop.truth import Truth, resolve

Gold = list[tuple[str, tuple[Span, ...]]]

# What the choice is made on where the pool is train and dev together.
HELD_OUT = 100


@dataclass(frozen=True)
class Task:
    """Answers in the order in which they are given, and the texts to score on, never asked about."""

    name: str
    answers: Gold
    scored_on: Gold
    labels: tuple[str, ...]
    base: str = "blank:en"

    def learner(self, seed: int) -> Learner:
        """The pipeline before the first answer."""
        return Learner(assemble(self.base, self.labels, seed=seed))

    def f(self, learner: Learner) -> float:
        """F of what would be published."""
        with learner.published() as nlp:
            return evaluate(nlp, self.scored_on, labels=self.labels).f1


@dataclass(frozen=True)
class Outcome:
    """F1 after so many answers, and the processor seconds of training until then."""

    answers: int
    f1: float
    seconds: float


def task(data: Path, name: str, *, seed: int, test: bool = False) -> Task:
    """The pool of a data set in an order of its own for each seed; scored on dev, or on test at the very end.

    crossner_ai has only 100 texts to train on: train and dev together are its pool, but for 100 to choose by.
    """
    train, dev = _gold(data / name / "train.jsonl"), _gold(data / name / "dev.jsonl")
    labels = tuple(sorted({span.label for _, spans in train + dev for span in spans}))
    if name == "crossner_ai":
        both = train + dev
        Random("held out").shuffle(both)
        dev, train = both[:HELD_OUT], both[HELD_OUT:]
    answers = list(train)
    Random(seed).shuffle(answers)
    return Task(name, answers, _gold(data / name / "test.jsonl") if test else dev, labels)


def _gold(path: Path) -> Gold:
    return [(row["text"], spans_of(row)) for row in rows(path)]


def in_rounds(
    task: Task,
    settings: UpdateSettings,
    *,
    seed: int,
    at: Collection[int],
    from_averages: bool = False,
    afresh_every: int = 0,
) -> Iterator[Outcome]:
    """Learn as rounds do, `round_size` answers at a time, and say how it stands after `at` answers.

    Args:
        task: what is learned.
        settings: of the rounds.
        seed: of the weights and rounds.
        at: numbers of answers.
        from_averages: a round starts from what was published, not from the raw weights.
        afresh_every: after so many answers a round starts from the base, with the steps of all rounds so far; 0 for
            never.
    """
    learner, seconds = task.learner(seed), 0.0
    for n in range(settings.round_size, max(at) + 1, settings.round_size):
        started = time.process_time()
        given = answered(task.answers[:n])
        if afresh_every and n % afresh_every == 0:
            learner = task.learner(seed)
            anew(learner, given, task.labels, settings, seed=seed)
        else:
            if from_averages:
                publish_for_good(learner)
            one_round(learner, given, task.labels, settings, seed=seed)
        seconds += time.process_time() - started
        if n in at:
            yield Outcome(n, task.f(learner), seconds)


def one_round(
    learner: Learner,
    given: Sequence[tuple[str, Answer]],
    labels: Sequence[str],
    settings: UpdateSettings,
    *,
    seed: int,
) -> None:
    """The round that the last `round_size` of the answers given are for, as `Rounds.learn` does it."""
    add_positive(learner, labels, given)
    with learner.nlp.memory_zone():
        examples = Examples(learner.nlp, known(given, labels), labels=labels)
        new = examples[-settings.round_size :]
        round_seed = Random(f"{seed}:round:{len(given) // settings.round_size}").getrandbits(32)
        update(learner, new, examples, settings, seed=round_seed)


def anew(
    learner: Learner,
    given: Sequence[tuple[str, Answer]],
    labels: Sequence[str],
    settings: UpdateSettings,
    *,
    seed: int,
) -> None:
    """Learn all answers at once, in as many steps as the rounds so far would have taken."""
    add_positive(learner, labels, given)
    with learner.nlp.memory_zone():
        examples = Examples(learner.nlp, known(given, labels), labels=labels)
        steps = settings.steps * len(given) // settings.round_size
        update(learner, examples, examples, replace(settings, steps=steps), seed=seed)


def publish_for_good(learner: Learner) -> None:
    """Let the raw weights be the averages."""
    for node in own_component(learner.nlp).model.walk():
        for name in node.param_names:
            if (node.id, name) in learner.averages:
                node.set_param(name, learner.averages[node.id, name].copy())


def answered(gold: Gold) -> list[tuple[str, Answer]]:
    """Gold texts as complete answers."""
    return [
        (text, Answer(str(i), i, "oracle", "accept", spans=spans, scheme=1)) for i, (text, spans) in enumerate(gold)
    ]


def add_positive(learner: Learner, labels: Sequence[str], given: Sequence[tuple[str, Answer]]) -> None:
    """Let the component know the labels that some answer has a span of."""
    positive = {span.label for _, answer in given for span in answer.spans}
    add_labels(learner.nlp, [label for label in labels if label in positive])


def naive(task: Task, *, seed: int, at: Collection[int]) -> Iterator[Outcome]:
    """The loop of many a tutorial: each answer passed to spaCy's update once, with its default optimizer."""
    learner, seconds = task.learner(seed), 0.0
    optimizer = _default_optimizer()
    fix_random_seed(seed)
    for n in range(1, max(at) + 1):
        started = time.process_time()
        given = answered(task.answers[n - 1 : n])
        add_positive(learner, task.labels, given)
        own = own_component(learner.nlp)
        if own.labels:
            own.update(_examples(task, learner, given), drop=0.1, sgd=optimizer, losses={})
        seconds += time.process_time() - started
        if n in at:
            yield Outcome(n, task.f(learner), seconds)


@dataclass(frozen=True)
class FromScratch:
    """F of the best epoch by the held-out tenth, of the last epoch, and the processor seconds of both together."""

    best: float
    last: float
    seconds: float


def from_scratch(task: Task, n: int, *, seed: int, epochs: int = 25, batch_size: int = 16) -> FromScratch:
    """Train anew on nine tenths of the first n answers, as `spacy train` does with its default settings."""
    started = time.process_time()
    rng = Random(seed)
    fix_random_seed(seed)
    gold = rng.sample(task.answers[:n], n)
    held_out, train = gold[: n // 10], answered(gold[n // 10 :])
    learner = task.learner(seed)
    add_positive(learner, task.labels, train)
    examples = _examples(task, learner, train)
    optimizer = _default_optimizer()
    best, weights = -1.0, b""
    for _ in range(epochs):
        rng.shuffle(examples)
        for batch in minibatch(examples, batch_size):
            own_component(learner.nlp).update(batch, drop=0.1, sgd=optimizer, losses={})
        f = evaluate(learner.nlp, held_out, labels=task.labels).f1
        if f > best:
            best, weights = f, learner.raw()
    seconds = time.process_time() - started
    last = task.f(learner)
    own_component(learner.nlp).model.from_bytes(weights)
    return FromScratch(task.f(learner), last, seconds)


def _examples(task: Task, learner: Learner, given: Sequence[tuple[str, Answer]]) -> list[Example]:
    return list(Examples(learner.nlp, known(given, task.labels), labels=task.labels))


def known(given: Sequence[tuple[str, Answer]], labels: Sequence[str]) -> list[tuple[str, Truth]]:
    """What answers that are asked about all labels say of their texts."""
    return [(text, resolve([answer], {1: labels})) for text, answer in given]


def _default_optimizer() -> Any:
    return Adam(0.001, L2=0.01, grad_clip=1.0, L2_is_weight_decay=True)


def seconds_of_a_round(task: Task, n: int, settings: UpdateSettings, *, seed: int) -> Mapping[str, float]:
    """Processor and elapsed seconds of the round that ends with the n-th answer."""
    learner = task.learner(seed)
    cpu, elapsed = time.process_time(), time.perf_counter()
    one_round(learner, answered(task.answers[:n]), task.labels, settings, seed=seed)
    return {"cpu": time.process_time() - cpu, "elapsed": time.perf_counter() - elapsed}
