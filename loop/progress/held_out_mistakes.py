"""The last round's mistakes on the held-out texts, and the reasons given by annotators."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from loop.progress.held_out_gold import GoldText, evaluated_texts, gold_texts, last_evaluated_round
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
        known = self.gold.known
        text = str(known.id) if known else hashlib.sha256(self.gold.text.encode("utf-8", "surrogatepass")).hexdigest()
        return ":".join([text, *map(_said, self.match)])


def _said(span: Span | None) -> str:
    return f"{span.start}-{span.end}-{span.label}" if span else ""


def mistakes(store: Store, settings: Settings, paths: ProjectPaths) -> list[Mistake]:
    """All mistakes of the last evaluated round, text by text.

    Raises:
        InputError: the gold file cannot be read.
    """
    last = last_evaluated_round(store)
    texts = evaluated_texts(store, gold_texts(store, settings, paths), last) if last is not None else []
    every = (Mistake(one.gold, one.found, match) for one in texts for match in matched(one.gold.spans, one.found))
    return [mistake for mistake in every if mistake.match.kind != "right"]


def judge(store: Store, mistake: Mistake, reason: str) -> None:
    """Store the reason for a mistake, one of `REASONS`; the last one given counts."""
    store.journal.note(EventKind.MISTAKE_JUDGED, {"mistake": mistake.key, "reason": reason})


def judgements(store: Store) -> dict[str, str]:
    """The reasons given so far, by the mistake's key."""
    said = (payload for _, _, payload in store.journal.events(kind=EventKind.MISTAKE_JUDGED))
    return {payload["mistake"]: payload["reason"] for payload in said}


def by_label(found: Iterable[Mistake], judged: Mapping[str, str]) -> Counter[tuple[str, str]]:
    """The number of mistakes by (reason, label); unjudged mistakes count under their likely reason."""
    return Counter((judged.get(one.key, one.likely), one.label) for one in found)
