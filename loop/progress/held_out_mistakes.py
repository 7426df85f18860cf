"""The last round's mistakes on the held-out texts, a share of the texts without any, and what annotators said."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from loop.held_out import is_drawn
from loop.progress.held_out_gold import (
    EvaluatedText,
    GoldText,
    evaluated_texts,
    gold_texts,
    last_evaluated_round,
)
from loop.quality import Match, matched
from loop.records import Span
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.store.events import EventKind

REASONS = {
    "boundary": "the edges are wrong",
    "label": "the label is wrong",
    "missed": "the model should have found it",
    "spurious": "it is not an entity",
    "tokenisation": "the tokens do not allow the correct edges",
    "unclear": "annotators would disagree, or the guidelines do not say",
    "gold": "the model is right and the answer is wrong",
}
_LIKELY = {"edges": "boundary", "both": "label", "label": "label", "missed": "missed", "spurious": "spurious"}


# The share of texts without a mistake that are looked at, too: if gold were corrected only where the model errs, what
# both get wrong would stay, and F1 would be flattered.
RIGHT_SHARE = 0.2
_RIGHT, _CONFIRMED = "right", "confirmed"


class Mistake(NamedTuple):
    """A span that a round gets wrong or misses in a held-out text, and all spans it finds there."""

    gold: GoldText
    found: tuple[Span, ...]
    match: Match

    @property
    def label(self) -> str:
        """The gold label, or the found one if there is no gold span."""
        return next(span.label for span in self.match if span)

    @property
    def likely(self) -> str:
        """The likely reason, judged by the spans alone."""
        return _LIKELY[self.match.kind]

    @property
    def key(self) -> str:
        """The id of the mistake, without words of the text."""
        return ":".join([_id_of(self.gold), *map(_said, self.match)])


class RightText(NamedTuple):
    """A held-out text in which a round finds exactly the gold spans."""

    gold: GoldText

    @property
    def key(self) -> str:
        """The id of the text with these spans, without words of the text."""
        return ":".join([_id_of(self.gold), _RIGHT, *map(_said, self.gold.spans)])

    def has(self, label: str) -> bool:
        """Whether it has a span of this label."""
        return any(span.label == label for span in self.gold.spans)


def _id_of(gold: GoldText) -> str:
    if gold.known:
        return str(gold.known.id)
    return hashlib.sha256(gold.text.encode("utf-8", "surrogatepass")).hexdigest()


def _said(span: Span | None) -> str:
    return f"{span.start}-{span.end}-{span.label}" if span else ""


def to_review(store: Store, settings: Settings, paths: ProjectPaths) -> list[Mistake | RightText]:
    """All mistakes of the last evaluated round, text by text, and `RIGHT_SHARE` of the texts without one.

    These are drawn by the text alone, so that a text that was looked at is not followed by another in every round.

    Raises:
        InputError: the gold file cannot be read.
    """
    last = last_evaluated_round(store)
    texts = evaluated_texts(store, gold_texts(store, settings, paths), last) if last is not None else []
    return [one for text in texts for one in _in_text(text, settings.project.seed)]


def _in_text(one: EvaluatedText, seed: int) -> list[Mistake | RightText]:
    every = (Mistake(one.gold, one.found, match) for match in matched(one.gold.spans, one.found))
    wrong = [mistake for mistake in every if mistake.match.kind != "right"]
    if wrong or not is_drawn(f"{seed}:right:{one.gold.text}", RIGHT_SHARE):
        return [*wrong]
    return [RightText(one.gold)]


def mistakes(store: Store, settings: Settings, paths: ProjectPaths) -> list[Mistake]:
    """All mistakes of the last evaluated round, text by text.

    Raises:
        InputError: the gold file cannot be read.
    """
    return [one for one in to_review(store, settings, paths) if isinstance(one, Mistake)]


def confirm(store: Store, right: RightText) -> None:
    """Store that a text without a mistake was looked at, and is right."""
    judge(store, right, _CONFIRMED)


def judge(store: Store, mistake: Mistake | RightText, reason: str) -> None:
    """Store the reason for a mistake, one of `REASONS`, or that a right text is wrong; the last one given counts."""
    store.journal.note(EventKind.MISTAKE_JUDGED, {"mistake": mistake.key, "reason": reason})


def judgements(store: Store) -> dict[str, str]:
    """The reasons given so far, by the mistake's key."""
    said = (payload for _, _, payload in store.journal.events(kind=EventKind.MISTAKE_JUDGED))
    return {payload["mistake"]: payload["reason"] for payload in said}


def looked_at(judged: Mapping[str, str]) -> tuple[int, int]:
    """How many texts without a mistake were looked at in all, and in how many of them the gold was wrong."""
    said = [reason for key, reason in judged.items() if key.split(":")[1] == _RIGHT]
    return len(said), len(said) - said.count(_CONFIRMED)


def by_label(found: Iterable[Mistake], judged: Mapping[str, str]) -> Counter[tuple[str, str]]:
    """The number of mistakes by (reason, label); unjudged mistakes count under their likely reason."""
    return Counter((judged.get(one.key, one.likely), one.label) for one in found)
