"""Texts that several annotators answer, blind to each other: which they are, and since when their answers count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from loop.held_out import is_drawn
from loop.records import Answer, Text

Lacking = dict[int, tuple[int, frozenset[str]]]
"""For each text that waits: how many annotators it needs, and who has answered it."""


def is_shared(text: Text, *, share: float, seed: int) -> bool:
    """Whether a text is one of those that several annotators answer.

    Depends only on the seed and the text, so these texts are a random sample of the whole corpus.
    """
    return is_drawn(f"{seed}:overlap:{text.text}", share)


def in_effect(answers: Sequence[Answer], released: Mapping[int, int]) -> list[Answer]:
    """The answers with the ranks from which on they count, by rank.

    Answers to a text that needs several annotators count from the one on that completes it, so a text teaches nothing
    before and no earlier round is touched; an adjudicated answer completes it, too. Until then they `wait`.

    Args:
        answers: standing answers, by rank.
        released: texts that count with fewer answers, since these events.
    """
    shared: dict[int, list[Answer]] = {}
    for answer in answers:
        if answer.needs > 1:
            shared[answer.text_id] = []
    if not shared:
        return list(answers)
    for answer in answers:
        if answer.text_id in shared:
            shared[answer.text_id].append(answer)
    since = {text_id: _since(given, released.get(text_id)) for text_id, given in shared.items()}

    def counted(answer: Answer) -> Answer:
        if answer.text_id not in since:
            return answer
        start = since[answer.text_id]
        return replace(answer, waits=True) if start is None else replace(answer, rank=max(start, answer.rank))

    return sorted(map(counted, answers), key=lambda answer: answer.rank)


def _since(answers: Iterable[Answer], released: int | None) -> int | None:
    """The rank from which on answers to a text count; None if it still needs others."""
    names: set[str] = set()
    needed = 1
    for answer in answers:
        if released is not None and answer.rank > released:
            break
        if answer.passage is None:
            names.add(answer.annotator)
        needed = max(needed, answer.needs)
        if answer.adjudicates or len(names) >= needed:
            return answer.rank
    return released


def lacking(answers: Iterable[Answer]) -> Lacking:
    """What the texts lack that wait, by their answers."""
    needed: dict[int, int] = {}
    names: dict[int, set[str]] = {}
    for answer in answers:
        if answer.waits:
            needed[answer.text_id] = max(needed.get(answer.text_id, 1), answer.needs)
            names.setdefault(answer.text_id, set()).add(answer.annotator)
    return {text_id: (n, frozenset(names[text_id])) for text_id, n in needed.items()}
