"""The last round's mistakes on the held-out texts, and why the annotator says they were made."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from loop.progress.held_out_gold import GoldText, gold_texts, measured, measured_round
from loop.quality import Match, matched
from loop.records import Span
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.store.events import EventKind

REASONS = {
    "boundary": "the edges are off",
    "label": "the label is wrong",
    "missed": "the model should have found it",
    "spurious": "it is not an entity",
    "tokenisation": "the tokens do not allow the right edges",
    "unclear": "people would disagree, or the guidelines say nothing",
    "gold": "the model is right and the answer was wrong",
}
_LIKELY = {"edges": "boundary", "both": "label", "label": "label", "missed": "missed", "spurious": "spurious"}


class Mistake(NamedTuple):
    """One span that a round finds wrongly or not at all in a held-out text, and all that it finds there."""

    gold: GoldText
    found: tuple[Span, ...]
    match: Match

    @property
    def label(self) -> str:
        """The right label, or the one found where nothing is right."""
        return next(span.label for span in self.match if span)

    @property
    def likely(self) -> str:
        """The reason that the spans alone give."""
        return _LIKELY[self.match.kind]

    @property
    def key(self) -> str:
        """What it is known by, without a word of the text."""
        known = self.gold.known
        text = str(known.id) if known else hashlib.sha256(self.gold.text.encode("utf-8", "surrogatepass")).hexdigest()
        return ":".join([text, *map(_said, self.match)])


def _said(span: Span | None) -> str:
    return f"{span.start}-{span.end}-{span.label}" if span else ""


def mistakes(store: Store, settings: Settings, paths: ProjectPaths) -> list[Mistake]:
    """All mistakes of the last round that was measured, text by text.

    Raises:
        InputError: the gold file cannot be read.
    """
    last = measured_round(store)
    texts = measured(store, gold_texts(store, settings, paths), last) if last is not None else []
    every = (Mistake(one.gold, one.found, match) for one in texts for match in matched(one.gold.spans, one.found))
    return [mistake for mistake in every if mistake.match.kind != "right"]


def judge(store: Store, mistake: Mistake, reason: str) -> None:
    """Keep why a mistake was made, one of `REASONS`; the last word counts."""
    store.journal.note(EventKind.MISTAKE_JUDGED, {"mistake": mistake.key, "reason": reason})


def judgements(store: Store) -> dict[str, str]:
    """The reasons given so far, by the keys of their mistakes."""
    said = (payload for _, _, payload in store.journal.events(kind=EventKind.MISTAKE_JUDGED))
    return {payload["mistake"]: payload["reason"] for payload in said}


def by_label(found: Iterable[Mistake], judged: Mapping[str, str]) -> Counter[tuple[str, str]]:
    """How many mistakes of each (reason, label) there are; where nobody said why, the likely reason stands."""
    return Counter((judged.get(one.key, one.likely), one.label) for one in found)
