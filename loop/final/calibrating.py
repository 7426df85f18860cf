"""Calibrate the probabilities of a final model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import spacy
from spacy.tokens import Doc, DocBin

from loop.base.adoption import without_hidden
from loop.checkpoints.temperatures import note_temperature
from loop.lattice import Lattice
from loop.records import TokenSpan
from loop.scoring.calibration import DEFAULT, fitted_temperature, squared_errors
from loop.scoring.scores import lattices_at


def calibrate(model: Path, component: str, dev: Path) -> None:
    """Fit the temperature of the trained component on the dev texts and store it in the pipeline's meta.

    Only complete answers count; without any, the default temperature is used.
    """
    nlp = spacy.load(model)
    before = nlp.pipe_names[: nlp.pipe_names.index(component)]
    whole = [doc for doc in DocBin().from_disk(dev).get_docs(nlp.vocab) if all(token.ent_iob for token in doc)]
    bare = (Doc(nlp.vocab, [t.text for t in doc], [bool(t.whitespace_) for t in doc]) for doc in whole)
    docs = list(nlp.pipe(bare, disable=[name for name in nlp.pipe_names if name not in before]))
    gold = [[TokenSpan(ent.start, ent.end, ent.label_) for ent in doc.ents] for doc in whole]

    def read(temperatures: Sequence[float]) -> list[list[Lattice]]:
        return [[without_hidden(one) for one in at] for at in lattices_at(temperatures, nlp, docs, component=component)]

    note_temperature(model, component, fitted_temperature(squared_errors(read, gold)) if docs else DEFAULT)
