"""A small `ner.teach` like Prodigy's: beam scores, the uncertain preferred, yes or no, an update per ten answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from random import Random
from typing import Any

import spacy
from _docs import gold_example, scores
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import Adam, fix_random_seed

from loop.records import Span
from loop.simulate import Gold
from loop.timing import PRIOR

NEGATIVE = "rejected"
WARM_TEXTS, WARM_EPOCHS = 50, 25
BATCH, EVERY = 10, 25
BEAM, DENSITY = 16, 0.001
SLOWNESS = 0.05  # weight of a new value in the moving average
READ_AT_ONCE = 20


def teach(
    base: str, labels: Sequence[str], pool: Gold, test: Gold, *, seed: int, answers: int
) -> tuple[list[list[float]], list[int]]:
    """A curve's points, and the places of the texts in the pool, as they were asked.

    A blank model has nothing to ask about, so the first 50 texts, drawn at random, are answered completely.
    """
    nlp = _started(base, labels, pool, seed)
    order = Random(seed).sample(range(len(pool)), len(pool))
    texts = list(pool)
    warm = [texts[i] for i in order[:WARM_TEXTS]]
    optimizer = Adam(0.001, L2=0.01, grad_clip=1.0, L2_is_weight_decay=True, use_averages=True)
    _warm_up(nlp, [gold_example(nlp, text, pool[text]) for text in warm], optimizer, seed)
    costs = [_cost(nlp, text, spans=0, edits=len(pool[text])) for text in warm]
    entities = [len(pool[text]) for text in warm]
    asked = list(order[:WARM_TEXTS])
    points = [_point(nlp, optimizer, labels, test, costs, entities)]
    answered: list[tuple[str, Span, bool]] = []
    for place, span in islice(_uncertain(nlp, texts, order[WARM_TEXTS:]), answers - WARM_TEXTS):
        text = texts[place]
        right = span in set(pool[text])
        answered.append((text, span, right))
        asked.append(place)
        costs.append(_cost(nlp, text, spans=1, edits=0))
        entities.append(int(right))
        if len(answered) == BATCH:
            nlp.update([_partial(nlp, *one) for one in answered], sgd=optimizer, drop=0.2)
            answered = []
        if len(costs) % EVERY == 0:
            points.append(_point(nlp, optimizer, labels, test, costs, entities))
    return points, asked


def _started(base: str, labels: Sequence[str], pool: Gold, seed: int) -> Language:
    fix_random_seed(seed)
    nlp = spacy.blank(base.removeprefix("blank:"))
    ner = nlp.add_pipe("ner", config={"incorrect_spans_key": NEGATIVE})
    for label in labels:
        ner.add_label(label)
    nlp.initialize(lambda: [gold_example(nlp, text, pool[text]) for text in list(pool)[:1]])
    return nlp


def _warm_up(nlp: Language, examples: list[Example], optimizer: Any, seed: int) -> None:
    rng = Random(seed)
    for _ in range(WARM_EPOCHS):
        rng.shuffle(examples)
        for start in range(0, len(examples), BATCH):
            nlp.update(examples[start : start + BATCH], sgd=optimizer, drop=0.2)


def _uncertain(nlp: Language, texts: Sequence[str], order: Sequence[int]) -> Iterator[tuple[int, Span]]:
    """The spans whose uncertainty is above its moving average, as the texts come, again and again; none twice.

    Ends when no text has one any more.
    """
    average = 0.5
    asked: set[tuple[int, Span]] = set()
    before = -1
    while before < len(asked):
        before = len(asked)
        for start in range(0, len(order), READ_AT_ONCE):
            places = order[start : start + READ_AT_ONCE]
            for place, scored in zip(places, _beam_scores(nlp, [texts[place] for place in places]), strict=True):
                preferred = []
                for span, p in scored.items():
                    uncertainty = 1 - abs(2 * p - 1)
                    if uncertainty >= average and (place, span) not in asked:
                        preferred.append((uncertainty, span))
                    average += SLOWNESS * (uncertainty - average)
                if preferred:
                    asked.add((place, max(preferred)[1]))
                    yield place, max(preferred)[1]


def _beam_scores(nlp: Language, texts: Sequence[str]) -> list[dict[Span, float]]:
    ner = nlp.get_pipe("ner")
    docs = [nlp.make_doc(text) for text in texts]
    beams = ner.beam_parse(docs, beam_width=BEAM, beam_density=DENSITY)
    return [
        {_characters(doc, start, end, label): p for (start, end, label), p in scored.items()}
        for doc, scored in zip(docs, ner.scored_ents(beams), strict=True)
    ]


def _characters(doc: Doc, start: int, end: int, label: str) -> Span:
    span = doc[start:end]
    return Span(span.start_char, span.end_char, label)


def _partial(nlp: Language, text: str, span: Span, right: bool) -> Example:
    reference = nlp.make_doc(text)
    ent = reference.char_span(span.start, span.end, label=span.label)
    reference.set_ents([ent] if right else [], default="missing")
    reference.spans[NEGATIVE] = [] if right else [ent]
    return Example(nlp.make_doc(text), reference)


def _cost(nlp: Language, text: str, *, spans: int, edits: int) -> tuple[int, float]:
    tokens = len(nlp.make_doc(text))
    return tokens, PRIOR.seconds(tokens=tokens, spans=spans, edits=edits)


def _point(
    nlp: Language,
    optimizer: Any,
    labels: Sequence[str],
    test: Gold,
    costs: Sequence[tuple[int, float]],
    entities: Sequence[int],
) -> list[float]:
    with nlp.use_params(optimizer.averages):
        found = scores(nlp, test, labels)
    tokens, seconds = (sum(column) for column in zip(*costs, strict=True))
    return [len(costs), tokens, sum(entities), seconds, *found]
