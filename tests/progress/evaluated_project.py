"""A store as it is after many rounds, without a model: what each round found is made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from loop.records import Answer, Question, Span, Text
from loop.store import NewText, RoundInfo, Store

PART, BRAND = Span(0, 3, "PART"), Span(4, 7, "BRAND")
TEXTS, HELD = 60, 40


def fill(store: Store, *, group_of: int = 1) -> list[str]:
    """A corpus of `TEXTS` texts, the first `HELD` of them held out and the others learned from; returns the held.

    So many of them are a group.
    """
    names = [f"SRM abc on a bike of the same kind as all the others {n}" for n in range(1, TEXTS + 1)]
    groups = (f"g{n // group_of}" if group_of > 1 else None for n in range(TEXTS))
    texts = (NewText(name, group=group) for name, group in zip(names, groups, strict=True))
    store.corpus.add_batch(texts, source="made")
    scheme = store.journal.scheme(["PART", "BRAND"])
    for number in range(1, TEXTS + 1):
        held_out, spans = number <= HELD, (PART, BRAND)
        answer = Answer(f"a{number}", number, "ann", "accept", spans=spans, scheme=scheme, seconds=6.0, shown=(PART,))
        question = Question(f"q{number}", Text(number, names[number - 1]), ((0, 3), (4, 7)), (PART,))
        store.answers.add(replace(answer, held_out=held_out, question_id=question.id), question)
    return names[:HELD]


def add_round(store: Store, number: int, found: Mapping[str, Sequence[Span]], **more: Any) -> None:
    """A finished round, and what it found."""
    info: dict[str, Any] = {"loss": 1.0} | more
    store.journal.add_round(
        RoundInfo(number, 10 * number, 12, seconds=1.0, seed=0, versions="spacy 3.8", weights="", digest="d", **info)
    )
    store.predictions.put(number, found)
