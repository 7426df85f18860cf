"""Advise what to do next, in a sentence, from the project's numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from shlex import quote
from typing import Literal

from loop.acquire.stopping import (
    SPARED,
    Gain,
    LabelFacts,
    is_over,
    is_surely_over,
    overfits,
    weak_point,
    with_interval,
)
from loop.former_names import attribute
from loop.intervals import f_scores, tell
from loop.progress.forecast import Expected
from loop.progress.held_out_gold import EvaluatedText
from loop.progress.learning_faults import LearningFault
from loop.progress.model_change import ModelChange
from loop.progress.questions_left import QuestionsLeft
from loop.progress.rounds import Together
from loop.progress.scores import ENOUGH
from loop.progress.text_kinds import TextKind
from loop.quality import inconsistent, label_confusion, matched
from loop.quality.inconsistent_labels import EDGES, UNMARKED, Use

Kind = Literal["wait", "go on", "add texts", "look at label", "fix answers", "stop"]

MORE = 100
# From this gain in F1 on, no number is given for the rest of the pool: early estimates are far too large.
MUCH = 15.0
# A pool with fewer questions is nearly used up.
FEW_LEFT = 50
FINAL = "`loop train` trains the final model."


@dataclass(frozen=True, slots=True)
class Advice:
    """Advice on what to do next.

    Attributes:
        words: one or two sentences. gain: expected points of F1 from the next 100 answers; None if the rounds cannot
            tell. minutes: the time they take at the annotator's pace; None if unknown.
        rest: points of F1 to expect from all texts left; None if the rounds cannot tell.
        labels: the same for each label, of its own F1.
        expected: by cross-validation, if `loop curve` was run; "stop" is only advised if it agrees.
        weakest: the kind of texts that the words may name.
        overfits: whether the model overfits.
    """

    kind: Kind
    words: str
    gain: Gain | None
    minutes: float | None
    rest: float | None
    labels: Mapping[str, float]
    expected: Expected | None
    weakest: TextKind | None
    overfits: bool

    by_heart = attribute("Advice", "by_heart", "overfits")

    @property
    def private(self) -> Advice:
        """The same without values of the texts' metadata."""
        if self.weakest is None:
            return self
        named = self.weakest.condition
        return replace(self, words=self.words.replace(quote(named), "…").replace(named, "…"), weakest=None)


def advice(
    change: ModelChange | None,
    common: Together | None,
    labels: Sequence[LabelFacts],
    *,
    left: QuestionsLeft,
    learned: int,
    minutes: float | None,
    weakest: TextKind | None = None,
    expected: Expected | None = None,
    unlearned: str = "",
    faults: Sequence[LearningFault] = (),
) -> Advice:
    """Advise from the project's numbers.

    Args:
        change: of the predictions on the pool.
        common: the rounds evaluated on the same texts.
        labels: facts about each label.
        left: how many questions are left.
        learned: number of answers that the last round has learned.
        minutes: the time that the next answers take, `MORE` or as many as there are texts.
        weakest: the kind of texts where the model is worst; None if none stands out.
        expected: by cross-validation, if done recently.
        unlearned: a sentence about answers that wait for a round.
        faults: why the model learns nothing, the gravest first; where nothing is learned, nothing changes either.
    """
    rest = None if change is None else change.gain(left.n)
    more = None if change is None else change.gain(min(left.n, MORE))
    gain = with_interval(more) if more is not None else expected.more if expected else None
    ahead = _Ahead(left, learned, rest, expected, unlearned)
    of_all, of_label = (
        [one.words for one in faults if (one.kind == "unused label") is apart] for apart in (False, True)
    )
    kind, words = _said(ahead, of_all, next(iter(of_label), "") or weak_point(labels), weakest)
    of_labels = {one.label: f1 for one in labels if change and (f1 := change.gain(left.n, one.label)) is not None}
    return Advice(kind, words, gain, minutes, rest, of_labels, expected, weakest, _overfits(common))


@dataclass(frozen=True, slots=True)
class _Ahead:
    """The questions left, and the gain to expect from them."""

    left: QuestionsLeft
    learned: int
    rest: float | None
    expected: Expected | None
    unlearned: str

    @property
    def is_known(self) -> bool:
        return self.rest is not None or self.expected is not None

    @property
    def is_over(self) -> bool:
        if self.expected and not is_surely_over(self.expected.more, self.expected.rest):
            return False
        return is_over(self.rest) if self.rest is not None else self.expected is not None

    @property
    def words(self) -> str:
        texts = f"the {self.left.n:,} {self.left.of} left would bring"
        changes = None if self.rest is None else f"about {self.rest:.1f} F1" if self.rest < MUCH else "much"
        if self.expected is None:
            return f"{texts} {changes}"
        f, low, high = self.expected.rest
        curve = f"{texts} about {f:.1f} F1 ({low:.1f} to {high:.1f}) by cross-validation"
        return f"{curve}, and {changes} judging by how the predictions change" if changes else curve


def _said(ahead: _Ahead, faults: Sequence[str], weak: str, weakest: TextKind | None) -> tuple[Kind, str]:
    wanted = "Add texts of the kind that the model is for" if weakest is None else f"Add texts: {weakest.words}"
    if not ahead.left.n:
        return "add texts", f"{wanted}: none are left to annotate. {ahead.unlearned}".rstrip()
    if faults:
        return "fix answers", faults[0]
    if ahead.learned and ahead.left.n < FEW_LEFT:
        return "add texts", f"{wanted}: the pool is nearly used up."
    if not ahead.is_known:
        return "wait", "Go on: it is too early to say what more answers would bring."
    if ahead.is_over:
        if ahead.left.n < SPARED * (ahead.learned + ahead.left.n):
            return "add texts", f"{wanted}: {ahead.words}."
        why = ahead.words if ahead.expected else f"the model's predictions hardly change any more; {ahead.words}"
        return "stop", f"Stop: {why}. {weak or FINAL}"
    if weak:
        return "look at label", weak
    if weakest:
        if not weakest.left:
            return "go on", f"Go on, and add texts of one kind: {weakest.words}."
        asks = f"`loop annotate --where {quote(weakest.condition)}` asks about them."
        return "go on", f"Go on, and ask about texts of one kind, or add such: {weakest.words}. {asks}"
    return "go on", f"Go on: {ahead.words}."


def _overfits(common: Together | None) -> bool:
    if common is None or common.gold < ENOUGH or not tell(common.overall[:, -1:]):
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
