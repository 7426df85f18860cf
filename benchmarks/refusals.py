"""What yes/no answers on doubtful spans teach: refusals as negatives, as "outside", and left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from _common import options, show, write_json
from _update import Gold, Task, add_positive, answered, known, one_round, task
from spacy.training import Example

from loop.base.pipeline import COMPONENT, own_component
from loop.learning.examples import Examples
from loop.learning.learner import Learner
from loop.learning.update import update
from loop.records import Answer, Span
from loop.scoring.scores import lattices_of
from loop.settings import UpdateSettings

SET = "ncbi_disease"
SEEDS = (0, 1)
COMPLETE, DECISIONS = 100, 200
CANDIDATES = 100
SETTINGS = UpdateSettings()
# Doubt is relative to calibrated probabilities; models of so few texts want about this temperature.
TEMPERATURE = 4.0
Given = list[tuple[str, Answer]]


# The key of `Doc.spans` that spaCy's own negative spans are under.
WRONG = "wrong"


def main() -> None:
    """Print F after the decisions, and what became of the refused spans."""
    parser = options(str(__doc__))
    arguments = parser.parse_args()
    seeds, complete, decisions = (SEEDS[:1], 50, 20) if arguments.quick else (SEEDS, COMPLETE, DECISIONS)
    rows: list[dict[str, Any]] = []
    for seed in seeds:
        given = task(arguments.data, SET, seed=seed)
        for way in ("negatives", "outside", "left out"):
            rows.append({"way": way, "seed": seed} | _run(given, way, complete, decisions, seed))
            write_json(arguments.json, rows, seeds=seeds, split="dev")
    show(f"{SET}: {complete} complete answers, then {decisions} times yes or no", rows)


def _run(given: Task, way: str, complete: int, decisions: int, seed: int) -> dict[str, Any]:
    learner, answers = given.learner(seed), answered(given.answers[:complete])
    for n in range(SETTINGS.round_size, complete + 1, SETTINGS.round_size):
        one_round(learner, answers[:n], given.labels, SETTINGS, seed=seed)
    before = given.f(learner)
    rng = Random(f"{seed}:decisions")
    pool = given.answers[complete:]
    rng.shuffle(pool)
    for _ in range(decisions // SETTINGS.round_size):
        asked, pool = pool[:CANDIDATES], pool[CANDIDATES:]
        answers += _decisions(learner, asked)
        _round(learner, answers, given.labels, way, seed)
    refused = [(text, answer.shown[0]) for text, answer in answers if answer.verdict == "reject"]
    return {"F before": before, "F": given.f(learner), "no": len(refused)} | _fates(learner, refused)


def _decisions(learner: Learner, asked: Gold) -> Given:
    """Yes or no to the most doubtful span of each of the most doubtful texts, as many as a round has."""
    found: list[tuple[float, str, Answer]] = []
    with learner.published() as nlp, nlp.memory_zone():
        docs = [nlp.make_doc(text) for text, _ in asked]
        lattices = lattices_of(nlp, docs, component=COMPONENT, temperature=TEMPERATURE)
        for doc, lattice, (text, gold) in zip(docs, lattices, asked, strict=True):
            for span, p in lattice.spans(0.05):
                tokens = doc[span.start : span.end]
                shown = Span(tokens.start_char, tokens.end_char, span.label)
                answer = Answer(text, 0, "oracle", "accept", (shown,), (shown,), complete=False, mode="teach", scheme=1)
                if shown not in gold:
                    answer = replace(answer, verdict="reject", spans=())
                found.append((abs(p - 0.5), text, answer))
    nearest: dict[str, Answer] = {}
    for _, text, answer in sorted(found, key=lambda one: one[0]):
        nearest.setdefault(text, answer)
    return list(nearest.items())[: SETTINGS.round_size]


def _round(learner: Learner, answers: Given, labels: Sequence[str], way: str, seed: int) -> None:
    add_positive(learner, labels, answers)
    with learner.nlp.memory_zone():
        examples = _examples(learner, answers, labels, way)
        dealt = Random(f"{seed}:round:{len(answers)}").getrandbits(32)
        update(learner, examples[-SETTINGS.round_size :], examples, SETTINGS, seed=dealt)


def _examples(learner: Learner, answers: Given, labels: Sequence[str], way: str) -> list[Example]:
    """The answers as rounds learn from them ("outside"), or with refused spans as spaCy knows them, or silent."""
    silent = [(text, replace(answer, shown=())) for text, answer in answers]
    given = answers if way == "outside" else silent
    examples = list(Examples(learner.nlp, known(given, labels), labels=labels))
    if way == "negatives":
        own_component(learner.nlp).moves.cfg["neg_key"] = WRONG
        for example, (_, answer) in zip(examples, answers, strict=True):
            wrong = answer.shown if answer.verdict == "reject" else ()
            doc = example.reference
            doc.spans[WRONG] = [doc.char_span(span.start, span.end, label=span.label) for span in wrong]
    return examples


def _fates(learner: Learner, refused: Sequence[tuple[str, Span]]) -> dict[str, int]:
    """How many refused spans are predicted still, with other edges, or not at all."""
    counts = Counter(_fate(learner, refused))
    return {fate: counts[fate] for fate in ("still there", "moved", "gone")}


def _fate(learner: Learner, refused: Sequence[tuple[str, Span]]) -> Iterator[str]:
    with learner.published() as nlp, nlp.memory_zone(), nlp.select_pipes(enable=[COMPONENT]):
        for doc, (_, span) in zip(nlp.pipe([text for text, _ in refused]), refused, strict=True):
            found = [Span(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents]
            overlaps = any(one.start < span.end and span.start < one.end for one in found)
            yield "still there" if span in found else "moved" if overlaps else "gone"


if __name__ == "__main__":
    main()
