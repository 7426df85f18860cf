"""The scores of a text that acquisition functions rank by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from loop.former_names import attribute
from loop.lattice import Expectation
from loop.timing import DIMMED, PRIOR, CostModel


@dataclass(frozen=True)
class Scored:
    """A text's scores; expensive ones are computed on first access.

    Attributes:
        text_id: id of the text.
        tokens: length of the text, or of the passage to be asked about.
        around: how many more tokens are shown around the passage.
        section: where the part of a long text begins that is shown.
        passage: its tokens, counted from there; None for all that is shown. What is `expected` is expected in it.
        entropy: of the model's distribution over analyses, in nats.
        expect: computes what is `expected`.
        history: entropies in the last rounds that scored the text, oldest first, without this one; mostly empty.
        cost: predicts the annotation time.
    """

    text_id: int
    tokens: int
    entropy: float
    expect: Callable[[], Expectation] = field(default=Expectation, compare=False, repr=False)
    history: tuple[float, ...] = ()
    cost: CostModel = PRIOR
    around: int = 0
    section: int = 0
    passage: tuple[int, int] | None = None

    @cached_property
    def expected(self) -> Expectation:
        """Expectations about the best analysis: probability, entities, errors, edits."""
        return self.expect()

    outlook = attribute("Scored", "outlook", "expected")

    @property
    def expected_errors(self) -> float:
        """Expected number of wrong and missed entities; one with a wrong boundary or label counts as both."""
        return self.expected.false + self.expected.missed

    @property
    def seconds(self) -> float:
        """Predicted annotation time in seconds."""
        expected = self.expected
        read = self.tokens + DIMMED * self.around
        return self.cost.seconds(tokens=read, spans=expected.shown, edits=expected.edits)
