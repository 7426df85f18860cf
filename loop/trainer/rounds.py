"""Rounds: learn from the next answers by rank, evaluate, save; go back when an answer no longer stands."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from random import Random

from loop.errors import PipelineError
from loop.formats import read_gold
from loop.ner.calibration import DEFAULT, RECENT, Tried, next_temperature, squared_errors
from loop.ner.checkpoints import SPACY_VERSION, CheckpointInfo, Checkpoints
from loop.ner.evaluate import evaluate_answers
from loop.ner.examples import Examples, token_spans
from loop.ner.keeping import agreement
from loop.ner.learner import Learner
from loop.ner.pipeline import add_labels, adopted, assemble, known_labels
from loop.ner.products import use_fast_products
from loop.ner.reader import own_lattices
from loop.ner.update import update
from loop.records import Answer, Span, latest
from loop.settings import ProjectPaths, Settings
from loop.store import RoundInfo, Store
from loop.trainer.pretrained import Pretrained
from loop.trainer.replay import repeated

# Texts on which the base's labels are checked: enough for its frequent labels, a fraction of a second.
SAMPLE = 150


class Rounds:
    """The rounds of a project, and the pipeline as the last of them left it.

    Attributes:
        number: of the last finished round. learner: its pipeline. temperature: of the probabilities it gives.

    Raises:
        PipelineError: the base does not load, or is not the one that the project started from.
    """

    number: int
    learner: Learner
    temperature: float

    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store) -> None:
        self._paths = paths
        self._settings = settings
        self._store = store
        self._checkpoints = Checkpoints(paths.models)
        self._pretrained = Pretrained(paths, store)
        self._checkpoints.sweep()
        use_fast_products()
        store.journal.settings(settings.weights_digest())
        self._resume()

    def _resume(self) -> None:
        """Go on from the last checkpoint on disk that the store knows of, or make round 0."""
        project = self._settings.project
        taken = adopted(project.base, project.labels)
        if 0 in self._checkpoints.rounds() and self._checkpoints.info(0).adopted != taken:
            # Another round 0, from which all rounds are learned again.
            self._checkpoints.forget_all()
            self._store.journal.forget_rounds_after(0)
        if 0 not in self._checkpoints.rounds():
            learner = Learner(assemble(project.base, project.labels, seed=project.seed))
            self._checkpoints.save(learner, self._info(0, ()))
        start = self._checkpoints.info(0)
        if (start.base, start.seed) != (project.base, project.seed):
            raise PipelineError(
                f"This project started from {start.base} with seed {start.seed}; "
                f"loop.cfg now says {project.base} and {project.seed}.",
                hint="Set them back, or move models/ away to learn everything again from the new base.",
            )
        finished = {0, *(info.number for info in self._store.journal.rounds())}
        self._go_back_to(max(finished.intersection(self._checkpoints.rounds())))

    def _go_back_to(self, number: int) -> None:
        self._checkpoints.forget_after(number)
        self._store.journal.forget_rounds_after(number)
        self.learner = self._checkpoints.load(number)
        self._stand_at(self._checkpoints.info(number))

    def _stand_at(self, info: CheckpointInfo) -> None:
        self.number, self._learned_from = info.round, info.answers
        self.temperature, self._tried = info.temperature, info.tried

    def due(self, training: Sequence[Answer]) -> bool:
        """Whether the next round has its answers, given those that stand and train, by rank.

        Where one that was learned from no longer stands, or stands changed, this first goes back to the last kept
        round that never saw it; the rounds after that are then due again.
        """
        ids = tuple(answer.id for answer in training)
        if not _begins_with(ids, self._learned_from):
            kept = reversed(self._checkpoints.rounds())
            self._go_back_to(next(n for n in kept if _begins_with(ids, self._checkpoints.info(n).answers)))
        return len(training) >= self._next_cut

    @property
    def _next_cut(self) -> int:
        """How many answers the next round learns from: one more round's than the last, whatever its size was then."""
        return len(self._learned_from) + self._settings.update.round_size

    def learn(self, training: Sequence[Answer]) -> RoundInfo:
        """Do the next round with its share of the answers that train, by rank; on disk when this returns."""
        started = time.monotonic()
        number = self.number + 1
        cut = training[: self._next_cut]
        answered = self._answered(latest(cut))
        tried = self._try(answered[-self._settings.update.round_size :])
        losses = self._update(answered, number, afresh=self._begin_anew(number))
        scores = self._evaluate()
        info = self._info(number, tuple(answer.id for answer in cut), losses, (*self._tried, *tried)[-RECENT:])
        self._checkpoints.save(self.learner, info)
        self._stand_at(info)
        seconds = time.monotonic() - started
        finished = _round_info(info, seconds=seconds, scores=scores, kept=self._kept())
        self._store.journal.add_round(finished)
        # Only now: until the store knows of this round, the one before it may be needed again.
        keep = self._settings.checkpoints
        self._checkpoints.prune(keep_last=keep.keep_last, keep_every=keep.keep_every)
        return finished

    def _begin_anew(self, number: int) -> bool:
        """Put the pretrained weights in place, if this is the round from which they count."""
        anew = self._pretrained.learner(number, self._checkpoints)
        if anew:
            self.learner = anew
        return anew is not None

    def _answered(self, cut: Sequence[Answer]) -> list[tuple[str, Answer]]:
        texts = self._store.corpus.texts([answer.text_id for answer in cut])
        return [(text.text, answer) for text, answer in zip(texts, cut, strict=True)]

    def _examples(self, answered: Sequence[tuple[str, Answer]]) -> Examples:
        schemes = self._store.journal.schemes()
        labels, beside = self._labels(answered), self.learner.base
        return Examples(self.learner.nlp, answered, labels=labels, schemes=schemes, beside=beside)

    def _labels(self, answered: Sequence[tuple[str, Answer]]) -> tuple[str, ...]:
        """The labels that were in force by the last of these answers, and those that the component knew before.

        Not those of loop.cfg: what a round learns must follow from its answers, whenever it is done.
        """
        schemes, project = self._store.journal.schemes(), self._settings.project
        last = schemes[max(answer.scheme for _, answer in answered)] if answered else ()
        return tuple(dict.fromkeys((*last, *adopted(project.base, project.labels))))

    def _try(self, new: Sequence[tuple[str, Answer]]) -> list[Tried]:
        """How well each temperature would have done on the new texts that were answered completely."""
        whole = [(text, answer) for text, answer in new if answer.complete]
        shares = self._store.questions.shares([answer.question_id for _, answer in whole if answer.question_id])
        at_random = [shares.get(answer.question_id or "") == "random" for _, answer in whole]
        with self.learner.published() as nlp, nlp.memory_zone():
            if not known_labels(nlp):
                return []
            examples = self._examples(whole)
            docs, gold = [one.predicted for one in examples], [token_spans(one) for one in examples]
            errors = squared_errors(lambda t: own_lattices(nlp, docs, temperature=t), gold)
        return [Tried(tuple(column.round(4).tolist()), r) for column, r in zip(errors.T, at_random, strict=True)]

    def _update(self, answered: Sequence[tuple[str, Answer]], number: int, *, afresh: bool) -> list[float]:
        project, nlp, settings = self._settings.project, self.learner.nlp, self._settings.update
        positive = {span.label for _, answer in answered for span in answer.spans}
        # Outside of the memory zone, whose strings are forgotten when it ends.
        add_labels(nlp, [label for label in self._labels(answered) if label in positive])
        seed = Random(f"{project.seed}:round:{number}").getrandbits(32)
        with nlp.memory_zone():
            examples = self._examples(answered)
            if afresh:  # all answers are new to it: as many steps as all rounds so far would have taken
                steps = settings.steps * number
                return update(self.learner, examples, examples, replace(settings, steps=steps), seed=seed)
            new = examples[-settings.round_size :]
            again = repeated([answer for _, answer in answered], self._store.journal.schemes(), settings)
            replayed = [*examples, *(examples[index] for index in again)] if again else examples
            return update(self.learner, new, replayed, settings, seed=seed)

    def _evaluate(self) -> dict[str, float]:
        """Scores on the gold texts or, without a file of them, on the texts held out and answered so far."""
        answered = list(self._gold())
        if not answered:
            return {}
        with self.learner.published() as nlp:
            scores = evaluate_answers(nlp, answered)
        return {"p": scores.p, "r": scores.r, "f": scores.f}

    def _gold(self) -> Iterator[tuple[str, Collection[Span], Collection[str]]]:
        """Texts that are never learned from, their right spans, and the labels that these are complete for."""
        name, labels = self._settings.project.eval, self._settings.project.labels
        if name is not None:
            yield from ((raw.text, raw.spans or (), labels) for raw in read_gold(self._paths.resolve(name)))
            return
        schemes = self._store.journal.schemes()
        for text, answer in self._answered(self._store.answers.held_out()):
            yield text, answer.spans, [label for label in schemes[answer.scheme] if label in labels]

    def _kept(self) -> dict[str, float]:
        """How well the base's labels that nobody teaches are kept, on the same texts after every round."""
        if not self.learner.base.labels:
            return {}
        texts = self._store.corpus.sample(SAMPLE, Random(f"{self._settings.project.seed}:kept"))
        with self.learner.published() as nlp:
            return agreement(nlp, self.learner.base, [text.text for text in texts])

    def _info(
        self,
        number: int,
        answers: tuple[str, ...],
        losses: Sequence[float] = (),
        tried: tuple[Tried, ...] = (),
    ) -> CheckpointInfo:
        project = self._settings.project
        return CheckpointInfo(
            round=number,
            base=project.base,
            labels=project.labels,
            answers=answers,
            seed=project.seed,
            digest=self._settings.weights_digest(),
            spacy_version=SPACY_VERSION,
            steps=len(losses),
            loss=sum(losses) / len(losses) if losses else None,
            temperature=next_temperature(tried, last=self.temperature) if number else DEFAULT,
            tried=tried,
            adopted=adopted(project.base, project.labels),
        )


def _begins_with(ids: tuple[str, ...], beginning: tuple[str, ...]) -> bool:
    return ids[: len(beginning)] == beginning


def _round_info(info: CheckpointInfo, *, seconds: float, scores: dict[str, float], kept: dict[str, float]) -> RoundInfo:
    return RoundInfo(
        number=info.round,
        answers=len(info.answers),
        steps=info.steps,
        loss=info.loss,
        seconds=round(seconds, 3),
        seed=info.seed,
        spacy_version=info.spacy_version,
        digest=info.digest,
        scores=scores,
        kept=kept,
    )
