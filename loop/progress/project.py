"""The state of a project: texts, answers, rounds, trainer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from loop.acquire.stopping import LabelFacts
from loop.answer_parts import Schemes
from loop.former_names import attribute
from loop.progress.advice import MORE, Advice, advice, label_facts, overfitting_words
from loop.progress.agreement import AnnotatorAgreement, annotator_agreement, units_of
from loop.progress.answered import last_answers, whole_answers
from loop.progress.corpus_sample import Drawn, corpus_sample
from loop.progress.curve import Point, curve
from loop.progress.disk import bytes_on_disk
from loop.progress.forecast import noted
from loop.progress.held_out_gold import (
    EvaluatedText,
    evaluated_texts,
    gold_texts,
    last_evaluated_round,
    one_sided,
)
from loop.progress.learning_faults import LearningFault, learning_facts, learning_faults
from loop.progress.live_status import Unlearned, forgotten, trainer_state, unlearned
from loop.progress.model_change import model_change
from loop.progress.near_duplicates import near_duplicates
from loop.progress.novelty import Novelty, novelty
from loop.progress.pace import acceptance, seconds_an_answer
from loop.progress.questions_left import QuestionsLeft, questions_left
from loop.progress.robustness import Robustness, augment_words, loaded
from loop.progress.rounds import Change, Together, changes, together
from loop.progress.scores import Scores, scores
from loop.progress.text_kinds import weakest_kind
from loop.quality import Consistency, consistency, pairs, review_items, uses
from loop.records import NO_FOCUS, Answer
from loop.settings import ProjectPaths, Settings
from loop.store import PipelineScore, RoundInfo, Store, WeakSummary
from loop.truth import of_texts


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of a project.

    Attributes:
        texts: number in the corpus. pool: unanswered ones. left: questions that these hold, none if blocked. waiting:
            questions in the queue.
        answers: in force, by verdict. training: those that rounds learn from.
        spans: in the training answers, by label.
        blocked: whether no text of the pool may be asked about.
        rounds: finished ones. next_round: training answers needed for the next one, 0 when it is due.
        trainer: what it is doing, in words; `STOPPED` if none is running.
        consistency: intra-annotator agreement on repeated texts.
        agreement: between annotators; None if no text was answered by two, or by one and adjudicated.
        to_review: texts, or passages of them, where annotators differ and nobody has decided.
        pinned_round: the one to which the project was rolled back; None without any.
        forgotten: the base's labels that the last round no longer finds as the base does, with F1 (percent).
        set_aside: folders of damaged checkpoints.
        evaluated_round: the last one evaluated; None without any. scores: of that round.
        why_not_evaluated: why no evaluation is possible, and the way out; empty if there is one or may be one.
        curve: a point for every evaluated round.
        changes: in F1 of each label over the last ten rounds, on the same texts.
        corpus_scores: F1 on the corpus, from held-out and answered texts, see `corpus_sample`. drawn: how many of each
            kind.
        accepted: how many of the last suggestions were accepted unchanged, and of how many; see `acceptance`.
        seconds: median time of the last answers; None if none was timed.
        near_duplicates: number of held-out texts that nearly repeat a training text.
        advice: what to do next. faults: why the model learns nothing, of some label or at all; the gravest first.
        disk: bytes of the store and of the checkpoints.
        weak: how the sources of weak labels fare. weak_until: from how many training answers on they teach no more.
        pipeline_score: of the pipeline in [suggest], if it is scored.
        novelty: of each label, how many of its names no other answer has.
        robustness: F1 on changed held-out texts, of the last round that read them. augment: what to do if it falls.
    """

    texts: int
    pool: int
    left: QuestionsLeft
    waiting: int
    blocked: bool
    answers: Mapping[str, int]
    training: int
    spans: Mapping[str, int]
    rounds: tuple[RoundInfo, ...]
    next_round: int
    trainer: str
    consistency: Consistency
    pinned_round: int | None
    forgotten: Mapping[str, float]
    set_aside: tuple[str, ...]
    evaluated_round: int | None
    scores: Scores | None
    why_not_evaluated: str
    curve: tuple[Point, ...]
    changes: Mapping[str, Change]
    corpus_scores: Scores | None
    drawn: Drawn
    accepted: tuple[int, int]
    seconds: float | None
    near_duplicates: int
    advice: Advice
    disk: Mapping[str, int]
    weak: tuple[WeakSummary, ...] = ()
    weak_until: int = 0
    pipeline_score: PipelineScore | None = None
    agreement: AnnotatorAgreement | None = None
    to_review: int = 0
    novelty: tuple[Novelty, ...] = ()
    faults: tuple[LearningFault, ...] = ()
    robustness: tuple[Robustness, ...] = ()
    augment: str = ""

    held = attribute("Progress", "held", "pinned_round")
    measured = attribute("Progress", "measured", "evaluated_round")

    @property
    def lasting_rounds(self) -> tuple[RoundInfo, ...]:
        """The rounds without a closing one, whose place the next takes."""
        return tuple(info for info in self.rounds if not info.closing)

    @property
    def alarms(self) -> tuple[str, ...]:
        """The faults that the advice does not tell, and overfitting, in words."""
        faults = (one.words for one in self.faults if one.words not in self.advice.words)
        return tuple(words for words in (*faults, overfitting_words(self.advice)) if words)


def progress(store: Store, settings: Settings, paths: ProjectPaths) -> Progress:
    """All numbers of a project; reads every answer in force.

    Raises:
        InputError: the gold file cannot be read.
    """
    answers, training, ever = store.answers.standing(), store.answers.training(), store.answers.all()
    rounds = tuple(store.journal.rounds())
    schemes = store.journal.schemes()
    spans = taught(training, schemes)
    gold, labels, last = gold_texts(store, settings, paths), settings.project.labels, last_evaluated_round(store)
    found = evaluated_texts(store, gold, last) if last is not None else []
    common, points = together(store, gold, labels), curve(store, gold, labels)
    in_force = store.journal.round_in_force()
    sample = corpus_sample(store, found, training, labels)
    waiting, new = unlearned(store, settings), novelty(store, training, gold, labels)
    blocked = is_blocked(store)
    left = QuestionsLeft(0) if blocked else questions_left(store, training, settings.acquire.longest)
    robust = loaded(store.journal.robustness(), in_force)
    used = uses(whole_answers(store))
    facts = label_facts(labels, spans, found, used)
    faults = learning_faults(learning_facts(training, schemes, used, store.imports.all()), labels)
    seconds, repeated = seconds_an_answer(last_answers(store, answers)), pairs(ever, schemes)
    return Progress(
        texts=store.corpus.size(),
        pool=store.corpus.pool_size(),
        waiting=store.questions.waiting(),
        left=left,
        blocked=blocked,
        answers=dict(Counter(answer.verdict for answer in answers)),
        training=len(training),
        spans=spans,
        rounds=rounds,
        next_round=waiting.missing,
        trainer=trainer_state(store, paths),
        consistency=consistency(repeated, units_of(store, repeated)),
        agreement=annotator_agreement(store, ever, labels),
        to_review=sum(item.is_open for item in review_items(answers, schemes)),
        pinned_round=store.journal.pinned_round(),
        forgotten=forgotten(rounds, settings),
        set_aside=tuple(sorted(str(path) for path in paths.models.glob("damaged-*"))),
        corpus_scores=scores(sample.texts, labels, sample.weights),
        drawn=sample.drawn,
        accepted=acceptance(last_answers(store, training)),
        seconds=seconds,
        near_duplicates=len(near_duplicates(gold, _texts(store, training))),
        disk={"data": bytes_on_disk(paths.data), "models": bytes_on_disk(paths.models)},
        evaluated_round=last if found else None,
        scores=scores(found, labels),
        why_not_evaluated="" if found else _why_not_evaluated(store, settings),
        curve=tuple(points),
        changes=changes(common) if common else {},
        weak=tuple(store.weak.summary()),
        pipeline_score=store.weak.score(),
        weak_until=settings.update.weak_until,
        novelty=tuple(new),
        faults=faults,
        robustness=robust,
        augment=augment_words(robust, settings.update),
        advice=_advised(
            store, sample.unchosen, common, facts, faults, left, answers=len(training), seconds=seconds, waiting=waiting
        ),
    )


def _why_not_evaluated(store: Store, settings: Settings) -> str:
    found = one_sided(store, settings)
    return f"{found.words}. {found.way_out}" if found else ""


def is_blocked(store: Store) -> bool:
    """Whether texts are left but none of them may be asked about."""
    return store.questions.is_exhausted(NO_FOCUS) and store.corpus.pool_size() > 0


def taught(answers: Sequence[Answer], schemes: Schemes) -> dict[str, int]:
    """The number of spans of each label in the answers."""
    return dict(Counter(span.label for truth in of_texts(answers, schemes).values() for span in truth.spans))


def _texts(store: Store, answers: Sequence[Answer]) -> list[str]:
    return [text.text for text in store.corpus.texts([answer.text_id for answer in answers])]


def _advised(
    store: Store,
    found: Sequence[EvaluatedText],
    common: Together | None,
    labels: Sequence[LabelFacts],
    faults: Sequence[LearningFault],
    left: QuestionsLeft,
    *,
    answers: int,
    seconds: float | None,
    waiting: Unlearned,
) -> Advice:
    """The advice for a project, from the spans `found` in a sample of it and the comparable rounds in `common`."""
    in_force = store.journal.round_in_force()
    learned = [info.answers for info in store.journal.rounds() if info.number <= in_force]
    kind = weakest_kind(found, [one.label for one in labels])
    if kind is not None:
        of_kind = store.corpus.sample_pool(1, Random(0), where=kind.focus.where, batch=kind.focus.batch)
        kind = replace(kind, left=bool(of_kind))
    return advice(
        model_change(store),
        common,
        labels,
        left=left,
        learned=learned[-1] if learned else 0,
        minutes=None if seconds is None else min(left.n, MORE) * seconds / 60,
        weakest=kind,
        expected=noted(store, answers=answers, pool=store.corpus.pool_size()),
        unlearned=waiting.words,
        faults=faults,
    )
