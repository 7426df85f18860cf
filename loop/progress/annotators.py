"""The annotators of a project in numbers: what they answered, how fast, and whether they are at work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from loop.overlap import Lacking, lacking
from loop.progress.answered import last_answers
from loop.progress.live_status import start_of_today
from loop.progress.pace import seconds_an_answer
from loop.records import Answer
from loop.settings import ProjectPaths
from loop.store import Store
from loop.store.sessions import AtWork, at_work


@dataclass(frozen=True, slots=True)
class AnnotatorSummary:
    """One annotator.

    Attributes:
        answers, today: their answers in force, imported ones left out; skipped texts are not answered.
        seconds: the median time of their last answers; None if none was timed.
        waiting: texts that others have answered and they, or somebody else, have yet to.
        session: the one they have open, if any.
        has_left: whether they have retired since their last answer.
    """

    name: str
    answers: int
    today: int
    seconds: float | None
    waiting: int
    session: AtWork | None
    has_left: bool


def annotators(store: Store, paths: ProjectPaths) -> list[AnnotatorSummary]:
    """Everybody who has answered a question or has a session open, by name."""
    answers, sessions = store.answers.standing(), {one.annotator: one for one in at_work(paths)}
    retired = store.annotators.retired()
    names, waiting = {*store.annotators.active(), *retired, *sessions}, lacking(answers)
    return [_summary(name, store, answers, waiting, sessions.get(name), name in retired) for name in sorted(names)]


def _summary(
    name: str, store: Store, answers: Sequence[Answer], waiting: Lacking, session: AtWork | None, has_left: bool
) -> AnnotatorSummary:
    given = [answer for answer in answers if answer.annotator == name]
    return AnnotatorSummary(
        name=name,
        answers=store.answers.count(name),
        today=store.answers.count(name, since=start_of_today()),
        seconds=seconds_an_answer(last_answers(store, given)),
        waiting=0 if has_left else sum(name not in names for _, names in waiting.values()),
        session=session,
        has_left=has_left,
    )
