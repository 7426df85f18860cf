"""Trains rounds: the result depends on base, answers, events and seed only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from loop.base.assembly import assemble
from loop.base.pipeline import add_labels, adopted, known_labels
from loop.base.vectors import vectors_sum
from loop.checkpoints.checkpoints import VERSIONS, CheckpointInfo, Checkpoints
from loop.checkpoints.checksums import base_sum
from loop.errors import PipelineError
from loop.learning.examples import Examples, token_spans
from loop.learning.learner import Learner
from loop.learning.update import update
from loop.progress.settings_history import settings_of_round
from loop.records import Answer
from loop.scoring.calibration import DEFAULT, RECENT, Tried, squared_errors, temperature_of
from loop.scoring.reader import own_lattices_at
from loop.settings import Settings, UpdateSettings
from loop.store import Store
from loop.trainer.pretrained import Pretrained
from loop.trainer.replay import repeated
from loop.truth import READING, Truth, of_texts


class RoundRecipe:
    """Trains a pipeline round by round.

    Attributes:
        learner: the pipeline after the last round.
        info: what it was trained on.
    """

    learner: Learner
    info: CheckpointInfo

    def __init__(self, settings: Settings, store: Store, pretrained: Pretrained, checkpoints: Checkpoints) -> None:
        self._settings, self._store = settings, store
        self._pretrained, self._checkpoints = pretrained, checkpoints
        self._known: tuple[int, UpdateSettings] | None = None

    def begin(self) -> None:
        """Build round 0 from the base and save it.

        Raises:
            PipelineError: see `assemble`; or the word vectors are not those of loop.cfg.
        """
        project = self._settings.project
        table = vectors_sum(project.vectors)
        if project.vectors_sum not in (None, table):
            raise PipelineError(
                f"The word vectors {project.vectors} are not those of loop.cfg: their SHA-256 is {table}.",
                hint="Put the others back, or set vectors_sum to null to begin with these.",
            )
        nlp = assemble(
            project.base,
            project.labels,
            seed=project.seed,
            component=project.component,
            vectors=project.vectors,
        )
        self.learner = Learner(nlp)
        start = self._info(0, (), DEFAULT)
        self.info = replace(start, base_sum=base_sum(project.base), vectors_sum=table)
        self._checkpoints.save(self.learner, self.info)

    def go_to(self, number: int) -> None:
        """Continue from a saved round.

        Raises:
            PipelineError: its checkpoint is damaged.
        """
        self.learner, self.info = self._checkpoints.load(number), self._checkpoints.info(number)

    def next_cut(self, training: Sequence[Answer]) -> int:
        """Number of answers that the next round is trained on: the previous round's plus `round_size`."""
        return len(self.info.answers) + self._update_settings(training).round_size

    def learn(self, cut: Sequence[Answer]) -> None:
        """Train the next round; `cut` holds all answers up to and including its own, by rank. Nothing is saved."""
        settings, number = self._update_settings(cut), self.info.round + 1
        answered, came = self._answered(cut), cut[len(self.info.answers) :]
        new = answered[-len({answer.text_id for answer in came}) :]  # texts are in the order of their last answers
        tried = (*self.info.tried, *self._try(new, self._labels(came)))[-RECENT:]
        anew = self._pretrained.learner(number, self._checkpoints)
        self.learner = anew or self.learner
        losses = self._update(cut, answered, len(new), number, settings, afresh=anew is not None)
        info = self._info(number, tuple(answer.key for answer in cut), temperature_of(tried))
        self.info = replace(info, steps=len(losses), loss=sum(losses) / len(losses) if losses else None, tried=tried)

    def _update_settings(self, training: Sequence[Answer]) -> UpdateSettings:
        learned = len(self.info.answers)
        if len(training) <= learned:
            return self._settings.update
        rank = training[learned].rank
        if self._known is None or self._known[0] != rank:
            self._known = rank, settings_of_round(self._store, self._settings, training, learned)
        return self._known[1]

    def _answered(self, cut: Sequence[Answer]) -> list[tuple[str, Truth]]:
        known = of_texts(cut, self._store.journal.schemes())
        return [(text.text, known[text.id]) for text in self._store.corpus.texts(list(known))]

    def _examples(self, answered: Sequence[tuple[str, Truth]], labels: Sequence[str]) -> Examples:
        return Examples(self.learner.nlp, answered, labels=labels, beside=self.learner.base.rivals)

    def _labels(self, answers: Sequence[Answer]) -> tuple[str, ...]:
        """The labels in force at the last of these answers, and those adopted from the base.

        The labels in loop.cfg are not used: a round must depend on its answers only, not on when it is trained.
        """
        naming, project = self._store.journal.naming(), self._settings.project
        last = naming.in_force(max(answer.scheme for answer in answers)) if answers else ()
        return tuple(dict.fromkeys((*last, *adopted(project.base, project.labels))))

    def _try(self, new: Sequence[tuple[str, Truth]], labels: Sequence[str]) -> list[Tried]:
        """Squared errors of each temperature on those new texts whose answers cover every label."""
        whole = [(text, truth) for text, truth in new if truth.labels.issuperset(labels) and not truth.unclear]
        asked = [truth.parts[-1].answer.question_id for _, truth in whole]
        streams = self._store.questions.streams([question_id for question_id in asked if question_id])
        at_random = [streams.get(question_id or "") == "random" for question_id in asked]
        with self.learner.published() as nlp, nlp.memory_zone():
            if not (whole and known_labels(nlp)):
                return []
            examples = self._examples(whole, labels)
            docs, gold = [one.predicted for one in examples], [token_spans(one) for one in examples]
            errors = squared_errors(lambda temperatures: own_lattices_at(temperatures, nlp, docs), gold)
        return [Tried(tuple(column.round(4).tolist()), r) for column, r in zip(errors.T, at_random, strict=True)]

    def _update(
        self,
        cut: Sequence[Answer],
        answered: Sequence[tuple[str, Truth]],
        came: int,
        number: int,
        settings: UpdateSettings,
        *,
        afresh: bool,
    ) -> list[float]:
        nlp, labels = self.learner.nlp, self._labels(cut)
        positive = {span.label for _, truth in answered for span in truth.spans}
        # Outside the memory zone, which discards new strings at its end.
        add_labels(nlp, [label for label in labels if label in positive])
        seed = Random(f"{self._settings.project.seed}:round:{number}").getrandbits(32)
        with nlp.memory_zone():
            examples = self._examples(answered, labels)
            if afresh:  # all answers are new to this learner: take the steps of all rounds so far
                steps = settings.steps * number
                return update(self.learner, examples, examples, replace(settings, steps=steps), seed=seed)
            first = self._store.journal.naming().in_force(cut[0].scheme)
            again = repeated([truth for _, truth in answered], first, settings)
            replayed = [*examples, *(examples[index] for index in again)] if again else examples
            return update(self.learner, examples[-came:], replayed, settings, seed=seed)

    def _info(self, number: int, answers: tuple[str, ...], temperature: float) -> CheckpointInfo:
        project = self._settings.project
        return CheckpointInfo(
            round=number,
            base=project.base,
            labels=project.labels,
            answers=answers,
            seed=project.seed,
            digest=self._settings.weights_digest(),
            versions=VERSIONS,
            weights=self.learner.weights_hash(),
            temperature=temperature,
            adopted=adopted(project.base, project.labels),
            component=project.component,
            scheme=self._store.journal.naming().version,
            reading=READING,
        )
