"""Real texts with what a real model finds in them: populations to draw samples from, whose true scores are known."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
from _data import labels_of, rows, spans_of
from _update import answered, one_round
from numpy.typing import NDArray

from loop.base.assembly import assemble
from loop.intervals import counts
from loop.learning.evaluate import predicted_spans
from loop.learning.learner import Learner
from loop.settings import UpdateSettings

SETS = ("food_ingredients", "ncbi_disease", "uner_en_ewt")
SPLITS = ("train", "dev", "test")
TAUGHT = 150


class Population(NamedTuple):
    """(texts, labels, 4) counts of `loop.intervals.counts`, and the document of each text."""

    name: str
    labels: tuple[str, ...]
    table: NDArray[np.int64]
    documents: tuple[str, ...]


def population(data: Path, name: str, *, most: int = 4000) -> Population:
    """All texts of a set, but for the random ones that the model was taught with, in rounds."""
    lines = [row for split in SPLITS for row in rows(data / name / f"{split}.jsonl")]
    Random(name).shuffle(lines)
    gold = [(row["text"], spans_of(row)) for row in lines]
    labels = labels_of(dict(gold))
    learner, settings = Learner(assemble("blank:en", labels, seed=0)), UpdateSettings()
    given = answered(gold[:TAUGHT])
    for n in range(settings.round_size, TAUGHT + 1, settings.round_size):
        one_round(learner, given[:n], labels, settings, seed=0)
    rest = range(TAUGHT, min(len(gold), TAUGHT + most))
    with learner.published() as nlp:
        found = predicted_spans(nlp, [gold[i][0] for i in rest])
    table = counts(found, [gold[i][1] for i in rest], labels)
    return Population(name, labels, table, tuple(str(lines[i]["meta"]["id"]).rpartition("-")[0] for i in rest))
