"""Texts that several annotators answered, as items for a reviewer to decide, the most consequential first."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from random import Random
from string import ascii_uppercase

from loop.answer_parts import Schemes
from loop.quality.matched_spans import matched
from loop.quality.versions import Difference, Scope, Version, differences, scopes, versions
from loop.records import Answer, Question, Span
from loop.truth import Truth, resolve

Pair = tuple[str, str]
"""Two labels that annotators confuse, sorted; twice the same for its edges, "" for no entity."""


@dataclass(frozen=True, slots=True)
class ReviewItem:
    """A text, or a passage of it, that several annotators answered, for a reviewer to decide.

    Attributes:
        versions: what they say.
        differences: the places where they differ, as far as they are within `scope`.
        scope: what an adjudicated answer decides here.
        decided: the adjudicated answer in force; None before the first.
        undecided: those of `differences` that no adjudicated answer decides.
        is_stale: whether an answer has changed since it was adjudicated, to something that was not decided.
    """

    text_id: int
    versions: tuple[Version, ...]
    differences: tuple[Difference, ...]
    scope: Scope
    decided: Answer | None = None
    undecided: tuple[Difference, ...] = ()
    is_stale: bool = False

    @property
    def is_open(self) -> bool:
        """Whether there is something to decide, and everybody has answered."""
        return self.is_stale or (bool(self.undecided) and not self.waits)

    @property
    def waits(self) -> bool:
        """Whether other annotators have yet to answer the text, blind to these answers."""
        return any(one.waits for one in self.answers)

    @property
    def annotators(self) -> tuple[str, ...]:
        """Everybody who answered, sorted."""
        return tuple(sorted(name for version in self.versions for name in version.annotators))

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answers to decide between, by rank."""
        return tuple(sorted((one for version in self.versions for one in version.answers), key=lambda one: one.rank))

    @property
    def agreed(self) -> tuple[Span, ...]:
        """The spans within its scope that nobody calls wrong, sorted."""
        truths, passage = [version.truth for version in self.versions], self.scope.passage
        spans = sorted({span for truth in truths for span in truth.spans})
        inside = (span for span in spans if passage is None or span.touches(passage))
        return tuple(span for span in inside if not any(truth.denies(span) for truth in truths))

    def is_of(self, answer: Answer) -> bool:
        """Whether an adjudicated answer to the text decides this item."""
        return bool(answer.adjudicates) and _is_of(answer, self.scope)

    def has(self, label: str) -> bool:
        """Whether a version has a span of this label or, while something is undecided, one that they differ on."""
        if self.undecided:
            return any(span.label == label for difference in self.undecided for span in difference.spans)
        return any(span.label == label for version in self.versions for span in version.truth.spans)

    def names(self, *, blind: bool = False) -> tuple[str, ...]:
        """The names of the versions: those of their annotators or, if `blind`, letters."""
        if not blind:
            return tuple(", ".join(version.annotators) for version in self.versions)
        counts = [len(version.annotators) for version in self.versions]
        letters = (ascii_uppercase[n % 26] * (1 + n // 26) for n in range(len(counts)))
        return tuple(
            f"{letter} ({n} annotators)" if n > 1 else letter for letter, n in zip(letters, counts, strict=True)
        )

    def shuffled(self, seed: int) -> ReviewItem:
        """Return the item with its versions in another order, always the same for a text."""
        order = [*range(len(self.versions))]
        Random(f"{seed}:review:{self.text_id}").shuffle(order)

        def ordered(found: Iterable[Difference]) -> tuple[Difference, ...]:
            return tuple(replace(one, said=tuple(one.said[n] for n in order)) for one in found)

        return replace(
            self,
            versions=tuple(self.versions[n] for n in order),
            differences=ordered(self.differences),
            undecided=ordered(self.undecided),
        )


def review_items(answers: Iterable[Answer], schemes: Schemes) -> list[ReviewItem]:
    """The items of all texts that several annotators answered, or that were adjudicated, in the order of texts.

    Args:
        answers: all answers in force.
        schemes: the labels that complete answers cover.
    """
    of_text: dict[int, list[Answer]] = defaultdict(list)
    for answer in answers:
        of_text[answer.text_id].append(answer)
    several = (given for _, given in sorted(of_text.items()) if _is_shared(given))
    return [item for given in several for item in _items(given, schemes)]


def _is_shared(given: Collection[Answer]) -> bool:
    annotators = {one.annotator for one in given if not (one.adjudicates or one.repeat)}
    return len(annotators) > 1 or any(one.adjudicates for one in given)


def _items(given: Sequence[Answer], schemes: Schemes) -> Iterator[ReviewItem]:
    """The items of one text: each difference belongs to the widest scope that holds it."""
    found, known = versions(given, schemes), resolve((one for one in given if one.adjudicates), schemes)
    if not found:
        return
    left, adjudicated = list(differences(found)), [part.answer for part in known.parts]
    stale = {one.id for one in adjudicated if _is_stale(one, found, known, {one.id for one in given})}
    for number, scope in enumerate(scopes(found)):
        here = tuple(one for one in left if scope.holds(one))
        left = [one for one in left if one not in here]
        decided = max((one for one in adjudicated if _is_of(one, scope)), key=lambda one: one.rank, default=None)
        if here or decided or (scope.labels and not number):
            undecided = tuple(one for one in here if not all(map(known.judges, one.spans)))
            text_id, is_stale = given[0].text_id, decided is not None and decided.id in stale
            yield ReviewItem(text_id, found, here, scope, decided, undecided, is_stale)


def _is_of(answer: Answer, scope: Scope) -> bool:
    return (answer.passage, answer.complete) == (scope.passage, bool(scope.labels) and scope.passage is None)


def _is_stale(decided: Answer, found: Iterable[Version], known: Truth, ids: Collection[str]) -> bool:
    """Whether an answer has changed since; one that says now what was decided needs no second decision."""
    if all(id_ in ids for id_ in decided.adjudicates):
        return False

    def is_new(answer: Answer) -> bool:
        return answer.id not in decided.adjudicates and (answer.says_something or answer.retracts is not None)

    changed = [one.truth for one in found if any(map(is_new, one.answers))]
    return not changed or any(not truth.parts or truth.contradicts(known) for truth in changed)


def most_consequential(items: Iterable[ReviewItem], questions: Mapping[str, Question]) -> list[ReviewItem]:
    """Sort items: first those to decide again since an answer changed, then by the weights of their differences.

    A difference weighs 1, up to 1 more the less sure the models were that asked, and up to 1 more the more often its
    pair of labels is confused.

    Args:
        items: all items that this is about.
        questions: those of the answers, by id.
    """
    given = list(items)
    pairs = {one: _pairs(one) for item in given for one in item.differences}
    confused = Counter(pair for item in given for one in item.differences for pair in pairs[one])
    most = max(confused.values(), default=1)

    def weight(item: ReviewItem) -> float:
        asked = [questions[id_] for one in item.answers if (id_ := one.question_id or "") in questions]
        often = (max((confused[pair] for pair in pairs[one]), default=0) / most for one in item.undecided)
        return sum(1 + _uncertainty(one, asked) + share for one, share in zip(item.undecided, often, strict=True))

    return sorted(given, key=lambda item: (not item.is_stale, -weight(item), item.text_id))


def _pairs(difference: Difference) -> set[Pair]:
    """The pairs of labels that versions give to the same place."""
    said = [spans for spans in difference.said if spans is not None]
    matches = (match for one, other in combinations(said, 2) for match in matched(one, other) if match.kind != "right")
    labels = (sorted(span.label if span else "" for span in match) for match in matches)
    return {(first, second) for first, second in labels}


def _uncertainty(difference: Difference, asked: Iterable[Question]) -> float:
    """How unsure the models were of the spans of a difference, from 0 to 1, on average; 0 without a model."""
    of_models = [_most_unsure(question, difference.spans) for question in asked if question.lattice]
    return sum(of_models) / len(of_models) if of_models else 0.0


def _most_unsure(question: Question, spans: Collection[Span]) -> float:
    found = {one.span: one.p or 0.0 for one in question.candidates if one.span in spans}
    return max((4 * p * (1 - p) for p in found.values()), default=0.0)
