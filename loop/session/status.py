"""The numbers around the question."""

from __future__ import annotations

from dataclasses import dataclass

from loop.overlap import lacking
from loop.progress import forgotten, forgotten_words, pinned_words, start_of_today, unlearned
from loop.records import Answer, Focus, TrainerStatus
from loop.session.trainer_watch import TrainerWatch
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.store.sessions import others_at_work


@dataclass(frozen=True, slots=True)
class SessionStatus:
    """The numbers around the question.

    Attributes:
        answers_today, answers_total: this annotator's answers in force; skipped and unusable texts are not answered.
        round: the last one published. trainer: what it is doing, in words.
        left_in_queue: prepared questions. pool_left: unanswered texts.
        last: this annotator's latest answer in force.
        forgotten: a warning about labels of the base that the model finds less well now, or a pinned round; else empty.
        score: F1 on held-out texts, in words; empty before an evaluation.
        others: the other annotators who have a session open.
        waiting: if no other text is left in the pool, those that this annotator has answered and others have yet to.
    """

    answers_today: int
    answers_total: int
    round: int
    trainer: str
    left_in_queue: int
    pool_left: int
    last: Answer | None
    forgotten: str = ""
    score: str = ""
    others: tuple[str, ...] = ()
    waiting: int = 0


class StatusReader:
    """Reads an annotator's numbers from the store."""

    def __init__(
        self,
        paths: ProjectPaths,
        store: Store,
        settings: Settings,
        annotator: str,
        trainer: TrainerWatch,
        focus: Focus,
    ) -> None:
        self._paths, self._store, self._settings = paths, store, settings
        self._annotator, self._trainer, self._focus = annotator, trainer, focus
        self._forgotten: tuple[object, str] = (None, "")
        self._unlearned: tuple[object, str] = (None, "")

    def read(self) -> SessionStatus:
        """The numbers around the question; cheap enough to call twice a second."""
        said = self._store.journal.trainer()
        left, pool = self._store.questions.waiting(self._focus, self._annotator), self._store.corpus.pool_size()
        return SessionStatus(
            answers_today=self._store.answers.count(self._annotator, since=start_of_today()),
            answers_total=self._store.answers.count(self._annotator),
            round=said.round if said else 0,
            trainer=self._trainer.state(),
            left_in_queue=left,
            pool_left=pool,
            last=self._store.answers.last(self._annotator),
            forgotten=self._forgotten_by(said),
            score=self._store.journal.headline(),
            waiting=0 if left or not pool else self._waiting(pool),
            others=tuple(one.annotator for one in others_at_work(self._paths, self._annotator)),
        )

    def _waiting(self, pool: int) -> int:
        needed = lacking(self._store.answers.standing()).values()
        mine = sum(self._annotator in names for _, names in needed)
        return mine if mine == pool else 0

    def _forgotten_by(self, said: TrainerStatus | None) -> str:
        """Cached until the trainer does something else: the screen asks twice a second."""
        pinned = self._store.journal.pinned_round()
        if (said, pinned) != self._forgotten[0]:
            words = forgotten_words(forgotten(self._store.journal.rounds(), self._settings))
            self._forgotten = (said, pinned), "; ".join(filter(None, [words, pinned_words(pinned)]))
        return self._forgotten[1]

    def unlearned(self) -> str:
        """A sentence about the answers that no round has learned; empty if there are none.

        Cached until an event, or until the trainer does something else.
        """
        seen = self._store.journal.last_seq(), self._store.journal.trainer()
        if seen != self._unlearned[0]:
            self._unlearned = seen, unlearned(self._store, self._settings).words
        return self._unlearned[1]
