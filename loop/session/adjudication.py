"""A session that decides between the answers of several annotators, text by text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_OID, uuid4, uuid5

from loop.editing import Difference, Page, Version, compared
from loop.errors import LoopError, StoreError
from loop.records import Answer, Question, Span
from loop.session.review import Review, Stop
from loop.session.status import SessionStatus
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.store.sessions import InHand

if TYPE_CHECKING:
    from loop.quality import ReviewItem, Scope
    from loop.quality.versions import Version as TextVersion
    from loop.truth import Truth


def review_question(item: ReviewItem, asked: Question) -> Question:
    """Return the question of a review: what is agreed on is suggested.

    Args:
        item: what to decide.
        asked: any question about the text whose tokens cover it.
    """
    ids = "\n".join(sorted(one.id for one in item.answers))
    return Question(
        id=uuid5(NAMESPACE_OID, f"{ids}\n{item.scope.passage}\n{sorted(item.scope.labels)}").hex,
        text=asked.text,
        tokens=asked.tokens,
        prediction=item.agreed,
        stream="review",
        round=asked.round,
        passage=item.scope.passage,
    )


class Adjudication(Review):
    """A review of items: each decision is an adjudicated answer, which names those that it decides between.

    The items come with their `review_question`, the first one first. If `blind`, it hides who said what.

    Raises:
        StoreError: the reviewer has another session open on the project.
    """

    def __init__(
        self,
        paths: ProjectPaths,
        settings: Settings,
        store: Store,
        *,
        items: Sequence[tuple[ReviewItem, Question]],
        annotator: str = "",
        blind: bool = False,
    ) -> None:
        self._last: Answer | None = None
        stops = [Stop(question, item.decided, "") for item, question in items]
        super().__init__(paths, settings, store, stops=stops, annotator=annotator)
        self._blind = blind
        self._taken: set[str] = set()  # by others, so that they were not shown
        self._shown: str | None = None
        shown = [(item.shuffled(settings.project.seed) if blind else item, question) for item, question in items]
        self._items: Mapping[str, ReviewItem] = {question.id: item for item, question in shown}
        self.versions = max((len(item.versions) for item, _ in items), default=0)

    def note(self, question: Question) -> str:
        """The item's number, and what there is to decide."""
        item, at = self._items.get(question.id), self._number(question)
        if item is None or at is None:
            return super().note(question)
        return f"{at + 1} of {len(self._stops)}: {self._why(item, self.answered(question))}"

    def _why(self, item: ReviewItem, decided: Answer | None) -> str:
        count = len(item.differences)
        said = [f"{count} difference{'' if count == 1 else 's'}" if count else "no difference"]
        if decided is not None:
            who = "you" if decided.annotator == self.annotator else decided.annotator
            stale = item.is_stale and decided == item.decided
            said = [f"an answer has changed since {who} decided" if stale else f"decided by {who}", *said]
        said += [_scope_words(item.scope, self.labels)] * (item.scope != (frozenset(self.labels), None))
        said += ["you are one of the annotators"] * (self.annotator in item.annotators)
        said += ["waits for more annotators"] * item.waits
        said += ["held out: never learned from"] * any(one.held_out for one in item.answers)
        return " · ".join(said)

    @property
    def goal_reached(self) -> str:
        """The sentence shown after the last item; empty before."""
        if self._at < len(self._stops):
            return ""
        shown = [stop.question.id for stop in self._stops if stop.question.id not in self._taken]
        decided = sum(self._stands[id_] is not None for id_ in shown)
        others = f" Others have taken {n} more." if (n := len(self._taken)) else ""
        return f"All shown ({len(shown)}), {decided} decided; every decision is saved.{others}"

    def status(self) -> SessionStatus:
        """The numbers around the item; the last answer is the last decision of this review."""
        return replace(super().status(), last=self._last)

    def with_versions(self, question: Question, page: Page) -> Page:
        """The page with all versions and where they differ."""
        item = self._items.get(question.id)
        if item is None:
            return page
        names = item.names(blind=self._blind)
        labels = [label for label in self.labels if label in item.scope.labels]
        versions = [_version(name, one, page, labels) for name, one in zip(names, item.versions, strict=True)]
        places = [(one, page.cover(one.start - page.offset, one.end - page.offset)) for one in item.differences]
        differences = [
            Difference(*place, tuple(None if said is None else page.snap(said) for said in one.said))
            for one, place in places
            if place is not None
        ]
        return compared(page, tuple(versions), tuple(differences))

    def next(self) -> Question | None:
        """The question of the current item, which is in this session's hand from now on; None after the last one.

        Items that others have in hand, or have decided since the review began, are left out; `reopen` shows the latter.
        """
        with self._open.choosing() as in_hands:
            while (question := super().next()) is not None and self._is_taken(question, in_hands):
                self._taken.add(question.id)
                self._go_on(question)
            self._open.take(question)
        self._show(question)
        return question

    def _is_taken(self, question: Question, in_hands: Sequence[InHand]) -> bool:
        if question.id == self._shown:
            return False
        before = self._stands[question.id]
        self._read_decision(question)
        now = self._stands[question.id]
        is_decided = now is not None and now != before and now.annotator != self.annotator
        return is_decided or any(map(InHand.of(question).conflicts, in_hands))

    def reopen(self) -> tuple[Question, Answer | None] | None:
        """The previous item that nobody else has in hand; None if there is none."""
        at = self._at
        with self._open.choosing() as in_hands:
            while (found := super().reopen()) and any(map(InHand.of(found[0]).conflicts, in_hands)):
                pass
            if found is None:
                self._at = at
                return None
            self._open.take(found[0])
        self._show(found[0])
        return found[0], self.answered(found[0])

    def _show(self, question: Question | None) -> None:
        self._shown = None if question is None else question.id
        if question is not None:
            self._taken.discard(question.id)
            self._read_decision(question)

    def _read_decision(self, question: Question) -> None:
        """Take note of what another session may have decided meanwhile."""
        item = self._items[question.id]
        mine = (one for one in self._store.answers.standing() if one.text_id == item.text_id and item.is_of(one))
        self._stands[question.id] = max(mine, key=lambda one: one.rank, default=None)

    def answered(self, question: Question) -> Answer | None:
        """The decision in force about an item; otherwise as in other sessions."""
        return self._stands[question.id] if question.id in self._items else super().answered(question)

    def answer(self, question: Question, *said: Any, **more: Any) -> Answer:
        """Commit the decision about the current item and go to the next one; see `Session.answer`.

        An unchanged decision is committed again if an answer that it names has changed.
        """
        item = self._items.get(question.id)
        if item is None:
            return super().answer(question, *said, **more)
        verdict, spans = said
        if verdict != "accept":
            raise LoopError("A review decides which spans are right.", hint="Leave the text undecided instead.")
        before = self.answered(question)
        made = self._adjudicated(item, question, tuple(spans), before, **more)
        if before is None or _said(made) != _said(before):
            self._new.refuse_misfits(question, spans, before, made.passage)
            made = self._added(made, question)
        else:
            self._store.drafts.drop(question, self.annotator)
            made = before
        self._stands[question.id] = self._last = made
        self._go_on(question)
        return made

    def _added(self, made: Answer, question: Question) -> Answer:
        try:
            return self._store.answers.add(made, question)
        except StoreError:
            self._read_decision(question)  # the next attempt replaces what somebody else decided meanwhile
            raise

    def _adjudicated(
        self,
        item: ReviewItem,
        question: Question,
        spans: tuple[Span, ...],
        before: Answer | None,
        *,
        seconds: float,
        keys: int,
        flag: bool = False,
        memo: str = "",
        **_: Any,
    ) -> Answer:
        labels, passage = item.scope
        contested = tuple(sorted({span for one in item.differences for span in one.spans}))
        return Answer(
            id=uuid4().hex,
            text_id=question.text.id,
            annotator=self.annotator,
            verdict="accept",
            spans=spans,
            shown=question.prediction if labels else contested,
            complete=bool(labels) and passage is None,
            passage=passage,
            mode="correct" if labels else "teach",
            scheme=self._store.journal.scheme(self.labels, asked=labels or None),
            round=question.round,
            question_id=question.id,
            held_out=any(one.held_out for one in item.answers),
            flag=flag,
            memo=memo,
            guideline_hash=self._guideline_hash,
            seconds=seconds,
            keys=keys,
            adjudicates=tuple(one.id for one in item.answers if one.says_something),
            retracts=before.id if before else None,
        )

    def leave(self, question: Question) -> None:
        """Leave the item as it is, decided or not, and go to the next one."""
        if question.id not in self._items:
            super().leave(question)
            return
        self._store.drafts.drop(question, self.annotator)
        self._go_on(question)

    def retract(self, question: Question) -> bool:
        """Take back the decision about an item, so that its answers count again; return whether there was one."""
        decided = self._stands.get(question.id)
        if decided is None:
            return False
        self._store.answers.add(
            Answer(uuid4().hex, question.text.id, self.annotator, "retract", scheme=decided.scheme, retracts=decided.id)
        )
        self._store.drafts.drop(question, self.annotator)
        self._stands[question.id] = None
        return True


def _scope_words(scope: Scope, labels: Sequence[str]) -> str:
    """What is decided, if it is less than all spans of the text."""
    if not scope.labels:
        return "only whether these spans are right"
    asked = [label for label in labels if label in scope.labels]
    some = f"only {', '.join(asked)}" if len(asked) < len(labels) else ""
    return ", ".join(filter(None, ["a passage" if scope.passage else "", some]))


def _version(name: str, version: TextVersion, page: Page, labels: Sequence[str]) -> Version:
    """What some annotators marked on a page, of which these labels are decided."""
    truth = version.truth
    flagged = ["flagged"] * any(one.flag for one in version.answers)
    memos = [f"memo: {one.memo}" for one in version.answers if one.memo]
    if not truth.parts:
        last = version.answers[-1]
        left_out = "called it unusable" if last.verdict == "unusable" else "skipped it"
        reason = f" ({last.reason})" if last.reason else ""
        return Version(name, " · ".join([left_out + reason, *flagged, *memos]), None)
    parts = [page.cover(one.start - page.offset, one.end - page.offset) for one in truth.passages]
    asked = None if truth.labels or not parts else tuple(part for part in parts if part)
    marks = tuple(mark for mark in page.snap(truth.spans) if page.asks_about(mark))
    return Version(name, " · ".join([*_asked_words(truth, labels), *flagged, *memos]), marks, asked)


def _asked_words(truth: Truth, labels: Sequence[str]) -> list[str]:
    """What annotators were asked about, if it is less than what is decided."""
    if not truth.labels_anywhere:
        return ["asked about single spans"] * bool(labels)
    lacking = [label for label in labels if label not in truth.labels_anywhere]
    return [f"not asked about {', '.join(lacking)}"] * bool(lacking)


def _said(answer: Answer) -> tuple[object, ...]:
    said = answer.verdict, answer.complete, answer.passage, answer.spans, answer.scheme
    return *said, answer.flag, answer.memo, answer.adjudicates
