"""An annotation session: it picks the next question and stores the answer. No screen, no spaCy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import uuid4

from loop.editing import Page, is_for_teaching
from loop.former_names import attribute
from loop.progress import IDLE, trainer_state
from loop.records import NO_FOCUS, Answer, Focus, Mode, Passage, Question, Span, Verdict
from loop.session.guidelines import add_note, digest
from loop.session.held_out_goal import HeldOutGoal
from loop.session.new_answers import NewAnswers, suggested, what_was_said
from loop.session.status import SessionStatus, StatusReader
from loop.session.texts import Texts
from loop.session.trainer_watch import TrainerWatch
from loop.settings import PATTERNS_NAME, ProjectPaths, Settings
from loop.settings.login import login
from loop.settings.writing import set_value
from loop.store import Store
from loop.store.sessions import OpenSession

if TYPE_CHECKING:
    from loop.progress.panel import Panel


class Session:
    """One annotator at work on one project.

    Attributes:
        name: of the project. labels: in the order of loop.cfg. guidelines: the text of guidelines.md.
        keys: the commands that loop.cfg remaps, with their keys. notes: the labels' descriptions in loop.cfg.
        texts: to look for and to choose. mode: of the next texts. focus: the filter on the texts to ask about.
        shares: whether some texts wait for the answers of others, as [annotators] overlap says.
        goal: the held-out texts asked for with `--measure`.
        knows_nothing: whether there was no answer and no pattern when the session opened; then `loop terms` is offered.
        versions: the most versions of a text that a review compares; 0 in any other session.
        asks: whether it asks about new texts, instead of reviewing answers.

    Raises:
        StoreError: this annotator has another session open on the project.
    """

    mode: Mode = "correct"
    shares = True
    versions: int = 0
    asks: bool = True

    history = attribute("Session", "history", "texts.history")
    search = attribute("Session", "search", "texts.search")
    choose = attribute("Session", "choose", "texts.choose")
    over = attribute("Session", "over", "goal_reached")

    def __init__(
        self,
        paths: ProjectPaths,
        settings: Settings,
        store: Store,
        *,
        annotator: str = "",
        start_trainer: Callable[[], None] | None = None,
        question_for: Callable[[Answer], Question] | None = None,
        focus: Focus = NO_FOCUS,
    ) -> None:
        self.annotator = annotator or login()
        self._open = OpenSession(paths, self.annotator, focus, asks=self.asks)
        self._paths, self._settings, self._store = paths, settings, store
        self.focus = focus
        self.goal = HeldOutGoal(focus.measure)
        self._looked_again: set[int] = set()
        if self.is_focus_exhausted:  # in an earlier session: texts may have been added since
            store.questions.expire()
        self._question_for = question_for
        self._trainer = TrainerWatch(paths, store, start_trainer)
        self._reopened: Answer | None = None
        self._new = NewAnswers(paths, settings, store, self.annotator)
        store.journal.settings(settings.weights_digest(), settings.weights())
        self.texts = Texts(paths, settings, store, self.annotator)
        self._status = StatusReader(paths, store, settings, self.annotator, self._trainer, focus)
        self.name = paths.root.resolve().name
        has_answers = store.corpus.pool_size() < store.corpus.size() or store.answers.count() > 0
        self.knows_nothing = not (has_answers or paths.patterns(settings.project.patterns).exists())
        self.labels = settings.project.labels
        self.keys, self.notes = settings.keys, settings.labels
        self.guidelines = paths.guidelines.read_text(encoding="utf-8") if paths.guidelines.is_file() else ""
        self._guideline_hash = digest(self.guidelines)

    def next(self) -> Question | None:
        """The next question: one with a draft or one the annotator chose, otherwise the first unanswered one.

        After the last one come the texts skipped as unsure, once per session. None when nothing is left.
        """
        if self.goal_reached:
            return None
        return self._head() or self._second_look()

    def _head(self, after: Question | None = None) -> Question | None:
        """The next question, which is in this session's hand from now on, with the one before it on the screen."""
        fits = (lambda question: is_for_teaching(question, self.labels)) if self.mode == "teach" else None
        with self._open.choosing() as taken:
            found = self._store.questions.head(self.annotator, after=after, focus=self.focus, fits=fits, taken=taken)
            self._open.take(after, found)
        return found

    def _second_look(self) -> Question | None:
        if self.focus != NO_FOCUS or not (self.is_focus_exhausted or self._nothing_is_prepared()):
            return None
        asked = self._store.requests.unsure(self.annotator, without=self._looked_again)
        question = self._store.questions.get([asked]).get(asked) if asked is not None else None
        if question is not None:
            self._looked_again.add(question.text.id)
        return question

    def _nothing_is_prepared(self) -> bool:
        """Whether the pool is empty, or the trainer has nothing left to do."""
        return not self._store.corpus.pool_size() or trainer_state(self._store, self._paths) == IDLE

    @property
    def goal_reached(self) -> str:
        """That the held-out texts asked for with `--measure` are answered, in a sentence; empty until then."""
        return self.goal.reached

    @property
    def is_focus_exhausted(self) -> bool:
        """Whether the session's filter leaves no text to ask about, until texts are added."""
        return self._store.questions.is_exhausted(self.focus)

    def panel(self) -> Panel:
        """The panel of `loop status`; reads every answer, and may be called from any thread."""
        from loop.progress import progress
        from loop.progress.panel import panel

        return panel(progress(self._store, self._settings, self._paths))

    def note(self, question: Question) -> str:  # noqa: ARG002  # a review overrides it
        """A note shown instead of the earlier answer; empty for none."""
        return ""

    def place(self, question: Question) -> Span | None:
        """The span to put the cursor on; None for the start of the text."""
        return self.texts.place(question)

    def with_versions(self, question: Question, page: Page) -> Page:  # noqa: ARG002  # a review overrides it
        """The page of a question with the versions to compare on it, if any."""
        return page

    def retract(self, question: Question) -> bool:  # noqa: ARG002  # a review overrides it
        """Take back a decision of a review; return whether there was one."""
        return False

    def add_note(self, note: str) -> str:
        """Add a note to the guidelines; return the name of their file.

        Raises:
            LoopError: the file cannot be written.
        """
        self.guidelines = add_note(self._paths.guidelines, note)
        self._guideline_hash = digest(self.guidelines)
        return self._paths.guidelines.name

    def upcoming(self, question: Question) -> Question | None:
        """The question that follows this one, as the queue is now."""
        return self._head(after=question)

    def open(self, answer: Answer) -> tuple[Question, Answer] | None:
        """An earlier answer and its question, in the form `reopen` returns.

        An imported answer gets a question. None if this session cannot make one.
        """
        found = self._store.questions.get([answer.question_id or ""]).get(answer.question_id or "")
        if found is None and self._question_for is not None:
            found = self._question_for(answer)
        if found is None:
            return None
        self._reopened = answer
        return found, answer

    def add_pattern(self, string: str, label: str) -> str:
        """Add a pattern that suggests this string in other texts.

        Creates the patterns file if the project has none. Returns the file's name, or "" if the pattern is known.
        """
        from loop.patterns.file import append_pattern  # with all formats: not before the first screen

        file = self._paths.patterns(self._settings.project.patterns)
        added = append_pattern(file, string, label)
        if self._settings.project.patterns is None:
            set_value(self._paths.cfg, "project", "patterns", PATTERNS_NAME)
            self._settings = replace(self._settings, project=replace(self._settings.project, patterns=PATTERNS_NAME))
        return file.name if added else ""

    def neighbours(self, question: Question) -> tuple[str, str]:
        """The texts before and after this one in its group; an empty string where there is none."""
        return self._store.corpus.neighbours(question.text)

    def left_out(self) -> dict[str, int]:
        """How many texts were skipped, by reason, and how many are unusable."""
        return self._store.answers.left_out()

    def answered(self, question: Question) -> Answer | None:
        """This annotator's standing answer to a question or to its text; None without any."""
        return self._store.answers.of(question, self.annotator)

    def draft(self, question: Question) -> str | None:
        """The draft that `save_draft` stored for a question."""
        return self._store.drafts.of(question, self.annotator)

    def save_draft(self, question: Question, draft: str) -> None:
        """Store an unfinished answer; it is on disk when this returns."""
        self._store.drafts.save(question, self.annotator, draft)

    def answer(
        self,
        question: Question,
        verdict: Verdict,
        spans: Sequence[Span],
        *,
        seconds: float,
        keys: int,
        reason: str = "",
        flag: bool = False,
        memo: str = "",
        complete: bool = True,
        passage: Passage | None = None,
        shown: Sequence[Span] | None = None,
        mode: Mode | None = None,
    ) -> Answer:
        """Commit an answer; it is on disk when this returns.

        If this annotator has answered the text before, a changed answer replaces the old one.
        `shown` defaults to everything that was suggested, the mode to the session's. With a passage, `complete` is
        false.

        Raises:
            StoreError: the text was removed, or another session answered it at the same time.
            LoopError: the spans do not fit the text; nothing is stored.
        """
        replaced = self.answered(question)
        self._new.refuse_misfits(question, spans, replaced, passage)
        self._reopened = None
        said = (verdict, complete, passage, tuple(spans), reason, flag, memo)
        if replaced and said == what_was_said(replaced):
            self._store.drafts.drop(question, self.annotator)
            return replaced
        answer = Answer(
            id=uuid4().hex,
            text_id=question.text.id,
            annotator=self.annotator,
            verdict=verdict,
            spans=tuple(spans),
            shown=suggested(question, passage) if shown is None else tuple(shown),
            complete=complete,
            passage=passage,
            mode=mode or self.mode,
            scheme=self._new.scheme_of(replaced, verdict, complete, spans),
            round=question.round,
            question_id=question.id,
            held_out=replaced.held_out if replaced else question.stream == "held_out",
            repeat=question.stream == "repeat",
            flag=flag,
            memo=memo,
            reason=reason,
            guideline_hash=self._guideline_hash,
            seconds=seconds,
            keys=keys,
            adjudicates=replaced.adjudicates if replaced else (),
            needs=replaced.needs if replaced else self._new.needed(question, shared=self.shares and complete),
            retracts=replaced.id if replaced else None,
        )
        added = self._store.answers.add(answer, question)
        self._open.let_go(question)
        self.goal.note(added)
        return added

    def leave(self, question: Question) -> None:
        """Leave a reopened answer as it was and drop its draft."""
        self._reopened = None
        self._store.drafts.drop(question, self.annotator)

    def reopen(self) -> tuple[Question, Answer | None] | None:
        """This annotator's previous answer and its question; each further call goes back one more.

        The answer stays in force until a different one replaces it.
        """
        before = self._reopened.seq if self._reopened else None
        last = self._store.answers.last(self.annotator, before=before)
        if last is None or last.question_id is None:
            return None
        question = self._store.questions.get([last.question_id])[last.question_id]
        self._reopened = last
        return question, last

    def uses(self) -> dict[str, int]:
        """How often this annotator used each command in earlier sessions."""
        return self._store.requests.uses(self.annotator)

    def keep_uses(self, uses: Mapping[str, int]) -> None:
        """Store how often this annotator has used each command, with earlier sessions."""
        self._store.requests.keep_uses(self.annotator, uses)

    def status(self) -> SessionStatus:
        """The numbers around the question; cheap enough to call twice a second."""
        return self._status.read()

    def unlearned(self) -> str:
        """A sentence about the answers that no round has learned; empty if there are none."""
        return self._status.unlearned()

    def learn_now(self) -> str:
        """Ask the trainer to learn the answers that are too few for a round; return a sentence about it."""
        self._trainer.learn_now()
        return self.unlearned() or "Nothing is left over: every answer is learned, or its round is due."

    def tick(self) -> None:
        """Restart the trainer if it died; see `TrainerWatch`."""
        self._trainer.tick()

    def close(self) -> None:
        """Release the project for another session; this session's trainer ends when its work is done."""
        self._open.close()
