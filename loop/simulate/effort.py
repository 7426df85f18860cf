"""The annotator's effort: tokens read, entities marked, keys pressed, and the modelled time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from loop.editing import keymap, page_of
from loop.records import Answer, Question, Span
from loop.simulate.keystrokes import plan
from loop.suggest import suggester_of
from loop.timing import timed, tokens_read


@dataclass(frozen=True, slots=True)
class Effort:
    """Sums over the answers so far.

    Attributes:
        tokens: read; see `loop.timing.tokens_read`. entities: in the answers. keys: pressed by a skilled annotator, 0
            if not counted. seconds: by the prior of `loop.timing`, from the number of edits.
    """

    answers: int = 0
    tokens: int = 0
    entities: int = 0
    keys: int = 0
    seconds: float = 0.0

    def plus(self, question: Question, answer: Answer) -> Effort:
        """The sums with another answer."""
        tokens = tokens_read(question.tokens, answer.passage)
        return replace(
            self,
            answers=self.answers + 1,
            tokens=self.tokens + round(tokens),
            entities=self.entities + len(answer.spans),
            keys=self.keys + answer.keys,
            seconds=self.seconds + timed(answer, tokens=tokens).expected,
        )


def keys_to(question: Question, answered: Sequence[Span], labels: Sequence[str]) -> int:
    """About the fewest keys from the suggestions to the answer, using every aid of the editor."""
    page = page_of(question, labels, suggester=suggester_of(question))
    return len(plan(page, page.snap(answered), keymap(labels)))
