"""One round of learning: a few steps on the new answers, mixed with earlier ones so that nothing is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from spacy.training import Example
from thinc.api import Adam, Optimizer, fix_random_seed

from loop.ner.learner import Learner
from loop.ner.pipeline import COMPONENT, own_component
from loop.settings import UpdateSettings


def update(
    learner: Learner, new: Sequence[Example], answered: Sequence[Example], settings: UpdateSettings, *, seed: int
) -> list[float]:
    """Teach our component in place: `settings.steps` batches, each some of `new` and some of all `answered` so far.

    The weights that come out depend on those that went in, the examples in their order, the settings and the seed:
    the optimizer is a fresh one, which measured no worse than one kept over the rounds.

    Returns:
        The loss of each step: summed over the moves of a batch, per text. Empty when no label is known yet.
    """
    ner = own_component(learner.nlp)
    if not ner.labels:  # no answer so far has a span: there is nothing to tell apart
        return []
    fix_random_seed(seed)
    optimizer = Adam(settings.learn_rate, L2=0.01, grad_clip=1.0, L2_is_weight_decay=True, use_averages=True)
    rng = Random(seed)
    losses = [
        _step(ner, _batch(new, answered, settings, rng), optimizer, settings.dropout) for _ in range(settings.steps)
    ]
    # spaCy does not save which labels it has not seen: a reloaded pipeline and this one must go on alike.
    ner.model.attrs["unseen_classes"].clear()
    learner.averages = optimizer.averages
    return losses


def _batch(new: Sequence[Example], answered: Sequence[Example], settings: UpdateSettings, rng: Random) -> list[Example]:
    fresh = rng.sample(new, min(settings.new_per_batch, len(new)))
    replayed = min(settings.batch_size - len(fresh), len(answered))
    return fresh + rng.sample(answered, replayed)


def _step(ner: Any, batch: list[Example], optimizer: Optimizer, dropout: float) -> float:
    losses = ner.update(batch, drop=dropout, sgd=optimizer, losses={})
    return float(losses[COMPONENT]) / len(batch)
