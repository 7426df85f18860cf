"""The data of a report: numbers, curves, confusions, calibration, corrections, pace, texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loop.progress.answered import whole_answers
from loop.progress.held_out_gold import EvaluatedText, evaluated_texts, gold_texts
from loop.progress.project import Progress, progress
from loop.quality import (
    Calibration,
    Correction,
    Edges,
    Given,
    Pace,
    calibration,
    corrections,
    edge_confusion,
    label_confusion,
    matched,
    pace,
    pace_by_length,
)
from loop.records import Span
from loop.settings import ProjectPaths, Settings
from loop.store import Store


@dataclass(frozen=True, slots=True)
class Compared:
    """A text with its gold spans, the spans found in it, and the annotator's notes."""

    id: int | None
    text: str
    right: tuple[Span, ...]
    found: tuple[Span, ...]
    memo: str = ""

    @property
    def mistakes(self) -> int:
        """The number of wrong and missed spans."""
        return sum(match.kind != "right" for match in matched(self.right, self.found))


@dataclass(frozen=True, slots=True)
class ReportData:
    """The data of a report.

    Attributes:
        now: the numbers of `loop status`.
        labels: of the project. label_confusion, edge_confusion: of the last round on the held-out texts.
        calibration: of the questions' probabilities; None without any.
        confidence: the last round's probability that its whole prediction is right, for a random sample of the pool.
        corrections: of suggestions, with their counts.
        hardest: held-out texts with mistakes of the last round, most mistakes first. flagged: answers with a flag or a
            memo; `found` has the suggestions.
        pace: over time. by_length: by the number of words.
        pace: over time. by_length: by the words of the text.
    """

    now: Progress
    labels: tuple[str, ...]
    label_confusion: Mapping[tuple[str, str], int]
    edge_confusion: Mapping[tuple[str, Edges], int]
    calibration: Calibration | None
    confidence: list[float]
    corrections: list[tuple[Correction, int]]
    hardest: list[Compared]
    flagged: list[Compared]
    pace: list[Pace]
    by_length: list[Pace]


def report_data(store: Store, settings: Settings, paths: ProjectPaths) -> ReportData:
    """Collect the data of a report; reads every answer and its question.

    Raises:
        InputError: the gold file cannot be read.
    """
    now, labels = progress(store, settings, paths), settings.project.labels
    gold = gold_texts(store, settings, paths)
    last = evaluated_texts(store, gold, now.evaluated_round) if now.evaluated_round is not None else []
    matches = [match for one in last for match in matched(one.gold.spans, one.found)]
    answers = whole_answers(store)
    by_time = sorted(answers, key=lambda one: one.answer.seq)
    return ReportData(
        now=now,
        labels=labels,
        label_confusion=label_confusion(matches),
        edge_confusion=edge_confusion(matches),
        calibration=calibration(answers),
        confidence=store.questions.confidence(),
        corrections=corrections(answers),
        hardest=_hardest(last),
        flagged=_flagged(by_time, last),
        pace=pace(by_time),
        by_length=pace_by_length(by_time),
    )


def _hardest(last: Sequence[EvaluatedText]) -> list[Compared]:
    texts = [
        Compared(one.gold.known.id if one.gold.known else None, one.gold.text, one.gold.spans, one.found)
        for one in last
    ]
    return sorted((one for one in texts if one.mistakes), key=lambda one: -one.mistakes)


def _flagged(answers: Sequence[Given], last: Sequence[EvaluatedText]) -> list[Compared]:
    found = {one.gold.text: one.found for one in last}
    return [
        Compared(
            one.answer.text_id,
            text := one.question.text.text,
            one.answer.spans,
            found.get(text, one.answer.shown),
            one.answer.memo,
        )
        for one in answers
        if one.answer.flag or one.answer.memo
    ]
