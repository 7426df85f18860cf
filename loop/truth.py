"""Resolves the answers to a text into what is known about it: which of them count, and for what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from loop.records import Answer, Span

Schemes = Mapping[int, Collection[str]]
"""By scheme version: the current labels that a complete answer under the scheme covers."""

RULES_VERSION = 1
"""Version of the rules below: rounds trained under another one may have to be trained again."""


@dataclass(frozen=True, slots=True)
class Known:
    """A passage of a text whose spans of some labels are all known.

    Attributes:
        start, end: character offsets.
        labels: no span of these that touches the passage is missing.
    """

    start: int
    end: int
    labels: frozenset[str]

    def covers(self, span: Span) -> bool:
        """Whether a span is known to be wrong if it is not among those known."""
        return span.label in self.labels and span.touches((self.start, self.end))

    def without(self, labels: Collection[str]) -> Known:
        """The same passage of which less is known."""
        return replace(self, labels=self.labels.difference(labels))


@dataclass(frozen=True, slots=True)
class Part:
    """The part of an answer that still counts after later answers of the same annotator to the same text.

    Attributes:
        answer: the answer.
        labels: the labels of which `spans` are all there are, except within `unclear`.
        spans: correct spans.
        refused: wrong spans; the answer does not say what is correct there.
        unclear: spans of `labels` that a later answer overlaps, without saying what becomes of the rest.
        passages: where `spans` are all there are of the labels of the passage, except within `unclear`.
        is_whole: whether no later answer overrides any of it.
    """

    answer: Answer
    labels: frozenset[str] = frozenset()
    spans: tuple[Span, ...] = ()
    refused: tuple[Span, ...] = ()
    unclear: tuple[Span, ...] = ()
    passages: tuple[Known, ...] = ()
    is_whole: bool = True

    @property
    def is_empty(self) -> bool:
        """Whether nothing of the answer counts."""
        return not (self.labels or self.spans or self.refused or self.passages)

    @property
    def covers(self) -> frozenset[str]:
        """The labels of which `spans` are all there are, in the text or in a passage."""
        return self.labels.union(*(one.labels for one in self.passages))

    def as_answer(self) -> Answer:
        """An answer that says by itself, for the labels that this covers, what counts of the answer."""
        answer = self.answer
        complete, passage = bool(self.labels), answer.passage if self.passages else None
        if self.is_whole and (complete, passage) == (answer.complete, answer.passage):
            return answer
        judged = {*self.spans, *self.refused}
        spans = self.spans if answer.verdict == "accept" else tuple(filter(judged.__contains__, answer.spans))
        shown = answer.shown if complete or passage else tuple(filter(judged.__contains__, answer.shown))
        return replace(answer, spans=spans, shown=shown, complete=complete, passage=passage, unclear=self.unclear)


@dataclass(frozen=True, slots=True)
class Truth:
    """What is known about a text.

    Attributes:
        labels: the labels of which `spans` are all there are, except within `unclear`.
        spans: correct spans, sorted; there may be more of labels other than `labels`.
        refused: wrong spans; it is unknown what is correct there.
        unclear: spans within which nothing is known except `spans`.
        passages: where `spans` are all there are of the labels of the passage, except within `unclear`.
        parts: the parts of answers that this follows from, by rank.
        is_stale: whether an answer has changed since it was adjudicated; what was decided stands all the same.
    """

    labels: frozenset[str] = frozenset()
    spans: tuple[Span, ...] = ()
    refused: tuple[Span, ...] = ()
    unclear: tuple[Span, ...] = ()
    passages: tuple[Known, ...] = ()
    parts: tuple[Part, ...] = ()
    is_stale: bool = False

    def denies(self, span: Span) -> bool:
        """Whether a span is known to be wrong."""
        return _denies(self, span)

    def contradicts(self, other: Truth) -> bool:
        """Whether a span is correct according to one of the two and wrong according to the other."""
        return any(map(other.denies, self.spans)) or any(map(self.denies, other.spans))

    def implies(self, other: Truth) -> bool:
        """Whether everything known from `other` is also known from this."""
        known = self.labels >= other.labels and {*self.spans} >= {*other.spans}
        known = known and all(map(self._knows, other.passages)) and {*self.unclear} <= {*other.unclear}
        return known and all(map(self.denies, other.refused)) and not self.contradicts(other)

    @property
    def labels_anywhere(self) -> frozenset[str]:
        """The labels whose spans are all known in the text or in some passage."""
        return self.labels.union(*(one.labels for one in self.passages))

    def covers(self, labels: Collection[str]) -> bool:
        """Whether all spans of these labels are known in the whole text or in some passage."""
        return any(known.issuperset(labels) for known in (self.labels, *(one.labels for one in self.passages)))

    def _knows(self, passage: Known) -> bool:
        """Whether all spans are known there; two passages that only together cover it do not count."""
        inside = (one.labels for one in self.passages if one.start <= passage.start and passage.end <= one.end)
        return self.labels.union(*inside) >= passage.labels

    def judges(self, span: Span) -> bool:
        """Whether a span is known to be correct or wrong."""
        return span in self.spans or self.denies(span)


def resolve(answers: Iterable[Answer], schemes: Schemes) -> Truth:
    """Resolve the answers to one text; this alone decides which of them count, and for what.

    "Later" means of higher rank: correcting or flagging an earlier answer keeps its rank. With labels A and B, and
    spans written like A1:

    | answers, the earlier first | what is known |
    |---|---|
    | complete for A: A1 | A1 and no other A; nothing of B |
    | complete for A: A1; complete for A and B: A2 B3 | A2 B3 and no others |
    | complete for A and B: A1 B2; complete for A: A3 | A3 and no other A, B2 and no other B |
    | the same, where A3 touches B2 | A3 and no other A; no other B, except possibly where B2 was |
    | complete: A1; skipped, unusable, a complete "no", or a blind repeat | A1 and no others |
    | yes to A1 | A1 |
    | no to A1 | that A1 is wrong |
    | complete: A1; yes to A2 | A1 A2 and no others |
    | complete: A1 A2; no to A1 | A2 and no others |
    | yes to A1; complete for A: A2 | A2 and no other A |
    | complete: A1 A2; complete in a passage: A3 | A3 and no others there; elsewhere A1 A2 and no others |
    | the same, where A1 crosses the edge of the passage | the same without A1; where it was outside, nothing is known |
    | complete in a passage: A1; complete in another: A2 | A1 A2 and no others that touch one of the two |
    | complete: A1 A2; another annotator: A1 A3 | A1 and no others, except possibly where A2 and A3 are |
    | complete for A: A1; another annotator for B: B2 | A1 B2 and no others |
    | the same, where A1 touches B2 | no A and no B, except possibly there |
    | complete: A1 A2; another annotator: A1 A3; adjudicated: A3 | A3 and no others, whoever answers later |
    | complete: A1 B2; another annotator: A3; adjudicated for A: A3 | A3 and no other A; the annotators differ on B2 |
    | the same, where one of the two has changed since | the same, and it is stale |

    Args:
        answers: standing answers to one text (all, or those up to some rank), in any order.
        schemes: the labels that complete answers cover, by scheme.
    """
    given = sorted(answers, key=lambda answer: answer.rank)
    adjudicated = [answer for answer in given if answer.adjudicates]
    decided, overruling = _parts(adjudicated, schemes), [_as_part(answer, schemes) for answer in adjudicated]
    of: dict[str, list[Answer]] = {}
    for answer in given:
        if not answer.adjudicates:
            of.setdefault(answer.annotator, []).append(answer)
    truths = [_combined(_remaining(_parts(theirs, schemes), overruling)) for theirs in of.values()]
    truths += [_combined(decided)] * bool(decided)
    together = truths[0] if len(truths) == 1 else _agreed(truths)
    standing = {answer.id for answer in given}
    changed = any(not standing.issuperset(part.answer.adjudicates) for part in decided)
    return replace(together, is_stale=True) if changed else together


def _parts(answers: Iterable[Answer], schemes: Schemes) -> list[Part]:
    """The parts that count of one annotator's answers to one text, given by rank."""
    found: list[Part] = []
    for answer in answers:
        said = _as_part(answer, schemes)
        if not said.is_empty:
            found = [*_remaining(found, [said]), said]
    return found


def _remaining(parts: Iterable[Part], later: Iterable[Part]) -> list[Part]:
    """What later answers leave of the parts of earlier ones."""
    left = list(parts)
    for part in later:
        left = [rest for each in left if not (rest := _rest_of(each, part)).is_empty]
    return left


def _as_part(answer: Answer, schemes: Schemes) -> Part:
    if not answer.says_something or answer.repeat:
        return Part(answer)
    right = answer.spans if answer.verdict == "accept" else ()
    labels = frozenset(schemes[answer.scheme]) if answer.complete or answer.passage else frozenset()
    if answer.passage:
        return Part(answer, frozenset(), right, unclear=answer.unclear, passages=(Known(*answer.passage, labels),))
    return Part(answer, labels, right, refused(answer), answer.unclear)


def refused(answer: Answer) -> tuple[Span, ...]:
    """The spans that a partial answer says are wrong: all of a "no", and those that a "yes" was shown but left out.

    Other partial answers say nothing about the spans shown, and complete answers need no refused spans.
    """
    if answer.complete:
        return ()
    if answer.verdict == "reject":
        return tuple(dict.fromkeys((*answer.spans, *answer.shown)))
    return tuple(span for span in answer.shown if answer.mode == "teach" and span not in answer.spans)


def _rest_of(part: Part, later: Part) -> Part:
    """The part of an earlier answer that a later one leaves; of a partial answer, all that is not contradicted."""
    labels = part.labels - later.labels
    passages = tuple(one.without(later.labels) for one in part.passages if not one.labels <= later.labels)

    def is_known(span: Span) -> bool:
        return span.label in labels or any(one.covers(span) for one in passages)

    asked_again = later.labels if part.answer.complete else ()
    open_ = [span for span in part.spans if span.label not in asked_again and span not in later.refused]
    left = [span for span in open_ if not _denies(later, span)]
    cut = [span for span in open_ if span not in left]
    more = [span for span in later.spans if is_known(span) and span not in left]
    refused = tuple(span for span in part.refused if span not in later.spans)
    said = {*later.spans, *later.refused}
    outside = (piece for span in (*part.unclear, *cut) for piece in _outside(span, later.passages))
    unclear = tuple(span for span in outside if is_known(span) and span not in said)
    rest = Part(part.answer, labels, (*left, *more), refused, unclear, passages)
    return replace(rest, is_whole=part.is_whole and replace(rest, unclear=part.unclear) == replace(part, is_whole=True))


def _outside(span: Span, passages: Iterable[Known]) -> list[Span]:
    """What of a span lies outside these passages, as far as they are about its label."""
    pieces = [span]
    for one in passages:
        if one.covers(span):
            sides = [(each, each.start, min(each.end, one.start)) for each in pieces]
            sides += [(each, max(each.start, one.end), each.end) for each in pieces]
            pieces = [replace(each, start=start, end=end) for each, start, end in sides if start < end]
    return pieces


def _combined(parts: list[Part]) -> Truth:
    """Combine the parts of one annotator's answers, which do not contradict each other."""
    return Truth(
        frozenset().union(*(part.labels for part in parts)),
        tuple(sorted({span for part in parts for span in part.spans})),
        tuple(sorted({span for part in parts for span in part.refused})),
        tuple(sorted({span for part in parts for span in part.unclear})),
        tuple(dict.fromkeys(one for part in parts for one in part.passages)),
        tuple(parts),
    )


def _agreed(truths: list[Truth]) -> Truth:
    """Combine several annotators: keep what they agree on; where they disagree, the text is unclear."""
    spans = {span for each in truths for span in each.spans}
    agreed = {span for span in spans if not any(each.denies(span) for each in truths)}
    parts = sorted((part for each in truths for part in each.parts), key=lambda part: part.answer.rank)
    return Truth(
        frozenset().union(*(each.labels for each in truths)),
        tuple(sorted(agreed)),
        tuple(sorted({span for each in truths for span in each.refused} - spans)),
        tuple(sorted((spans - agreed).union(*(each.unclear for each in truths)))),
        tuple(dict.fromkeys(one for each in truths for one in each.passages)),
        tuple(parts),
    )


def of_texts(answers: Iterable[Answer], schemes: Schemes) -> dict[int, Truth]:
    """What is known about each text, by text id, in the order (rank) of the last answers."""
    given: dict[int, list[Answer]] = {}
    for answer in sorted(answers, key=lambda answer: answer.rank):
        if answer.says_something and not answer.repeat:
            given[answer.text_id] = [*given.pop(answer.text_id, ()), answer]
    return {text_id: resolve(of_text, schemes) for text_id, of_text in given.items()}


def same_under_rules_0(answers: Iterable[Answer]) -> int:
    """How many of the first answers, by rank, mean the same under the rules before version 1."""
    texts: set[int] = set()
    for n, answer in enumerate(answers):
        refuses = answer.verdict == "reject" and answer.spans
        if answer.text_id in texts or answer.revision or refuses:
            return n
        texts.add(answer.text_id)
    return len(texts)


def standing(answers: Iterable[Answer]) -> list[Answer]:
    """The answers that no other of these replaces or retracts."""
    given = list(answers)
    gone = {answer.retracts for answer in given}
    return [answer for answer in given if answer.id not in gone and answer.verdict != "retract"]


def of_annotators(answers: Iterable[Answer], schemes: Schemes) -> dict[tuple[int, str], Truth]:
    """What each annotator says about each text, by text id and annotator."""
    given: dict[tuple[int, str], list[Answer]] = {}
    for answer in answers:
        if not answer.adjudicates:  # it decides between annotators, and is the word of none
            given.setdefault((answer.text_id, answer.annotator), []).append(answer)
    return {key: resolve(theirs, schemes) for key, theirs in given.items()}


def parts(answers: Iterable[Answer], schemes: Schemes) -> list[Part]:
    """The non-empty parts of all answers, by rank, regardless of what other annotators say."""
    found = (part for truth in of_annotators(answers, schemes).values() for part in truth.parts)
    return sorted(found, key=lambda part: part.answer.rank)


def decisions(answers: Iterable[Answer], schemes: Schemes) -> list[Part]:
    """The parts that count of adjudicated answers, by rank."""
    given: dict[int, list[Answer]] = {}
    for answer in sorted(answers, key=lambda answer: answer.rank):
        if answer.adjudicates:
            given.setdefault(answer.text_id, []).append(answer)
    found = (part for of_text in given.values() for part in _parts(of_text, schemes))
    return sorted(found, key=lambda part: part.answer.rank)


def whole(answers: Iterable[Answer], schemes: Schemes) -> list[Answer]:
    """The answers, complete in the text or in a passage, that no later answer overrides in part, by rank."""
    return [part.answer for part in parts(answers, schemes) if (part.labels or part.passages) and part.is_whole]


def _denies(known: Truth | Part, span: Span) -> bool:
    if span in known.spans or _touches(span, known.unclear):
        return False
    if span.label in known.labels or any(one.covers(span) for one in known.passages):
        return True
    return span in known.refused or _touches(span, known.spans)


def _touches(span: Span, others: Iterable[Span]) -> bool:
    return any(map(span.overlaps, others))
