"""Trains rounds: the result depends on base, answers, events and seed only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from random import Random

from loop.base.assembly import assemble
from loop.base.pipeline import add_labels, adopted, known_labels
from loop.base.vectors import vectors_sum
from loop.checkpoints.checkpoint_info import CheckpointInfo, versions_of
from loop.checkpoints.checkpoints import Checkpoints
from loop.checkpoints.checksums import base_sum
from loop.encoder.files import encoder_sum
from loop.errors import PipelineError
from loop.learning.examples import Examples, known_ranges, token_spans
from loop.learning.learner import Learner
from loop.learning.update import update
from loop.progress.settings_history import settings_of_round, settings_sum
from loop.records import Answer
from loop.scoring.calibration import DEFAULT, RECENT, Tried, squared_errors, temperature_of
from loop.scoring.reader import own_lattices_at
from loop.settings import Settings, UpdateSettings
from loop.store import Store, WeakSummary
from loop.trainer.pretrained import Pretrained
from loop.trainer.replay import repeated
from loop.trainer.weak_recipe import NOTHING, Apart, WeakRecipe
from loop.truth import RULES_VERSION, Truth, of_texts


class RoundRecipe:
    """Trains a pipeline round by round.

    Args:
        settings: the project's settings.
        store: the project's store.
        pretrained: the pretrained weights, if any.
        checkpoints: the saved rounds.
        apart: ids and groups of texts that are not learned from weakly.

    Attributes:
        learner: the pipeline after the last round.
        info: what it was trained on.
        start: the round that the next one starts from: the last, or the one before a closing round.
    """

    learner: Learner
    info: CheckpointInfo
    start: CheckpointInfo

    def __init__(
        self,
        settings: Settings,
        store: Store,
        pretrained: Pretrained,
        checkpoints: Checkpoints,
        *,
        apart: Apart = NOTHING,
    ) -> None:
        self._settings, self._store = settings, store
        self._pretrained, self._checkpoints = pretrained, checkpoints
        self._cached_settings: tuple[int, UpdateSettings] | None = None
        self._weak = WeakRecipe(settings, store, apart)

    def begin(self) -> None:
        """Build round 0 from the base and save it.

        Raises:
            PipelineError: see `assemble`; or the word vectors are not those of loop.cfg.
        """
        project = self._settings.project
        table, encoder = vectors_sum(project.vectors), encoder_sum(project.encoder)
        if project.vectors_sum not in (None, table):
            raise PipelineError(
                f"The word vectors {project.vectors} are not those of loop.cfg: their SHA-256 is {table}.",
                hint="Put the others back, or set vectors_sum to null to begin with these.",
            )
        if project.encoder_sum not in (None, encoder):
            raise PipelineError(
                f"The encoder {project.encoder} is not that of loop.cfg: its SHA-256 is {encoder}.",
                hint="Put the other back, or set encoder_sum to null to begin with this one.",
            )
        nlp = assemble(
            project.base,
            project.labels,
            seed=project.seed,
            component=project.component,
            vectors=project.vectors,
            encoder=project.encoder,
        )
        self._checkpoints.keep_features(nlp)
        self.learner = Learner(nlp)
        start = self._info(0, (), DEFAULT)
        base = base_sum(project.base)
        self.info = self.start = replace(start, base_sum=base, vectors_sum=table, encoder_sum=encoder)
        self._checkpoints.save(self.learner, self.info)

    def go_to(self, number: int) -> None:
        """Continue from a saved round.

        Raises:
            PipelineError: its checkpoint is damaged.
        """
        self.learner, self.info = self._checkpoints.load(number), self._checkpoints.info(number)
        self.start = self._checkpoints.info(number - 1) if self.info.closing else self.info

    def next_cut(self, training: Sequence[Answer]) -> int:
        """Number of answers that the next round is trained on: the previous round's plus `round_size`.

        If there are weak labels, the first round learns from them alone. Answers that count since the same event, as
        those of several annotators do, are learned together.
        """
        if self.start.round == 0 and self.weak_sum(training, 0):
            return 0
        n = len(self.start.answers) + self._update_settings(training).round_size
        while n < len(training) and training[n].rank == training[n - 1].rank:
            n += 1
        return n

    def stands(self, info: CheckpointInfo, training: Sequence[Answer]) -> bool:
        """Whether a round and those before it would learn from the same answers and weak labels today."""
        if not info.trained_on_prefix_of(training):
            return False
        return all(checksum == self.weak_sum(training, n) for n, checksum in info.weak)

    def weak_sum(self, training: Sequence[Answer], n: int) -> str:
        """Checksum of the weak labels that a round over the first `n` answers learns from; empty without any.

        That of the start includes its settings: they follow from the first answer, which may not be given yet.
        """
        found = self._weak.checksum(training, n, self._weak_settings(training, n))
        return f"{found} {settings_sum(self._store, self._settings, training, 0)}" if found and n == 0 else found

    def weak_summary(self, training: Sequence[Answer]) -> list[WeakSummary]:
        """How the sources of weak labels fared in the round that was just trained; none if it learned from none."""
        n = len(self.info.answers)
        return self._weak.summary(training, n, self._weak_settings(training, n))

    def learn(self, training: Sequence[Answer], n: int, *, closing: bool = False) -> None:
        """Train the next round on the first `n` of these answers, given by rank; if `n` is 0, on weak labels alone.

        Nothing is saved. After a closing round, go to `start` first.
        """
        number, temperature, tried = self.info.round + 1, DEFAULT, self.info.tried
        weak = tuple((n, found) for found in [self.weak_sum(training, n)] if found)
        came = training[len(self.info.answers) : n]
        known = self._answered(training[:n])
        # Texts are in the order of their last answers.
        new = list(known.values())[-len({answer.text_id for answer in came}) :] if came else []
        if new:
            tried = (*tried, *self._try(new, self._labels(came)))[-RECENT:]
            temperature = temperature_of(tried)
        anew = self._pretrained.learner(number, self._checkpoints)
        self.learner = anew or self.learner
        losses: list[float] = []
        if n == 0 or (anew and self.weak_sum(training, 0)):
            losses = self._learn_weakly(training)
        if n:  # the loss is that of the round, not that of the start that was made again
            losses = self._update(training, n, known, len(new), afresh=anew is not None, closing=closing)
        info = self._info(number, tuple(answer.key for answer in training[:n]), temperature)
        loss = sum(losses) / len(losses) if losses else None
        weak = self.start.weak + weak
        self.info = replace(info, steps=len(losses), loss=loss, tried=tried, weak=weak, closing=closing)
        self.start = self.start if closing else self.info

    def _learn_weakly(self, training: Sequence[Answer]) -> list[float]:
        """What is learned before the first answer."""
        settings, nlp = self._weak_settings(training, 0), self.learner.nlp
        labels = self._labels([], scheme=self._weak.scheme(training, 0, settings))
        texts = self._weak.texts(self.learner, training, 0, settings, labels, {})
        add_labels(nlp, self._positive(labels, texts))
        with nlp.memory_zone():
            examples = self._examples(texts, labels)
            settings = replace(settings, steps=self._weak.steps(training, settings))
            return update(self.learner, examples, examples, settings, seed=self._seed(0)) if texts else []

    def _update_settings(self, training: Sequence[Answer]) -> UpdateSettings:
        learned = len(self.start.answers)
        if len(training) <= learned:
            return self._settings.update
        rank = training[learned].rank
        if self._cached_settings is None or self._cached_settings[0] != rank:
            self._cached_settings = rank, settings_of_round(self._store, self._settings, training, learned)
        return self._cached_settings[1]

    def _weak_settings(self, training: Sequence[Answer], n: int) -> UpdateSettings:
        """The settings when the last of the first `n` answers was given."""
        return settings_of_round(self._store, self._settings, training, max(0, n - 1))

    def _answered(self, cut: Sequence[Answer]) -> dict[int, tuple[str, Truth]]:
        known = of_texts(cut, self._store.journal.schemes())
        return {text.id: (text.text, known[text.id]) for text in self._store.corpus.texts(list(known))}

    def _examples(self, answered: Sequence[tuple[str, Truth]], labels: Sequence[str]) -> Examples:
        return Examples(self.learner.nlp, answered, labels=labels, base_spans=self.learner.base.rivals)

    def _labels(self, answers: Sequence[Answer], *, scheme: int = 0) -> tuple[str, ...]:
        """The labels in force at the last of these answers or in this scheme, and those adopted from the base.

        The labels in loop.cfg are not used: a round must depend on its answers only, not on when it is trained.
        """
        naming, project = self._store.journal.naming(), self._settings.project
        last = naming.in_force(max((answer.scheme for answer in answers), default=scheme))
        return tuple(dict.fromkeys((*last, *adopted(project.base, project.labels))))

    def _try(self, new: Sequence[tuple[str, Truth]], labels: Sequence[str]) -> list[Tried]:
        """Squared errors of each temperature on those new texts, or passages, whose answers cover every label."""
        known = [(text, truth) for text, truth in new if truth.parts]  # the labels of all answers may be removed
        whole = [(text, truth) for text, truth in known if truth.covers(labels) and not truth.unclear]
        asked = [truth.parts[-1].answer.question_id for _, truth in whole]
        streams = self._store.questions.streams([question_id for question_id in asked if question_id])
        at_random = [streams.get(question_id or "") == "random" for question_id in asked]
        with self.learner.published() as nlp, nlp.memory_zone():
            if not (whole and known_labels(nlp)):
                return []
            examples = self._examples(whole, labels)
            docs, gold = [one.predicted for one in examples], [token_spans(one) for one in examples]
            within = [known_ranges(one) for one in examples]
            errors = squared_errors(lambda temperatures: own_lattices_at(temperatures, nlp, docs), gold, within)
        return [Tried(tuple(column.round(4).tolist()), r) for column, r in zip(errors.T, at_random, strict=True)]

    def _update(
        self,
        training: Sequence[Answer],
        n: int,
        known: Mapping[int, tuple[str, Truth]],
        n_new: int,
        *,
        afresh: bool,
        closing: bool,
    ) -> list[float]:
        nlp, number, settings = self.learner.nlp, self.info.round + 1, self._update_settings(training[:n])
        labels = self._labels(training[:n])
        weak_texts = self._weak.texts(self.learner, training, n, self._weak_settings(training, n), labels, known)
        answered = list(known.values())
        earlier = self._weak.averaged_steps(training, self._weak_settings(training, 0))
        # Outside the memory zone, which discards new strings at its end.
        add_labels(nlp, self._positive(labels, [*answered, *weak_texts]))
        with nlp.memory_zone():
            examples, weak = self._examples(answered, labels), self._examples(weak_texts, labels)
            if afresh:  # all answers are new to this learner: take the steps of all rounds so far
                # A start from weak labels is a round, but its steps have been taken again.
                rounds = number - bool(self.weak_sum(training, 0))
                settings = replace(settings, steps=settings.steps * rounds)
                return update(self.learner, examples, examples, settings, seed=self._seed(number), weak=weak)
            first = self._store.journal.naming().in_force(training[0].scheme)
            again = repeated([truth for _, truth in answered], first, settings)
            replayed = [*examples, *(examples[index] for index in again)] if again else examples
            usual = settings.round_size if closing else None
            return update(
                self.learner,
                examples[-n_new:],
                replayed,
                settings,
                seed=self._seed(number),
                weak=weak,
                earlier=earlier,
                usual=usual,
            )

    def _positive(self, labels: Sequence[str], texts: Iterable[tuple[str, Truth]]) -> list[str]:
        """The labels that have a span in these texts, in order."""
        found = {span.label for _, truth in texts for span in truth.spans}
        return [label for label in labels if label in found]

    def _seed(self, number: int) -> int:
        return Random(f"{self._settings.project.seed}:round:{number}").getrandbits(32)

    def _info(self, number: int, answers: tuple[str, ...], temperature: float) -> CheckpointInfo:
        project = self._settings.project
        return CheckpointInfo(
            round=number,
            base=project.base,
            labels=project.labels,
            answers=answers,
            seed=project.seed,
            digest=self._settings.weights_digest(),
            versions=versions_of(self.learner.nlp),
            weights=self.learner.weights_hash(),
            temperature=temperature,
            adopted=adopted(project.base, project.labels),
            component=project.component,
            scheme=self._store.journal.naming().version,
            rules_version=RULES_VERSION,
        )
