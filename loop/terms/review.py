"""A review of terms: examples, pages of proposals, a decision a key, undo. No screen, no files, no spaCy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Literal, Protocol

from loop.errors import LoopError
from loop.records import TermDecision, TermVerdict

if TYPE_CHECKING:
    from loop.terms.pool_terms import PoolTerms, Term, Words
    from loop.terms.ranking import Ranking

PAGE = 8
# If at most `FEW` of the last `LOOKED_BACK` proposals were confirmed, the terms are exhausted.
LOOKED_BACK, FEW = 20, 2
TURNS_WON = 2  # for a confirmed proposal its label gets as many turns more, so labels that yield get more of them
# A string in more than this share of the texts is no term, in pools of at least `ENOUGH` texts.
COMMON, ENOUGH = 0.5, 20
MOST = 500  # confirmed terms of a label to compare with
Side = Literal[-1, 1]


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored decision.

    Attributes:
        seq: the number of its event.
        added: whether it added a pattern.
    """

    decision: TermDecision
    seq: int
    added: bool = False


class Book(Protocol):
    """Where decisions are kept; they are on disk when a method returns."""

    def confirmed(self) -> Mapping[str, str]:
        """The label of each confirmed string."""

    def decided(self) -> Sequence[TermDecision]:
        """The decisions so far."""

    def keep(self, decision: TermDecision) -> Kept:
        """Store a decision."""

    def take_back(self, kept: Kept) -> None:
        """Undo `keep`."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A term on a page.

    Attributes:
        term: as it is to be decided.
        proposed: as it was proposed, with other edges perhaps.
        label: that it is proposed for or, once decided, confirmed for.
        verdict: None until it is decided.
    """

    term: Term
    proposed: Term
    label: str
    verdict: TermVerdict | None = None


@dataclass(frozen=True, slots=True)
class _Done:
    """A step that can be undone: what it stored, and page, place and label of the proposal, if it was one."""

    kept: tuple[Kept, ...]
    proposals: tuple[Proposal, ...] = ()
    at: int = 0
    label: str = ""


class TermReview:
    """A review of the terms of one pool.

    Attributes:
        labels: of the project, in order.
        proposals: the page. at: the place on it of the one to be decided next; its length if there is none.
    """

    def __init__(self, pool: PoolTerms, ranking: Ranking, labels: Sequence[str], book: Book) -> None:
        self.labels = tuple(labels)
        self.proposals: tuple[Proposal, ...] = ()
        self.at = 0
        self._pool, self._ranking, self._book = pool, ranking, book
        self._done: list[_Done] = []
        self._passed: set[Words] = set()  # on the pages so far
        self._read()

    def _read(self) -> None:
        self._confirmed: dict[Words, str] = {}
        self._refused: dict[Words, tuple[str, ...]] = {}
        self._settled: set[Words] = set()  # not to be proposed, and no example of anything
        confirmed = self._book.confirmed()
        for words, label in zip(self._pool.words_of_each(confirmed), confirmed.values(), strict=True):
            self._confirmed.setdefault(words, label)
        for decision in self._book.decided():
            self._learn(decision)

    def _learn(self, decision: TermDecision) -> None:
        words = self._pool.words_of(decision.string)
        if decision.instead_of:
            self._settled.add(self._pool.words_of(decision.instead_of))
        self._refused.pop(words, None)
        if decision.verdict == "yes" and decision.label:
            self._confirmed.setdefault(words, decision.label)
        elif decision.verdict == "depends":
            self._settled.add(words)
        elif words not in self._confirmed:
            self._refused[words] = decision.labels

    @property
    def current(self) -> Proposal | None:
        """The proposal to be decided next; None at the end of the page."""
        return self.proposals[self.at] if self.at < len(self.proposals) else None

    @property
    def decided(self) -> list[bool]:
        """For each proposal decided in this review, oldest first: whether it was confirmed."""
        return [kept.decision.verdict == "yes" for done in self._done if done.proposals for kept in done.kept]

    @property
    def runs_dry(self) -> bool:
        """Whether so few of the last proposals were confirmed that texts now teach more than terms."""
        last = self.decided[-LOOKED_BACK:]
        return len(last) == LOOKED_BACK and sum(last) <= FEW

    def known(self, label: str) -> list[str]:
        """The confirmed terms of a label."""
        return [" ".join(words) for words, known in self._confirmed.items() if known == label]

    def problem(self, label: str, strings: Iterable[str]) -> str:
        """Why these cannot be examples of a label, in a sentence; empty if they can."""
        problems = (self._problem_of(string, label) for string in strings)
        return next(filter(None, problems), "")

    def examples(self, examples: Mapping[str, Sequence[str]]) -> int:
        """Confirm typed terms, by label, all or none; returns how many were new.

        Raises:
            LoopError: a label is unknown, or a string occurs nowhere, nearly everywhere, or under two labels.
        """
        typed: dict[Words, str] = {}
        for label, strings in examples.items():
            if label not in self.labels:
                raise LoopError(f"{label} is not a label of this project.", hint=f"It has {', '.join(self.labels)}.")
            for string in strings:
                if problem := self._problem_of(string, label):
                    raise LoopError(problem, hint="Nothing was added.")
                if typed.setdefault(self._pool.words_of(string), label) != label:
                    raise LoopError(f"“{string}” is given as {typed[self._pool.words_of(string)]} and as {label}.")
        new = {words: label for words, label in typed.items() if words not in self._confirmed}
        kept = [self._keep(self._term(words), "yes", label, source="example") for words, label in new.items()]
        if kept:
            self._done.append(_Done(tuple(kept), (), self.at))
        return len(kept)

    def next_page(self) -> None:
        """Turn to the next page; what is undecided on this one is not proposed again."""
        self._passed |= {each.proposed.words for each in self.proposals}
        self.at, self.proposals = 0, tuple(islice(self._propose(), PAGE))

    def decide(self, verdict: TermVerdict, label: str | None = None) -> None:
        """Decide the current proposal (for `label`, by default the proposed one) and go to the next.

        Raises:
            LoopError: a pattern says otherwise already, or it cannot be written.
        """
        now = self.current
        if now is None:
            return
        label = label or now.label
        problem = self._problem_of(now.term.string, label) if verdict == "yes" else self._said_already(now.term)
        if problem:
            raise LoopError(problem)
        instead = now.proposed.string if now.term != now.proposed else ""
        kept = self._keep(now.term, verdict, label if verdict == "yes" else None, instead_of=instead)
        self._done.append(_Done((kept,), self.proposals, self.at, now.label))
        decided = replace(now, verdict=verdict, label=label)
        self.proposals = (*self.proposals[: self.at], decided, *self.proposals[self.at + 1 :])
        left = [at for at, each in enumerate(self.proposals) if each.verdict is None]
        self.at = next((at for at in left if at > self.at), left[0] if left else len(self.proposals))
        if not left:
            self.next_page()

    def move(self, by: int) -> None:
        """Go to another undecided proposal of the page."""
        at = self.at + by
        while 0 <= at < len(self.proposals) and self.proposals[at].verdict is not None:
            at += by
        if 0 <= at < len(self.proposals):
            self.at = at

    def widen(self, side: Side) -> bool:
        """Add the word that stands beside the current term most often; False if there is none."""
        now = self.current
        return now is not None and self._correct(self._pool.longer(now.term.words, side))

    def narrow(self, side: Side) -> bool:
        """Drop the first (-1) or last (1) word of the current term; False if it is the only one."""
        now = self.current
        words = now.term.words if now else ()
        return len(words) > 1 and self._correct(words[1:] if side < 0 else words[:-1])

    def undo(self) -> list[TermDecision]:
        """Take back the last decision, also on an earlier page, or the last examples; returns what was taken back."""
        if not self._done:
            return []
        done = self._done.pop()
        for kept in reversed(done.kept):
            self._book.take_back(kept)
        self._read()
        if done.proposals:
            self.proposals, self.at = done.proposals, done.at
        return [kept.decision for kept in done.kept]

    def _propose(self) -> Iterator[Proposal]:
        refused = {label: [words for words, of in self._refused.items() if label in of] for label in self.labels}
        found = self._ranking.proposals(
            {label: self._examples_of(label) for label in self.labels},
            refused,
            without=self._passed | self._settled | self._confirmed.keys(),
            behind=self._behind(),
        )
        for words, label in found:
            if (term := self._pool.term(words)) is not None and not self._is_common(term):
                yield Proposal(term, term, label)

    def _examples_of(self, label: str) -> list[Words]:
        """The confirmed terms of a label that the pool has, the last ones if there are many."""
        return [words for words, of in self._confirmed.items() if of == label and self._pool.has(words)][-MOST:]

    def _behind(self) -> dict[str, int]:
        """How many more turns than it has won each label has had; below 0 where it yields."""
        turns = dict.fromkeys(self.labels, 0)
        for done in self._done:
            for kept in done.kept if done.proposals else ():
                turns[done.label] += 1
                if kept.decision.label is not None:
                    turns[kept.decision.label] -= TURNS_WON
        return turns

    def _correct(self, words: Words | None) -> bool:
        now, term = self.current, self._pool.term(words) if words else None
        if now is None or term is None:
            return False
        self.proposals = (*self.proposals[: self.at], replace(now, term=term), *self.proposals[self.at + 1 :])
        return True

    def _problem_of(self, string: str, label: str) -> str:
        words = self._pool.words_of(string)
        term = self._pool.term(words)
        if term is None:
            return f"“{string}” occurs in none of the {self._pool.size:,} texts."
        if self._is_common(term):
            return f"“{string}” is no term: it is in {term.texts:,} of the {self._pool.size:,} texts."
        return "" if self._confirmed.get(words, label) == label else self._said_already(term)

    def _is_common(self, term: Term) -> bool:
        return self._pool.size >= ENOUGH and term.texts > COMMON * self._pool.size

    def _said_already(self, term: Term) -> str:
        known = self._confirmed.get(term.words)
        back = "`loop patterns remove` takes it back."
        return f"“{term.string}” has the label {known} already: {back}" if known else ""

    def _term(self, words: Words) -> Term:
        term = self._pool.term(words)
        assert term is not None
        return term

    def _keep(
        self,
        term: Term,
        verdict: TermVerdict,
        label: str | None,
        *,
        source: Literal["terms", "example"] = "terms",
        instead_of: str = "",
    ) -> Kept:
        decision = TermDecision(term.string, verdict, label, self.labels, source, instead_of)
        kept = self._book.keep(decision)
        self._learn(decision)
        return kept
