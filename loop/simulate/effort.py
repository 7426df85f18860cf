"""What the answers cost the annotator: what was read, marked, pressed, and the time that it takes by a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from loop.acquire.cost import PRIOR, edits
from loop.editing import keymap, page_of
from loop.records import Answer, Question, Span
from loop.simulate.keystrokes import plan
from loop.suggest import suggester_of


@dataclass(frozen=True, slots=True)
class Effort:
    """Sums over the answers so far.

    Attributes:
        tokens: of the texts that were read. entities: in the answers. keys: pressed by a skilled person, 0 where
            they are not counted. seconds: by the prior of `loop.acquire.cost`, with the edits that were made.
    """

    answers: int = 0
    tokens: int = 0
    entities: int = 0
    keys: int = 0
    seconds: float = 0.0

    def plus(self, question: Question, answer: Answer) -> Effort:
        """The sums with one answer more; a yes or no to one span edits nothing."""
        tokens, shown = len(question.tokens), len(answer.shown)
        edited = edits(answer.shown, answer.spans) if answer.complete else 0
        return replace(
            self,
            answers=self.answers + 1,
            tokens=self.tokens + tokens,
            entities=self.entities + len(answer.spans),
            keys=self.keys + answer.keys,
            seconds=self.seconds + PRIOR.seconds(tokens=tokens, spans=shown, edits=edited),
        )


def keys_to(question: Question, answered: Sequence[Span], labels: Sequence[str]) -> int:
    """The fewest keys, about, from what is shown to what is right, with every help that the editor gives."""
    page = page_of(question, labels, suggester=suggester_of(question))
    return len(plan(page, page.snap(answered), keymap(labels)))
