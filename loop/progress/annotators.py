"""The annotators of a project in numbers: what they answered, how fast, and whether they are at work."""

from __future__ import annotations

from dataclasses import dataclass

from loop.overlap import lacking
from loop.progress.agreement import each_with_others
from loop.progress.answered import last_answers
from loop.progress.live_status import start_of_today
from loop.progress.pace import seconds_an_answer
from loop.quality.shared_texts import WithOthers
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.store.sessions import AtWork, at_work


@dataclass(frozen=True, slots=True)
class AnnotatorSummary:
    """One annotator.

    Attributes:
        answers, today: their answers in force, imported ones left out; skipped texts are not answered.
        seconds: the median time of their last answers; None if none was timed.
        agreement: with the others, on texts that they answered blind; None if there are none.
        waiting: texts that others have answered and they, or somebody else, have yet to.
        session: the one they have open, if any.
        has_left: whether they have retired since their last answer.
    """

    name: str
    answers: int
    today: int
    seconds: float | None
    agreement: WithOthers | None
    waiting: int
    session: AtWork | None
    has_left: bool


def annotators(store: Store, settings: Settings, paths: ProjectPaths) -> list[AnnotatorSummary]:
    """Everybody who has answered a question or has a session open, by name."""
    answers, sessions = store.answers.standing(), {one.annotator: one for one in at_work(paths)}
    retired, waiting = store.annotators.retired(), lacking(answers)
    agreement = each_with_others(store, store.answers.all(), settings.project.labels)

    def summary(name: str) -> AnnotatorSummary:
        has_left = name in retired
        return AnnotatorSummary(
            name=name,
            answers=store.answers.count(name),
            today=store.answers.count(name, since=start_of_today()),
            seconds=seconds_an_answer(last_answers(store, [each for each in answers if each.annotator == name])),
            agreement=agreement.get(name),
            waiting=0 if has_left else sum(name not in names for _, names in waiting.values()),
            session=sessions.get(name),
            has_left=has_left,
        )

    return [summary(name) for name in sorted({*store.annotators.active(), *retired, *sessions})]
