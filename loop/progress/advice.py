"""Advise what to do next, in a sentence, from the project's numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from loop.acquire.stopping import (
    SPARED,
    Gain,
    LabelFacts,
    expected_gain,
    is_over,
    is_surely_over,
    overfits,
    rest_of_pool,
    steadiness,
    weak_point,
)
from loop.former_names import attribute
from loop.intervals import f_scores, tell
from loop.progress.forecast import Expected
from loop.progress.held_out_gold import EvaluatedText
from loop.progress.learning_faults import LearningFault
from loop.progress.rounds import Together
from loop.progress.scores import ENOUGH, plain_f
from loop.quality import inconsistent, label_confusion, matched
from loop.quality.inconsistent_labels import EDGES, UNMARKED, Use
from loop.store import RoundInfo

Kind = Literal["wait", "go on", "add texts", "look at label", "fix answers", "stop"]

MORE = 100
# From this gain in F1 on, no number is given for the rest of the pool: early estimates are far too large.
MUCH = 15.0
# Agreement of successive models ignores what all of them miss: without a curve it is only half of the evidence.
UNCONFIRMED = (
    " No score confirms this yet, and with rare entities it may be too early: `loop curve` checks it in some minutes."
)
# A pool with fewer texts is nearly used up.
FEW_LEFT = 50


@dataclass(frozen=True, slots=True)
class Advice:
    """Advice on what to do next.

    Attributes:
        words: the sentence. gain: expected points of F1 from the next 100 answers; None if the rounds cannot tell.
            minutes: the time they take at the annotator's pace; None if unknown.
        agreement: mean F1 (percent) between each of the last rounds and its predecessor; None with too few rounds.
        rest: points of F1 to expect from all texts left, from successive rounds; None with too few rounds.
        expected: the same by cross-validation, if `loop curve` was run; "stop" is only advised if it agrees.
        overfits: whether the model overfits.
    """

    kind: Kind
    words: str
    gain: Gain | None
    minutes: float | None
    agreement: float | None
    rest: float | None
    expected: Expected | None
    overfits: bool

    by_heart = attribute("Advice", "by_heart", "overfits")


def advice(
    rounds: Sequence[RoundInfo],
    common: Together | None,
    labels: Sequence[LabelFacts],
    *,
    pool: int,
    minutes: float | None,
    weakest: str,
    expected: Expected | None = None,
    unlearned: str = "",
    new_names: str = "",
    faults: Sequence[LearningFault] = (),
) -> Advice:
    """Advise from the project's numbers.

    Args:
        rounds: up to the one in force, first to last.
        common: those of them evaluated on the same texts.
        labels: facts about each label.
        pool: number of texts left.
        minutes: the time that the next 100 answers take.
        weakest: the kind of texts where the model is worst, in words; empty if none stands out.
        expected: by cross-validation, if done recently.
        unlearned: a sentence about answers that wait for a round.
        new_names: a clause on the names that no answer has, if they are too many to stop (see `novelty_words`).
        faults: why the model learns nothing, the gravest first; where nothing is learned, agreement says nothing.
    """
    lasting = [info for info in rounds if not info.closing]  # the same step from each to the next
    agreements, learned = [info.agreement for info in lasting], [info.answers for info in lasting]
    rest = rest_of_pool(agreements, learned, pool)
    gain = _gain(common) or (expected.more if expected else None)
    left = _Left(pool, learned[-1] if learned else 0, rest, gain, expected, unlearned, new_names)
    of_all, of_label = (
        [one.words for one in faults if (one.kind == "unused label") is apart] for apart in (False, True)
    )
    kind, words = _said(left, of_all, next(iter(of_label), "") or weak_point(labels), weakest)
    if kind in ("go on", "look at label"):
        words = f"{words} {_expected(gain, minutes)}"
    return Advice(kind, words, gain, minutes, steadiness(agreements), rest, expected, _overfits(common))


@dataclass(frozen=True, slots=True)
class _Left:
    """The texts left, and the gain to expect from them."""

    pool: int
    learned: int
    rest: float | None
    gain: Gain | None
    expected: Expected | None
    unlearned: str
    new_names: str

    @property
    def is_known(self) -> bool:
        return self.rest is not None or self.expected is not None

    @property
    def is_over(self) -> bool:
        if self.expected and not is_surely_over(self.expected.more, self.expected.rest):
            return False
        return is_over(self.rest, self.gain) if self.rest is not None else self.expected is not None

    @property
    def words(self) -> str:
        texts = f"the {self.pool:,} texts left would bring"
        changes = None if self.rest is None else f"about {self.rest:.1f} F1" if self.rest < MUCH else "much"
        if self.expected is None:
            return f"{texts} {changes}"
        f, low, high = self.expected.rest
        curve = f"{texts} about {f:.1f} F1 ({low:.1f} to {high:.1f}) by cross-validation"
        return f"{curve}, and {changes} judging by the changes between rounds" if changes else curve


def _said(left: _Left, faults: Sequence[str], weak: str, weakest: str) -> tuple[Kind, str]:
    wanted = f"Add texts {weakest or 'of the kind that the model is for'}"
    if not left.pool:
        return "add texts", f"{wanted}: none are left to annotate. {left.unlearned}".rstrip()
    if faults:
        return "fix answers", faults[0]
    if left.learned and left.pool < FEW_LEFT:
        return "add texts", f"{wanted}: the pool is nearly used up."
    if not left.is_known:
        return "wait", "Go on: it is too early to say what more answers would bring."
    if left.is_over:
        if left.pool < SPARED * (left.learned + left.pool):
            return "add texts", f"{wanted}: {left.words}."
        if left.new_names:
            return "go on", f"Go on: the model's predictions hardly change any more, but {left.new_names}."
        return "stop", _stop(left, weak)
    if weak:
        return "look at label", weak
    if weakest:
        return "add texts", f"Go on, and add texts {weakest}: the model is worst on them."
    return "go on", f"Go on: {left.words}."


def _stop(left: _Left, weak: str) -> str:
    more = weak or "Texts of another kind may teach it more; `loop train` trains the final model."
    if left.expected:
        return f"Stop: {left.words}. {more}"
    caveat = "" if left.gain else UNCONFIRMED
    return f"Stop: the model's predictions hardly change any more; {left.words}.{caveat} {more}"


def _expected(gain: Gain | None, minutes: float | None) -> str:
    time = "" if minutes is None else f" They take about {max(1, round(minutes))} minutes."
    if gain is None:
        return f"The scores so far cannot tell what the next {MORE} answers will bring.{time}"
    return f"The next {MORE} answers should bring {gain.f1:+.1f} F1 ({gain.low:+.1f} to {gain.high:+.1f}).{time}"


def _gain(common: Together | None) -> Gain | None:
    if common is None or _is_little(common):
        return None
    f, drawn = f_scores(common.overall)
    gain = expected_gain([info.answers for info in common.rounds], f, drawn, more=MORE)
    return gain if gain and gain.tells else None


def _is_little(common: Together) -> bool:
    return common.gold < ENOUGH or not tell(common.overall[:, -1:])


def _overfits(common: Together | None) -> bool:
    if common is None or _is_little(common):
        return False
    lost = [i for i, info in enumerate(common.rounds) if info.loss is not None]
    f, drawn = f_scores(common.overall[:, lost])
    return overfits([common.rounds[i].loss or 0.0 for i in lost], f, drawn)


def overfitting_words(said: Advice) -> str:
    """A sentence about overfitting; empty if the model does not overfit."""
    if not said.overfits:
        return ""
    return (
        "the training loss keeps falling while F1 on held-out texts does not rise: the model overfits. "
        "Annotate other texts (random_share, `loop add`), or lower steps in [update]."
    )


def label_facts(
    labels: Sequence[str], taught: Mapping[str, int], last: Sequence[EvaluatedText], used: Mapping[str, Sequence[Use]]
) -> list[LabelFacts]:
    """Facts about each label: number of examples, confusions, and contradictory answers."""
    confused = label_confusion([match for one in last for match in matched(one.gold.spans, one.found)])
    gold = Counter(span.label for one in last for span in one.gold.spans)
    contradicted = _contradicted(used)
    facts = []
    for label in labels:
        taken = Counter({other: n for (right, other), n in confused.items() if right == label != other and other})
        ((other, times),) = taken.most_common(1) or [("", 0)]
        facts.append(LabelFacts(label, taught.get(label, 0), gold[label], contradicted[label], other, times))
    return facts


def _contradicted(used: Mapping[str, Sequence[Use]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for string, same in used.items():
        rare = len(inconsistent({string: same}))
        found.update({use.way: rare for use in same if use.way not in (UNMARKED, EDGES)})
    return found


def weakest_kind(last: Sequence[EvaluatedText], sources: Mapping[int, str]) -> str:
    """The batch on which the model is clearly worst, in words; empty if none stands out."""
    by_batch: dict[int, list[EvaluatedText]] = {}
    for one in last:
        if one.gold.known is not None:
            by_batch.setdefault(one.gold.known.batch, []).append(one)
    f = {batch: plain_f(part) for batch, part in by_batch.items() if _spans(part) >= ENOUGH / 2}
    if len(f) < 2:
        return ""
    worst = min(f, key=lambda batch: f[batch])
    others = [f[batch] for batch in f if batch != worst]
    return f"like those of batch {worst} ({sources.get(worst, '')})" if f[worst] + 10 < float(np.mean(others)) else ""


def _spans(texts: Sequence[EvaluatedText]) -> int:
    return sum(len(one.gold.spans) for one in texts)
