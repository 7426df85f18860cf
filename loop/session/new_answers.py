"""What a new answer needs beside what the annotator said, and whether it can be stored."""

from __future__ import annotations

from collections.abc import Sequence

from loop.alignment import misfit
from loop.errors import LoopError
from loop.overlap import is_shared
from loop.records import Answer, Passage, Question, Span, Verdict
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.store.sessions import others_at_work

SPANS_HINT = (
    "A span has a start, an end (exclusive) and one of the project's labels, lies within the text, overlaps no other."
)


class NewAnswers:
    """The answers that one annotator gives in a session."""

    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store, annotator: str) -> None:
        self._paths, self._settings, self._store, self._annotator = paths, settings, store, annotator
        self._labels = settings.project.labels
        self._scheme = store.journal.scheme(self._labels)

    def refuse_misfits(
        self, question: Question, spans: Sequence[Span], replaced: Answer | None, passage: Passage | None
    ) -> None:
        """Check that an answer can be stored.

        Raises:
            LoopError: the spans do not fit the text, the passage or the labels.
        """
        if passage and (outside := [span for span in spans if not span.touches(passage)]):
            what = f"the span {outside[0].start}-{outside[0].end} is outside of its passage, {passage[0]}-{passage[1]}"
            raise LoopError(f"The answer to text {question.text.id} cannot be stored: {what}.", hint=SPANS_HINT)
        labels = {*self._labels, *(span.label for span in (replaced.spans if replaced else ()))}
        if problem := misfit(spans, size=len(question.text.text), labels=labels):
            raise LoopError(f"The answer to text {question.text.id} cannot be stored: {problem}.", hint=SPANS_HINT)

    def scheme_of(self, replaced: Answer | None, verdict: Verdict, complete: bool, spans: Sequence[Span]) -> int:
        """The label scheme of an answer: that of the answer it replaces, where it still fits.

        Correcting an earlier answer says nothing about labels added since, unless it marks one.
        """
        if replaced is None or (replaced.verdict, replaced.complete) != (verdict, complete):
            return self._scheme
        naming = self._store.journal.naming()
        known = naming.known(replaced.scheme)
        if not {*known, *(span.label for span in replaced.spans)}.issuperset(span.label for span in spans):
            return self._scheme
        if naming.is_current(replaced.scheme):
            return replaced.scheme
        return self._store.journal.scheme(self._labels, asked=known)

    def needed(self, question: Question, *, shared: bool) -> int:
        """How many annotators have to answer the text before an answer counts; 1 unless such texts are `shared`."""
        setting, seed = self._settings.annotators, self._settings.project.seed
        if not shared or question.stream in ("revisit", "repeat"):
            return 1
        if begun := self._store.annotators.needed_by(question.text.id):
            return begun
        if not is_shared(question.text, share=setting.overlap, seed=seed):
            return 1
        others = (one.annotator for one in others_at_work(self._paths, self._annotator) if one.asks)
        return min(setting.answers, len({self._annotator, *self._store.annotators.active(), *others}))


def suggested(question: Question, passage: Passage | None) -> tuple[Span, ...]:
    """The spans that a question shows of its text, or of a passage of it."""
    if passage is None:
        return question.prediction
    return tuple(span for span in question.prediction if span.touches(passage))


def what_was_said(answer: Answer) -> tuple[object, ...]:
    """All that an annotator decided in an answer; two that are equal in this say the same."""
    return answer.verdict, answer.complete, answer.passage, answer.spans, answer.reason, answer.flag, answer.memo
