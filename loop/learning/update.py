"""One round of training: a few steps on the new answers, mixed with earlier ones to prevent forgetting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from random import Random
from typing import Any

from spacy.training import Example
from thinc.api import Adam, Optimizer, fix_random_seed

from loop.base.pipeline import COMPONENT, known_labels, own_component
from loop.learning.augmentation import Augmenter
from loop.learning.averaging import Averages
from loop.learning.learner import Learner
from loop.settings import UpdateSettings

# Factor on the L2-SP strength when made-up texts are rehearsed, too; see docs/decisions/0051.
RELIEVED = 0.3


def update(
    learner: Learner,
    new: Sequence[Example],
    answered: Sequence[Example],
    settings: UpdateSettings,
    *,
    seed: int,
    weak: Sequence[Example] = (),
    earlier: int = 0,
    usual: int | None = None,
) -> list[float]:
    """Train our component in place on `settings.steps` batches that mix `new` examples with all `answered` so far.

    Weakly labelled examples are replayed like answered ones; `earlier` steps were taken before the first answers.
    `usual` is the number of new examples of the rounds before, if it is another than this one's.

    The resulting weights depend only on the initial weights, the ordered examples, the settings and the seed. The
    optimizer starts fresh in each round; keeping it scored no better.

    Returns:
        The loss of each step, summed over the transitions of a batch and divided by its texts, without the changed
        copies of `settings.augment`. Empty if the component has no label yet.
    """
    ner = own_component(learner.nlp)
    if not known_labels(learner.nlp):  # no answer has a span yet
        return []
    fix_random_seed(seed)
    optimizer = Adam(settings.learn_rate, L2=0.01, grad_clip=1.0, L2_is_weight_decay=True, use_averages=False)
    averages = Averages(ner.model, learner.averages, steps=earlier + _steps_before(new, answered, settings, usual))
    losses, rng = [], Random(f"{seed}:rehearsal")
    augmenter = Augmenter(learner.nlp, settings.augment, seed)
    replayed = [*answered, *weak] if weak else answered  # without weak ones, examples are built as they are drawn
    for batch in islice(_batches(new, replayed, settings, Random(seed)), settings.steps):
        rehearsed = learner.base.rehearsed(batch, settings.rehearsed_per_batch, rng)
        losses.append(_step(ner, [*batch, *rehearsed], optimizer, settings.dropout))
        if copies := augmenter.copies(batch):  # in a step of their own: in the batch, they would dilute it
            _step(ner, copies, optimizer, settings.dropout)
        if learner.anchor:
            learner.anchor.pull(ner.model, settings.l2_sp * (RELIEVED if rehearsed else 1))
        averages.follow()
    # spaCy does not save `unseen_classes`: training must not depend on whether the pipeline was reloaded.
    ner.model.attrs["unseen_classes"].clear()
    learner.averages = averages.values
    return losses


def _steps_before(
    new: Sequence[Example], answered: Sequence[Example], settings: UpdateSettings, usual: int | None
) -> int:
    """Estimate the steps of all earlier rounds, assuming that they had the usual size and replayed no text twice."""
    return settings.steps * ((len(answered) - len(new)) // (usual or len(new)))


def _batches(
    new: Sequence[Example], answered: Sequence[Example], settings: UpdateSettings, rng: Random
) -> Iterator[list[Example]]:
    fresh, replayed = _dealt(new, rng), _dealt(answered, rng)
    n_fresh = min(settings.new_per_batch, len(new))
    n_replayed = min(settings.batch_size - n_fresh, len(answered))
    while True:
        yield [*islice(fresh, n_fresh), *islice(replayed, n_replayed)]


def _dealt(examples: Sequence[Example], rng: Random) -> Iterator[Example]:
    """Cycle through the examples forever, reshuffled each time, so that none is left out."""
    while True:
        for i in rng.sample(range(len(examples)), len(examples)):
            yield examples[i]


def _step(ner: Any, batch: list[Example], optimizer: Optimizer, dropout: float) -> float:
    losses = ner.update(batch, drop=dropout, sgd=optimizer, losses={})
    return float(losses[COMPONENT]) / len(batch)
