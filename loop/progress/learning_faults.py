"""Why a model cannot learn from its answers: each fault in one sentence, with the next step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from loop.acquire.stopping import CONTRADICTED, FEW, MANY
from loop.answer_parts import Schemes
from loop.quality.inconsistent_labels import Use
from loop.records import Answer
from loop.store import ImportInfo
from loop.truth import Truth, of_texts

Kind = Literal["misaligned", "contradictory", "empty", "few", "unused label"]

# Fewer texts without an entity may be chance: in three rounds, most models have found something.
SILENT = 30
# Nor are answers about a label rare ones, or entities too rare, before there are so many.
ASKED = 50
# Entities in fewer than this share of texts are too few to learn from, as long as there are less than `FEW` in all.
RARE = 0.1
# At this share of contradicted uses, a label is hardly better than guessed; less is said by `weak_point`.
CONTRADICTED_SHARE = 0.3
# Spans that came in with an edge inside a token: so many, and this share of an import, is more than a few slips.
MISALIGNED, MISALIGNED_SHARE = 8, 0.1
FIND_SOME = "List some (`loop patterns add`), or search for texts that contain one (Ctrl+F in a session)."


@dataclass(frozen=True, slots=True)
class LearningFault:
    """A reason why the model learns nothing, of a label or at all.

    Attributes:
        kind: the kind of fault.
        words: what is wrong, with numbers, and what to do.
        labels: those concerned; empty if all are.
    """

    kind: Kind
    words: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LearningFacts:
    """What faults are found by.

    Attributes:
        texts: number of texts that answers teach.
        asked: by label, those of them in which its spans are known, at least in a passage, or one was asked about.
        spans: by label, the spans answered there, also those that annotators disagree about.
        uses: by label, the uses of strings that have it somewhere.
        contradicted: by label, those of them that differ from most uses of their string.
        imports: of each import that stands its number, and of its spans how many there were and how many had an edge
            inside a token.
    """

    texts: int
    asked: Mapping[str, int]
    spans: Mapping[str, int]
    uses: Mapping[str, int]
    contradicted: Mapping[str, int]
    imports: Sequence[tuple[int, int, int]] = ()


def learning_facts(
    training: Sequence[Answer],
    schemes: Schemes,
    used: Mapping[str, Sequence[Use]],
    imports: Iterable[ImportInfo] = (),
) -> LearningFacts:
    """The facts of a project.

    Args:
        training: the answers that rounds learn from.
        schemes: the labels that complete answers cover.
        used: the strings that any complete answer marks, see `loop.quality.uses`.
        imports: of answers.
    """
    known = of_texts(training, schemes).values()
    asked = Counter(label for truth in known for label in _labels_asked(truth))
    answered = [{span for part in truth.parts for span in part.spans} for truth in known]
    uses, contradicted = _contradicted(used)
    return LearningFacts(
        len(known),
        asked,
        Counter(span.label for spans in answered for span in spans),
        uses,
        contradicted,
        [(one.number, one.spans, one.widened) for one in imports if not one.is_undone],
    )


def _labels_asked(truth: Truth) -> set[str]:
    return {*truth.labels_anywhere, *(span.label for span in (*truth.spans, *truth.refused, *truth.unclear))}


def _contradicted(used: Mapping[str, Sequence[Use]]) -> tuple[Counter[str], Counter[str]]:
    """By label, the uses of its strings, and how many of them differ from the commonest use of their string."""
    uses: Counter[str] = Counter()
    rare: Counter[str] = Counter()
    for same in used.values():
        ways = Counter(use.way for use in same)
        for label in ways:
            uses[label] += len(same)
            rare[label] += len(same) - max(ways.values())
    return uses, rare


def learning_faults(facts: LearningFacts, labels: Sequence[str]) -> tuple[LearningFault, ...]:
    """All faults, the gravest first; none if there is nothing to say, or too few answers to say it.

    Args:
        facts: of the project.
        labels: those to learn.
    """
    found = [*_misaligned(facts), *(fault for label in labels for fault in _contradictory(facts, label))]
    return (*found, *_rare(facts, labels))


def _misaligned(facts: LearningFacts) -> Iterable[LearningFault]:
    for number, spans, cut in facts.imports:
        if cut >= max(MISALIGNED, MISALIGNED_SHARE * spans):
            yield LearningFault(
                "misaligned",
                f"The model learns other spans than were annotated: {cut:,} of {spans:,} in import {number} had an "
                "edge inside a token and were widened. If the offsets are wrong, take the import back "
                f"(`loop import --undo {number}`); if not, begin with a base whose tokenizer splits there.",
            )


def _contradictory(facts: LearningFacts, label: str) -> Iterable[LearningFault]:
    uses, rare = facts.uses.get(label, 0), facts.contradicted.get(label, 0)
    if rare >= max(CONTRADICTED, CONTRADICTED_SHARE * uses):
        yield LearningFault(
            "contradictory",
            f"Answers contradict each other about {label}: {rare:,} of {uses:,} uses of its strings are answered "
            "otherwise than the rest. Say in guidelines.md which is right, and correct them: `loop check` lists them.",
            (label,),
        )


def _rare(facts: LearningFacts, labels: Sequence[str]) -> Sequence[LearningFault]:
    total, texts = sum(facts.spans.get(label, 0) for label in labels), facts.texts
    if not total and texts >= SILENT:
        words = f"The model learns to find nothing: none of the {texts:,} texts it learns from has an entity."
        return [LearningFault("empty", f"{words} {FIND_SOME}")]
    if total and total < min(FEW, RARE * texts) and texts >= ASKED:
        count = "1 entity" if total == 1 else f"{total:,} entities"
        words = f"There is too little to learn from: {count} in {texts:,} texts."
        return [LearningFault("few", f"{words} {FIND_SOME}")]
    return [_unused(facts, label) for label in labels if total and _is_unused(facts, label, total)]


def _is_unused(facts: LearningFacts, label: str, total: int) -> bool:
    asked = facts.asked.get(label, 0)
    return not facts.spans.get(label) and asked > 0 and (asked >= ASKED or total >= MANY)


def _unused(facts: LearningFacts, label: str) -> LearningFault:
    asked = facts.asked[label]
    texts = "the only text" if asked == 1 else f"{asked:,} texts"
    return LearningFault(
        "unused label", f"Nothing teaches {label}: no answer has one, in {texts} asked about it. {FIND_SOME}", (label,)
    )
