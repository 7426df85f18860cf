"""What could lift every model: pretraining on the pool, larger networks, vectors from the pool, self-training."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import log
from pathlib import Path
from random import Random
from statistics import mean
from typing import Any

import numpy as np
import spacy
from _cloze import guess
from _common import Row, grouped, options, show, write_json
from _data import rows as lines
from _update import Task, anew, answered, one_round, task
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import fix_random_seed

from loop.base.pipeline import COMPONENT, own_component
from loop.held_out import HeldOut, Teaching
from loop.learning.learner import Learner
from loop.learning.pretraining import pretrain
from loop.records import Answer, Span, Text, TokenSpan
from loop.scoring.scores import lattices_of
from loop.settings import UpdateSettings

SETS = ("food_ingredients", "ncbi_disease")
SEEDS = (0, 1)
AT = (50, 100, 150, 200)
SETTINGS = UpdateSettings()
SIZE = SETTINGS.round_size
# The network of `spacy.HashEmbedCNN.v2` that an `ner` has by default.
NETWORK = {"width": 96, "depth": 4, "embed_size": 2000, "window_size": 1, "maxout_pieces": 3, "subword_features": True}
DIMENSIONS = 100
# Without a temperature the analyses of an early model are all confident.
CONFIDENT, TEMPERATURE = 0.95, 2.0
READ = 300
Curve = dict[int, float]
Given = list[tuple[str, Answer]]


@dataclass(frozen=True)
class Pool:
    """A task, the texts without answers that come with it, and the seed of a run."""

    task: Task
    texts: list[str]
    seed: int


def main() -> None:
    """Print F after so many answers for each idea."""
    parser = options(str(__doc__))
    parser.add_argument("--sets", nargs="*", default=SETS)
    parser.add_argument("--ideas", nargs="*", default=list(IDEAS), choices=list(IDEAS))
    parser.add_argument("--seeds", nargs="*", type=int, default=SEEDS)
    arguments = parser.parse_args()
    seeds, ideas, at = arguments.seeds, arguments.ideas, AT
    if arguments.quick:
        seeds, ideas, at = seeds[:1], ["nothing", "counted"], AT[:1]
    rows = []
    for seed in seeds:
        for name in arguments.sets:
            pool = _pool(arguments.data, name, seed)
            for idea in ideas:
                started = time.process_time()
                curve = IDEAS[idea](pool, at)
                row = {"set": name, "idea": idea, "seed": seed, "seconds": time.process_time() - started}
                rows.append(row | {f"F{n}": f for n, f in curve.items()})
                print(json.dumps(rows[-1]), flush=True)
                write_json(arguments.json, rows, seeds=seeds, split="dev")
    show("F after so many answers, on dev; processor seconds of everything", _averaged(rows))


def _pool(data: Path, name: str, seed: int) -> Pool:
    """The texts without answers are those that are in the pool of questions, and the raw ones where there are any.

    A small dev split is filled up to 400 texts with texts that are asked about later than any of the answers.
    """
    given = task(data, name, seed=seed)
    texts = [text for text, _ in given.answers]
    raw = data / name / "raw.jsonl"
    if raw.exists():
        texts += [row["text"] for row in lines(raw)]
    later = given.answers[max(AT) :] if name != "crossner_ai" else []
    return Pool(replace(given, scored_on=(given.scored_on + later)[:400]), texts, seed)


def _curve(
    pool: Pool,
    learner: Learner,
    at: Sequence[int],
    *,
    learned: int = 0,
    extra: Callable[[Learner, int], Given] | None = None,
) -> Curve:
    """Learn in rounds, after those that were `learned`; `extra` gives what is to be learned beside the answers."""
    curve: Curve = {learned: round(pool.task.f(learner), 1)} if learned in at else {}
    more: Given = []
    for n in range(learned + SIZE, max(at) + 1, SIZE):
        given = answered(pool.task.answers[:n])
        one_round(learner, [*more, *given], pool.task.labels, SETTINGS, seed=pool.seed)
        if n in at:
            curve[n] = round(pool.task.f(learner), 1)
        if extra and n % 50 == 0:
            more = extra(learner, n)
    return curve


def nothing(pool: Pool, at: Sequence[int]) -> Curve:
    """The recipe as it is."""
    return _curve(pool, pool.task.learner(pool.seed), at)


def _teaching(texts: Sequence[str]) -> list[Teaching]:
    return HeldOut().teaching(Text(n, text) for n, text in enumerate(texts))


def counted(landing: int = 0) -> Callable[[Pool, Sequence[int]], Curve]:
    """Embeddings fitted to counted vectors, before the first answer or landing after `landing` of them."""

    def curve(pool: Pool, at: Sequence[int]) -> Curve:
        learner = pool.task.learner(pool.seed)
        for _ in pretrain(learner.nlp, _teaching(pool.texts), most_tokens=1_000_000, seed=pool.seed):
            pass
        if landing:
            _begin_anew(pool, learner, landing)
        return _curve(pool, learner, at, learned=landing)

    return curve


def guessed(steps: int) -> Callable[[Pool, Sequence[int]], Curve]:
    """The tok2vec pretrained by guessing hidden words, before the first answer."""

    def curve(pool: Pool, at: Sequence[int]) -> Curve:
        learner = pool.task.learner(pool.seed)
        guess(learner.nlp, pool.texts, steps=steps, seed=pool.seed)
        return _curve(pool, learner, at)

    return curve


def _begin_anew(pool: Pool, learner: Learner, n: int) -> None:
    """What a round does in which the pretrained weights land."""
    seed = Random(f"{pool.seed}:round:{n // SIZE}").getrandbits(32)
    anew(learner, answered(pool.task.answers[:n]), pool.task.labels, SETTINGS, seed=seed)


def network(**changed: int) -> Callable[[Pool, Sequence[int]], Curve]:
    """Another width, depth or number of rows than spaCy's default."""
    return lambda pool, at: _curve(pool, _learner(spacy.blank("en"), pool, NETWORK | changed), at)


def own_vectors(pool: Pool, at: Sequence[int]) -> Curve:
    """Static vectors counted from the pool itself, as if they had come with the base."""
    nlp = spacy.blank("en")
    for word, vector in _vectors(nlp, pool.texts):
        nlp.vocab.set_vector(word, vector)
    return _curve(pool, _learner(nlp, pool, NETWORK | {"pretrained_vectors": True}), at)


def _learner(nlp: Language, pool: Pool, config: dict[str, Any]) -> Learner:
    fix_random_seed(pool.seed)
    tok2vec = {"pretrained_vectors": None} | config | {"@architectures": "spacy.HashEmbedCNN.v2"}
    model = nlp.get_pipe_config("ner")["model"] if "ner" in nlp.pipe_names else None
    defaults = model or Language.get_factory_meta("ner").default_config["model"]
    nlp.add_pipe("ner", name=COMPONENT, config={"model": {**defaults, "tok2vec": tok2vec}})
    own_component(nlp).initialize(lambda: [Example(nlp.make_doc("a"), nlp.make_doc("a"))], nlp=nlp)
    return Learner(nlp)


def _vectors(nlp: Language, texts: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Positive pointwise mutual information of the words within two of each other, reduced to its largest directions.

    Levy, Goldberg and Dagan 2015, "Improving distributional similarity with lessons learned from word embeddings".
    """
    sentences = [[token.lower_ for token in nlp.make_doc(text) if not token.is_space] for text in texts]
    counts = Counter(word for words in sentences for word in words)
    vocabulary = [word for word, n in counts.most_common(4000) if n >= 5]
    index = {word: i for i, word in enumerate(vocabulary)}
    together = np.zeros((len(vocabulary), len(vocabulary)), dtype=np.float32)
    for words in sentences:
        ids = [index.get(word, -1) for word in words]
        for i, a in enumerate(ids):
            for b in ids[i + 1 : i + 3]:
                if a >= 0 and b >= 0:
                    together[a, b] += 1
                    together[b, a] += 1
    sums = together.sum(axis=1)
    smoothed = sums**0.75 / (sums**0.75).sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.log(together / sums[:, None] / smoothed[None])
    positive = np.where(information > 0, information, 0).astype(np.float32)
    basis = np.linalg.qr(positive @ np.random.default_rng(0).normal(size=(len(vocabulary), 2 * DIMENSIONS)))[0]
    left, strength, _ = np.linalg.svd(basis.T @ positive, full_matrices=False)
    vectors = (basis @ left)[:, :DIMENSIONS] * np.sqrt(strength[:DIMENSIONS])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-6
    yield from zip(vocabulary, vectors.astype(np.float32), strict=True)


def self_training(pool: Pool, at: Sequence[int]) -> Curve:
    """Texts of the pool whose best analysis has more than `CONFIDENT` are replayed as if they had been answered."""

    def confident(learner: Learner, n: int) -> Given:
        found = _confident(learner, Random(f"{pool.seed}:{n}").sample(pool.texts, READ))
        with_spans = [one for one in found if one[1].spans]
        without = [one for one in found if not one[1].spans]
        # As many without an entity as with one, or confident emptiness would drown the rest; no more than the answers.
        chosen = [*with_spans[: n // 2], *without[: min(n // 2, len(with_spans))]]
        return chosen[: len(chosen) // SIZE * SIZE]

    return _curve(pool, pool.task.learner(pool.seed), at, extra=confident)


def _confident(learner: Learner, texts: Sequence[str]) -> Given:
    with learner.published() as nlp:
        docs = [doc for doc in map(nlp.make_doc, texts) if len(doc)]
        best = [lattice.best()[0] for lattice in lattices_of(nlp, docs, component=COMPONENT, temperature=TEMPERATURE)]
    found = [(doc, analysis.spans) for doc, analysis in zip(docs, best, strict=True) if analysis.logp > log(CONFIDENT)]
    return answered([(doc.text, tuple(_characters(doc, span) for span in spans)) for doc, spans in found])


def _characters(doc: Doc, span: TokenSpan) -> Span:
    found = doc[span.start : span.end]
    return Span(found.start_char, found.end_char, span.label)


def _averaged(rows: list[Row]) -> list[Row]:
    columns = [key for key in rows[0] if key.startswith("F")]
    return [
        {"set": name, "idea": idea, "seeds": len(group), "seconds": mean(row["seconds"] for row in group)}
        | {key: mean(row[key] for row in group if key in row) for key in columns if any(key in row for row in group)}
        for (name, idea), group in grouped(rows, "set", "idea").items()
    ]


IDEAS: dict[str, Callable[[Pool, Sequence[int]], Curve]] = {
    "nothing": nothing,
    "counted": counted(),
    "counted, landing at 50": counted(landing=50),
    "guessed, 600 steps": guessed(600),
    "width 128": network(width=128),
    "depth 2": network(depth=2),
    "10,000 rows": network(embed_size=10_000),
    "vectors of the pool": own_vectors,
    "self-training": self_training,
}

if __name__ == "__main__":
    main()
