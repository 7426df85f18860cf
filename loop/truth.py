"""Resolves the answers to a text into what is known about it: which of them count, and for what."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from loop.answer_parts import Known, Part, Schemes, as_part, denies, parts_of, remaining
from loop.records import Answer, Span

RULES_VERSION = 1
"""Version of the rules below: rounds trained under another one may have to be trained again."""


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
        return denies(self, span)

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
    decided, overruling = parts_of(adjudicated, schemes), [as_part(answer, schemes) for answer in adjudicated]
    of: dict[str, list[Answer]] = {}
    for answer in given:
        if not answer.adjudicates:
            of.setdefault(answer.annotator, []).append(answer)
    truths = [_combined(remaining(parts_of(theirs, schemes), overruling)) for theirs in of.values()]
    truths += [_combined(decided)] * bool(decided)
    together = truths[0] if len(truths) == 1 else _agreed(truths)
    standing = {answer.id for answer in given}
    changed = any(not standing.issuperset(part.answer.adjudicates) for part in decided)
    return replace(together, is_stale=True) if changed else together


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
    undenied = {span for span in spans if not any(each.denies(span) for each in truths)}
    # They may touch where each annotator is unclear about what the other says.
    agreed = {span for span in undenied if not any(map(span.overlaps, undenied - {span}))}
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
    found = (part for of_text in given.values() for part in parts_of(of_text, schemes))
    return sorted(found, key=lambda part: part.answer.rank)


def whole(answers: Iterable[Answer], schemes: Schemes) -> list[Answer]:
    """The answers, complete in the text or in a passage, that no later answer overrides in part, by rank."""
    return [part.answer for part in parts(answers, schemes) if (part.labels or part.passages) and part.is_whole]
