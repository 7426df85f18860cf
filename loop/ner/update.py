"""One round of learning: a few steps on the new answers, mixed with earlier ones so that nothing is forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from spacy.language import Language
from spacy.training import Example
from thinc.api import Adam, Optimizer, fix_random_seed

from loop.ner.pipeline import COMPONENT, own_component
from loop.settings import UpdateSettings


@dataclass(frozen=True, slots=True)
class Learned:
    """What a round did to the weights.

    Attributes:
        loss: mean over the steps of the summed loss of a batch, per text; None without any step.
        averages: of the weights over the round's steps, as `Model.use_params` takes them; the ones to publish.
    """

    steps: int
    loss: float | None
    averages: dict[Any, Any]


def update(
    nlp: Language, new: Sequence[Example], answered: Sequence[Example], settings: UpdateSettings, *, seed: int
) -> Learned:
    """Teach our component in place: `settings.steps` batches, each some of `new` and some of all `answered` so far.

    The weights that come out depend on those that went in, the examples in their order, the settings and the seed:
    the optimizer is a fresh one, which measured no worse than one kept over the rounds.
    """
    ner = own_component(nlp)
    if not ner.labels:  # no answer so far has a span: there is nothing to tell apart
        return Learned(0, None, {})
    fix_random_seed(seed)
    optimizer = Adam(settings.learn_rate, L2=0.01, grad_clip=1.0, L2_is_weight_decay=True, use_averages=True)
    rng = Random(seed)
    losses = [
        _step(ner, _batch(new, answered, settings, rng), optimizer, settings.dropout) for _ in range(settings.steps)
    ]
    # spaCy does not save which labels it has not seen: a reloaded pipeline and this one must go on alike.
    ner.model.attrs["unseen_classes"].clear()
    return Learned(settings.steps, sum(losses) / len(losses), optimizer.averages)


def _batch(new: Sequence[Example], answered: Sequence[Example], settings: UpdateSettings, rng: Random) -> list[Example]:
    fresh = rng.sample(new, min(settings.new_per_batch, len(new)))
    replayed = min(settings.batch_size - len(fresh), len(answered))
    return fresh + rng.sample(answered, replayed)


def _step(ner: Any, batch: list[Example], optimizer: Optimizer, dropout: float) -> float:
    losses = ner.update(batch, drop=dropout, sgd=optimizer, losses={})
    return float(losses[COMPONENT]) / len(batch)
