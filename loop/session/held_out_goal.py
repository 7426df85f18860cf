"""The held-out texts that a session asks for with `--measure N`."""

from __future__ import annotations

from loop.records import Answer


class HeldOutGoal:
    """Counts the held-out texts that are answered in a session.

    One that is skipped or unusable evaluates nothing: another one is asked in its place.

    Attributes:
        wanted: how many are asked for; 0 for the usual mixture of questions.
    """

    def __init__(self, wanted: int) -> None:
        self.wanted = wanted
        self._texts: set[int] = set()

    def note(self, answer: Answer) -> None:
        """Count an answer, or no longer count the one that it replaces."""
        self._texts.discard(answer.text_id)
        if answer.held_out and answer.says_something:
            self._texts.add(answer.text_id)

    @property
    def answered(self) -> int:
        """The number of answered texts."""
        return len(self._texts)

    @property
    def reached(self) -> str:
        """That all of them are answered, in a sentence; empty until then."""
        if not 0 < self.wanted <= self.answered:
            return ""
        done = "1 held-out text is answered" if self.wanted == 1 else f"{self.wanted} held-out texts are answered"
        return f"{done}. Quit and run `loop annotate` for the usual questions."
