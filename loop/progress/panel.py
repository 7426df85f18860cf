"""The panel of status, report and screen: how good the model is, what more answers would bring, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from loop.acquire.stopping import Gain, is_over
from loop.progress.advice import MORE, MUCH, Kind
from loop.progress.corpus_sample import Drawn
from loop.progress.scores import Score, score_words
from loop.words import counted

if TYPE_CHECKING:
    from loop.progress.project import Progress

NOT_YET = "not known yet: it takes answers to questions that are held out or drawn at random"


@dataclass(frozen=True, slots=True)
class LabelLine:
    """A label in the panel.

    Attributes:
        answered: its spans in the answers that rounds learn from.
        score: on the corpus; None if no text of the sample covers it.
        verdict: what more answers would do for it, in a few words; empty if that is unknown.
    """

    label: str
    answered: int
    score: Score | None
    verdict: str


@dataclass(frozen=True, slots=True)
class Panel:
    """The numbers that matter, and the advice that follows.

    Attributes:
        score: of the model on the corpus, see `corpus_sample`; None without texts.
        why: there is none, in a clause; empty if there is one, or may be one soon.
        round: the last one evaluated; None without any.
        drawn: from how many texts of each kind.
        left: questions left.
        labels: in the project's order.
        gain: points of F1 expected from `MORE` answers; None if unknown. minutes: that they take; None if unknown.
        kind, words: the advice; two sentences.
    """

    score: Score | None
    why: str
    round: int | None
    drawn: Drawn
    left: int
    labels: tuple[LabelLine, ...]
    gain: Gain | None
    minutes: float | None
    kind: Kind
    words: str

    @property
    def rows(self) -> list[tuple[str, str]]:
        """What it says beside its table of labels: headings and words."""
        more = [(f"{min(self.left, MORE)} more", self._more)] if self.left and self._more else []
        return [("F1", self._f1), *more, ("advice", self.words)]

    @property
    def _f1(self) -> str:
        if self.score is None:
            return self.why or NOT_YET
        kinds = ("held out", "drawn at random", "chosen, counting less")
        texts = ", ".join(f"{n:,} {kind}" for n, kind in zip(self.drawn, kinds, strict=True) if n)
        return f"{score_words(self.score)}: {texts}" + (f"; round {self.round}" if self.round else "")

    @property
    def _more(self) -> str:
        words = []
        if self.gain is not None:
            f1, low, high = self.gain
            words.append(f"{f1:+.1f} F1 ({low:+.1f} to {min(high, 100):+.1f})" if f1 < MUCH else "much")
        if self.minutes is not None:
            words.append(f"about {counted(max(1, round(self.minutes)), 'minute')}")
        return " in ".join(words)


def panel(now: Progress, *, with_text: bool = True) -> Panel:
    """The panel of a project; without text it names no values of the texts' metadata."""
    scored = now.corpus_scores.labels if now.corpus_scores else {}
    names = dict.fromkeys((*scored, *now.spans))
    return Panel(
        score=now.corpus_scores.overall if now.corpus_scores else None,
        why=now.why_not_evaluated,
        round=now.evaluated_round,
        drawn=now.drawn,
        left=now.left.n,
        labels=tuple(
            LabelLine(name, now.spans.get(name, 0), scored.get(name), verdict(name, now.advice.labels))
            for name in names
        ),
        gain=now.advice.gain,
        minutes=now.advice.minutes,
        kind=now.advice.kind,
        words=(now.advice if with_text else now.advice.private).words,
    )


def verdict(label: str, gains: Mapping[str, float]) -> str:
    """What the texts left would do for a label, in a few words; empty if that is unknown.

    Args:
        label: the label.
        gains: points of F1 that they would bring each label; see `loop.acquire.stopping.gain_ahead`.
    """
    f1 = gains.get(label)
    if f1 is None:
        return ""
    if is_over(f1):
        return "done: they would change little"
    most = "gains most: " if len(gains) > 1 and f1 == max(gains.values()) else ""
    return f"{most}about +{f1:.0f} F1" if f1 < MUCH else f"{most}much"
