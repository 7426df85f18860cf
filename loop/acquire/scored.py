"""What an acquisition function may look at: a text as the model reads it, in numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from loop.acquire.cost import PRIOR, CostModel
from loop.lattice import Outlook


@dataclass(frozen=True)
class Scored:
    """A text as the model reads it; what is dear to compute is computed when an acquisition function asks for it.

    Attributes:
        tokens: its length. entropy: of its reading, in nats.
        look: computes the `outlook`.
        history: its entropy in the last rounds that read it, oldest first, without this one; most texts have none.
        cost: predicts the annotator's time.
    """

    text_id: int
    tokens: int
    entropy: float
    look: Callable[[], Outlook] = field(default=Outlook, compare=False, repr=False)
    history: tuple[float, ...] = ()
    cost: CostModel = PRIOR

    @cached_property
    def outlook(self) -> Outlook:
        """What to expect of its best reading: probability, entities, errors, edits."""
        return self.look()

    @property
    def expected_errors(self) -> float:
        """How many entities the best reading has wrong or lacks; one with a wrong edge or label counts as both."""
        return self.outlook.false + self.outlook.missed

    @property
    def seconds(self) -> float:
        """How long the annotator would take to answer."""
        expected = self.outlook
        return self.cost.seconds(tokens=self.tokens, spans=expected.shown, edits=expected.edits)
