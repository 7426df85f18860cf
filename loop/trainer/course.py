"""How rounds are learned: what comes out follows from base, answers, events and seed, and from nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from loop.ner.calibration import DEFAULT, RECENT, Tried, squared_errors, temperature_of
from loop.ner.checkpoints import VERSIONS, CheckpointInfo, Checkpoints
from loop.ner.examples import Examples, token_spans
from loop.ner.learner import Learner
from loop.ner.pipeline import add_labels, adopted, assemble, known_labels
from loop.ner.reader import own_lattices
from loop.ner.sums import base_sum
from loop.ner.update import update
from loop.progress.settings_then import settings_of_round
from loop.records import Answer, latest
from loop.settings import Settings, UpdateSettings
from loop.store import Store
from loop.trainer.pretrained import Pretrained
from loop.trainer.replay import repeated


class Course:
    """A pipeline on its way from round to round.

    Attributes:
        learner: the pipeline as the last round left it. info: what it learned from.
    """

    learner: Learner
    info: CheckpointInfo

    def __init__(self, settings: Settings, store: Store, pretrained: Pretrained, checkpoints: Checkpoints) -> None:
        self._settings, self._store = settings, store
        self._pretrained, self._checkpoints = pretrained, checkpoints

    def begin(self) -> None:
        """Make round 0 from the base and save it; `go_to` starts from it, as it was saved.

        Raises:
            PipelineError: see `assemble`.
        """
        project = self._settings.project
        nlp = assemble(project.base, project.labels, seed=project.seed, component=project.component)
        self.learner = Learner(nlp)
        self.info = replace(self._info(0, (), DEFAULT), base_sum=base_sum(project.base))
        self._checkpoints.save(self.learner, self.info)

    def go_to(self, number: int) -> None:
        """Stand where a kept round has left off.

        Raises:
            PipelineError: its checkpoint is damaged.
        """
        self.learner, self.info = self._checkpoints.load(number), self._checkpoints.info(number)

    def next_cut(self, training: Sequence[Answer]) -> int:
        """How many answers the next round learns from: one more round's than the last, whatever its size was then."""
        return len(self.info.answers) + self._update_settings(training).round_size

    def learn(self, cut: Sequence[Answer]) -> None:
        """Do the next round, with all the answers up to its end, by rank; nothing is saved."""
        settings, number = self._update_settings(cut), self.info.round + 1
        answered = self._answered(latest(cut))
        tried = (*self.info.tried, *self._try(answered[-settings.round_size :]))[-RECENT:]
        anew = self._pretrained.learner(number, self._checkpoints)
        self.learner = anew or self.learner
        losses = self._update(answered, number, settings, afresh=anew is not None)
        info = self._info(number, tuple(answer.key for answer in cut), temperature_of(tried))
        self.info = replace(info, steps=len(losses), loss=sum(losses) / len(losses) if losses else None, tried=tried)

    def _update_settings(self, training: Sequence[Answer]) -> UpdateSettings:
        return settings_of_round(self._store, self._settings, training, len(self.info.answers))

    def _answered(self, cut: Sequence[Answer]) -> list[tuple[str, Answer]]:
        texts = self._store.corpus.texts([answer.text_id for answer in cut])
        return [(text.text, answer) for text, answer in zip(texts, cut, strict=True)]

    def _examples(self, answered: Sequence[tuple[str, Answer]]) -> Examples:
        schemes = self._store.journal.schemes()
        labels, beside = self._labels(answered), self.learner.base.rivals
        return Examples(self.learner.nlp, answered, labels=labels, schemes=schemes, beside=beside)

    def _labels(self, answered: Sequence[tuple[str, Answer]]) -> tuple[str, ...]:
        """The labels that were in force by the last of these answers, and those that the component knew before.

        Not those of loop.cfg: what a round learns must follow from its answers, whenever it is done.
        """
        schemes, project = self._store.journal.schemes(), self._settings.project
        last = schemes[max(answer.scheme for _, answer in answered)] if answered else ()
        return tuple(dict.fromkeys((*last, *adopted(project.base, project.labels))))

    def _try(self, new: Sequence[tuple[str, Answer]]) -> list[Tried]:
        """How well each temperature would have done on the new texts that were answered completely, for every label."""
        schemes, labels = self._store.journal.schemes(), set(self._labels(new))
        whole = [(text, answer) for text, answer in new if answer.complete and labels <= set(schemes[answer.scheme])]
        shares = self._store.questions.shares([answer.question_id for _, answer in whole if answer.question_id])
        at_random = [shares.get(answer.question_id or "") == "random" for _, answer in whole]
        with self.learner.published() as nlp, nlp.memory_zone():
            if not (whole and known_labels(nlp)):
                return []
            examples = self._examples(whole)
            docs, gold = [one.predicted for one in examples], [token_spans(one) for one in examples]
            errors = squared_errors(lambda t: own_lattices(nlp, docs, temperature=t), gold)
        return [Tried(tuple(column.round(4).tolist()), r) for column, r in zip(errors.T, at_random, strict=True)]

    def _update(
        self, answered: Sequence[tuple[str, Answer]], number: int, settings: UpdateSettings, *, afresh: bool
    ) -> list[float]:
        nlp = self.learner.nlp
        positive = {span.label for _, answer in answered for span in answer.spans}
        # Outside of the memory zone, whose strings are forgotten when it ends.
        add_labels(nlp, [label for label in self._labels(answered) if label in positive])
        seed = Random(f"{self._settings.project.seed}:round:{number}").getrandbits(32)
        with nlp.memory_zone():
            examples = self._examples(answered)
            if afresh:  # all answers are new to it: as many steps as all rounds so far would have taken
                steps = settings.steps * number
                return update(self.learner, examples, examples, replace(settings, steps=steps), seed=seed)
            new = examples[-settings.round_size :]
            again = repeated([answer for _, answer in answered], self._store.journal.schemes(), settings)
            replayed = [*examples, *(examples[index] for index in again)] if again else examples
            return update(self.learner, new, replayed, settings, seed=seed)

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
        )
