"""The annotator's effort: tokens read, entities marked, keys pressed, and the modelled time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp
from random import Random

from loop.editing import keymap, page_of
from loop.records import Answer, Question, Span
from loop.simulate.keystrokes import plan
from loop.suggest import suggester_of
from loop.timing import DIMMED, PRIOR, CostModel, edits, tokens_read


@dataclass(frozen=True, slots=True)
class Times:
    """The seconds that an oracle takes for its answers.

    Attributes:
        cost: for a text with so many tokens, spans and edits.
        dimmed: what a token around a passage costs, as a share of one in it.
        power: what `cost` says, to this power; not 1 for times that no `CostModel` can be fitted to.
        scatter: standard deviation of the logarithm of a random factor.
    """

    cost: CostModel = PRIOR
    dimmed: float = DIMMED
    power: float = 1.0
    scatter: float = 0.0

    def seconds(self, question: Question, right: Sequence[Span], *, shown: Sequence[Span]) -> float:
        """The time of an answer with these spans to a question that shows others."""
        tokens = tokens_read(question.tokens, question.passage, dimmed=self.dimmed)
        usual = self.cost.seconds(tokens=tokens, spans=len(shown), edits=edits(shown, right))
        chance = Random(f"{question.text.id}:{question.passage}")
        return float(usual**self.power) * exp(chance.gauss(0.0, self.scatter))


USUAL = Times()


@dataclass(frozen=True, slots=True)
class Effort:
    """Sums over the answers so far.

    Attributes:
        tokens: read; see `loop.timing.tokens_read`. entities: in the answers. keys: pressed by a skilled annotator, 0
            if not counted. seconds: modelled, see `Times`.
    """

    answers: int = 0
    tokens: int = 0
    entities: int = 0
    keys: int = 0
    seconds: float = 0.0

    def plus(self, question: Question, answer: Answer) -> Effort:
        """The sums with another answer."""
        return replace(
            self,
            answers=self.answers + 1,
            tokens=self.tokens + round(tokens_read(question.tokens, answer.passage)),
            entities=self.entities + len(answer.spans),
            keys=self.keys + answer.keys,
            seconds=self.seconds + answer.seconds,
        )


def keys_to(question: Question, answered: Sequence[Span], labels: Sequence[str]) -> int:
    """About the fewest keys from the suggestions to the answer, using every aid of the editor."""
    page = page_of(question, labels, suggester=suggester_of(question))
    return len(plan(page, page.snap(answered), keymap(labels)))
