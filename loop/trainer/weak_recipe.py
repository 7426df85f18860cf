"""What a round learns from weak labels: which of them, and how many; it follows from the answers up to its cut."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from math import sqrt
from random import Random

from loop.learning.learner import Learner
from loop.learning.weak_labels import Evidence, WeakText, weakly_known
from loop.patterns.numbered import NumberedPatterns
from loop.records import Answer, Source, Span
from loop.settings import Settings, UpdateSettings
from loop.store import Store, WeakLabels, WeakSpan, WeakSummary
from loop.truth import Truth

Apart = tuple[frozenset[int], frozenset[str]]
"""Ids and groups of texts."""
NOTHING: Apart = frozenset(), frozenset()
# Weak texts replayed with the first answers; fewer with each answer, none from `UpdateSettings.weak_until` on.
REPLAYED = 40
# Whose spans count where sources differ: a file knows the very text, a pipeline its context, patterns neither.
ORDER: tuple[Source, ...] = ("file", "pipeline", "pattern")


class WeakRecipe:
    """Computes what a round learns from weak labels; nothing of it is stored.

    Attributes:
        evidence: what the answers said about each set, by its `seq`, when `texts` was last called.
    """

    def __init__(self, settings: Settings, store: Store, apart: Apart = NOTHING) -> None:
        self._settings, self._store, self._apart = settings, store, apart
        self.evidence: dict[int, dict[int | str, Evidence]] = {}
        self._groups: dict[int, str | None] = {}  # of texts, read once: every answer has all checksums computed

    def in_force(self, training: Sequence[Answer], n: int, settings: UpdateSettings) -> list[WeakLabels]:
        """The weak labels that a round over the first `n` answers learns from; none from `weak_until` answers on.

        A round takes those recorded before its last answer; the start, which has no answers, those recorded before
        answer number `round_size`. So a round is the same whenever it is trained.
        """
        if n >= settings.weak_until:
            return []
        last = n or settings.round_size
        return self._store.weak.in_force(training[last - 1].rank if last <= len(training) else None)

    def scheme(self, training: Sequence[Answer], n: int, settings: UpdateSettings) -> int:
        """The latest scheme of these weak labels; 0 without any."""
        return max((one.scheme for one in self.in_force(training, n, settings)), default=0)

    def steps(self, training: Sequence[Answer], settings: UpdateSettings) -> int:
        """The steps of the start: `weak_steps`, more if a pipeline read more than `weak_texts` texts."""
        read = sum(len(one.texts) for one in self.in_force(training, 0, settings) if one.source == "pipeline")
        return round(settings.weak_steps * max(1.0, sqrt(read / settings.weak_texts)))

    def averaged_steps(self, training: Sequence[Answer], settings: UpdateSettings) -> int:
        """How many steps of the start the averages of the weights go on from in later rounds.

        All, if a pipeline read whole texts: the first answers say less than it does (docs/decisions/0103). None after
        patterns, which answers soon surpass.
        """
        sets = self.in_force(training, 0, settings)
        return self.steps(training, settings) if any(one.source == "pipeline" for one in sets) else 0

    def checksum(self, training: Sequence[Answer], n: int, settings: UpdateSettings) -> str:
        """Checksum of everything that the round learns from weak labels; empty if that is nothing."""
        found = [one for one in self.in_force(training, n, settings) if any(one.texts.values())]
        if not found:
            return ""
        ids = {id_ for one in found for id_ in one.texts}
        hidden = sorted(ids - self._teaching(ids))
        said = "|".join(one.checksum for one in found) + f"|{hidden}|{settings.weak_texts}|{settings.weak_steps}"
        return hashlib.sha256(said.encode()).hexdigest()

    def texts(
        self, learner: Learner, training: Sequence[Answer], n: int, settings: UpdateSettings, labels: Sequence[str],
        known: Mapping[int, tuple[str, Truth]],
    ) -> list[tuple[str, Truth]]:  # fmt: skip
        """What the round learns: at the start up to `weak_texts` texts and all that a pipeline read, then fewer.

        Args:
            learner: the pipeline, outside its memory zone.
            training: all answers, by rank.
            n: how many of them the round learns from.
            settings: those of the round.
            labels: the labels in force.
            known: the texts of these answers with what they say, by text id.
        """
        sets = self.in_force(training, n, settings)
        if not sets:
            return []
        left = 1 - n / settings.weak_until
        wanted = settings.weak_texts if n == 0 else round(REPLAYED * left)
        answered = {answer.text_id for answer in training[:n]}
        whole = {id_ for one in sets if _reads_whole(one, labels) for id_ in one.texts}
        # A text without any span says something only if it was read whole.
        found = {id_: spans for id_, spans in self._spans(learner, sets, known).items() if spans[0] or id_ in whole}
        usable = sorted(self._teaching(found.keys() - answered))
        rng = Random(f"{self._settings.project.seed}:weak:{n}")
        read, others = ([id_ for id_ in usable if (id_ in whole) == is_whole] for is_whole in (True, False))
        drawn = [*rng.sample(read, round(len(read) * left)), *rng.sample(others, min(wanted, len(others)))]
        by_id = {text.id: text.text for text in self._store.corpus.texts(drawn)}
        texts = [WeakText(by_id[id_], *found[id_], id_ in whole) for id_ in drawn]
        with learner.nlp.memory_zone():
            return weakly_known(learner.nlp, texts, labels)

    def _spans(
        self, learner: Learner, sets: Sequence[WeakLabels], known: Mapping[int, tuple[str, Truth]]
    ) -> dict[int, tuple[tuple[Span, ...], tuple[Span, ...]]]:
        """By text the spans that are believed, and those that are not but may be right.

        Of believed spans of different sources that overlap, the first source's. A pattern that is not believed says
        nothing; what another source says under a label that is not believed may still be an entity.
        """
        found: dict[int, tuple[tuple[Span, ...], tuple[Span, ...]]] = {}
        self.evidence = {one.seq: evidence_of(learner, one, known) for one in sets}
        for one in sorted(sets, key=lambda each: ORDER.index(each.source)):
            doubted = {what for what, evidence in self.evidence[one.seq].items() if not evidence.is_believed}
            doubted |= one.dropped
            for id_, spans in one.texts.items():
                taken, unclear = found.get(id_, ((), ()))
                theirs = (each.span for each in spans if source_of(each) not in doubted)
                open_ = (each.span for each in spans if each.by is None and each.span.label in doubted)
                new = (span for span in theirs if not any(map(span.overlaps, taken)))
                found[id_] = (*taken, *new), (*unclear, *open_)
        return found

    def summary(self, training: Sequence[Answer], n: int, settings: UpdateSettings) -> list[WeakSummary]:
        """How the sources fared in the round that was just trained."""
        return [self._summary(one, n) for one in self.in_force(training, n, settings)]

    def _summary(self, one: WeakLabels, n: int) -> WeakSummary:
        told = self.evidence.get(one.seq, {})
        doubted = {what: evidence for what, evidence in told.items() if not evidence.is_believed}
        return WeakSummary(
            one.source,
            texts=len(one.texts),
            spans=sum(map(len, one.texts.values())),
            answers=n,
            agreed=sum(evidence.agreed for evidence in told.values()),
            denied=sum(evidence.denied for evidence in told.values()),
            dropped=tuple(sorted(one.dropped)),
            doubted={_name(one, what): (evidence.agreed, evidence.denied) for what, evidence in doubted.items()},
        )

    def _teaching(self, ids: Collection[int]) -> set[int]:
        """Those of the texts that may be learned from: none that is held out, by itself or by its group."""
        held_out, held_out_groups = self._store.answers.held_out_texts()
        left, groups = {*ids} - held_out - self._apart[0], held_out_groups | self._apart[1]
        if not groups:
            return left
        unknown = self._store.corpus.texts(list(left - self._groups.keys()))
        self._groups |= {one.id: one.group for one in unknown}
        return {id_ for id_ in left if self._groups.get(id_) not in groups}


def _reads_whole(one: WeakLabels, labels: Collection[str]) -> bool:
    """Whether what a source did not find is outside: a pipeline must know every label for that."""
    if one.source != "pipeline":
        return False
    return {each.span.label for spans in one.texts.values() for each in spans}.issuperset(labels)


def source_of(weak: WeakSpan) -> int | str:
    """What is believed or not as one: the number of the pattern, or for other sources the label."""
    return weak.span.label if weak.by is None else weak.by


def _name(one: WeakLabels, what: int | str) -> str:
    """A pattern as it is written, or a label."""
    row = one.patterns[what] if isinstance(what, int) else None
    pattern = what if row is None else row["pattern"]
    return pattern if isinstance(pattern, str) else json.dumps(pattern, ensure_ascii=False)


def evidence_of(learner: Learner, one: WeakLabels, known: Mapping[int, tuple[str, Truth]]) -> dict[int | str, Evidence]:
    """What the answers to texts, given by id, say about each pattern of a set, or about each label of other sources."""
    told: dict[int | str, Evidence] = defaultdict(Evidence)
    said = _matched(learner, one, known) if one.source == "pattern" else one.texts
    for id_ in said.keys() & known.keys():
        truth = known[id_][1]
        for weak in said[id_]:
            what = source_of(weak)
            told[what] = told[what].plus(Evidence.of(weak.span, truth))
    return dict(told)


def _matched(
    learner: Learner, one: WeakLabels, known: Mapping[int, tuple[str, Truth]]
) -> dict[int, Sequence[WeakSpan]]:
    nlp = learner.nlp
    patterns = NumberedPatterns(nlp, one.patterns if known else ())
    with nlp.memory_zone():
        return {
            id_: [WeakSpan(span, number) for number, span in patterns.matches(nlp.make_doc(text))]
            for id_, (text, _) in known.items()
        }
