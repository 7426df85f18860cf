"""Predicts the held-out texts with the pipelines of the rounds: new rounds at once, older ones when idle."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from random import Random

from loop.checkpoints.checkpoints import Checkpoints
from loop.errors import LoopError, PipelineError
from loop.learning.evaluate import Finder, predicted_spans
from loop.progress.corpus_sample import corpus_sample
from loop.progress.held_out_gold import GoldText, evaluated_texts, gold_texts, last_evaluated_round, with_spans_found
from loop.progress.round_diff import TextDiff
from loop.progress.scores import headline, scores
from loop.records import Span
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.trainer.rounds import Rounds

# Texts per slice of idle work: a new answer waits for a fraction of a second.
SLICE = 50
# Fewest texts for which an older round is loaded: loading takes longer than predicting.
WORTH_LOADING = 5
# Sample size for comparing two rounds without held-out texts: a fraction of a second per round.
SAMPLE = 200


class Evaluation:
    """Keeps the rounds' predictions up to date with the held-out texts."""

    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store) -> None:
        self._paths, self._settings, self._store = paths, settings, store
        self._checkpoints = Checkpoints(paths.models, paths.features)
        self._done = -1
        self._opened: tuple[int, Finder] | None = None
        self._unreadable: set[int] = set()

    @property
    def is_done(self) -> bool:
        """Whether there was nothing left to evaluate, and nothing has happened since."""
        return self._done == self._store.journal.last_seq()

    def evaluate(self, rounds: Rounds) -> None:
        """Predict all held-out texts with the current pipeline, which may have taken the place of another."""
        self._opened = None
        self._unreadable.discard(rounds.number)
        gold = gold_texts(self._store, self._settings, self._paths)
        with rounds.learner.published() as nlp:
            self._predict(partial(predicted_spans, nlp), rounds.number, gold)
        self._store_headline(gold)

    def slice(self) -> bool:
        """Predict some texts that were answered after a round was evaluated; return False if there are none.

        The newest round comes first; older ones wait until enough texts have accumulated.
        """
        seq = self._store.journal.last_seq()
        if seq == self._done:
            return False
        gold = gold_texts(self._store, self._settings, self._paths)
        kept = self._checkpoints.rounds()
        for number in (n for n in reversed(kept) if n not in self._unreadable):
            known = self._store.predictions.of(number, [one.text for one in gold])
            lacking = [one for one in gold if one.text not in known]
            enough = 1 if number == kept[-1] else min(WORTH_LOADING, len(gold))
            if lacking and len(lacking) >= enough:
                self._predict_with_checkpoint(number, lacking[:SLICE])
                return True
        self._store_headline(gold)
        self._done, self._opened = seq, None
        return False

    def _predict_with_checkpoint(self, number: int, gold: Sequence[GoldText]) -> None:
        """Predict with a saved checkpoint. A damaged one is skipped: it is replaced when training goes on from it."""
        try:
            self._predict(self._finder(number), number, gold)
        except PipelineError:
            self._unreadable.add(number)

    def _finder(self, number: int) -> Finder:
        if self._opened is None or self._opened[0] != number:
            self._opened = number, partial(predicted_spans, self._checkpoints.published(number))
        return self._opened[1]

    def _predict(self, find: Finder, number: int, gold: Sequence[GoldText]) -> None:
        texts = [one.text for one in gold]
        if texts:
            self._store.predictions.put(number, dict(zip(texts, find(texts), strict=True)))

    def _store_headline(self, gold: Sequence[GoldText]) -> None:
        """Store what the screen shows of the scores, which it cannot compute fast enough."""
        last = last_evaluated_round(self._store)
        found = evaluated_texts(self._store, gold, last) if last is not None else []
        labels = self._settings.project.labels
        sample = corpus_sample(self._store, found, self._store.answers.training(), labels)
        self._store.journal.set_headline(headline(scores(sample.texts, labels, sample.weights)))


def comparison(paths: ProjectPaths, settings: Settings, store: Store, one: int, other: int) -> list[TextDiff]:
    """Compare the predictions of two rounds on the held-out texts or, without any, on a sample of the corpus.

    Raises:
        LoopError: predictions of a round are missing and its checkpoint is pruned.
    """
    gold = gold_texts(store, settings, paths)
    rng = Random(f"{settings.project.seed}:diff")
    texts = [each.text for each in gold] or [text.text for text in store.corpus.sample(SAMPLE, rng)]
    found, others = (found_by_round(paths, store, number, texts, held_out=bool(gold)) for number in (one, other))
    if not gold:
        return [TextDiff(*row, None) for row in zip(texts, found, others, strict=True)]
    read = zip(*(with_spans_found(gold, spans) for spans in (found, others)), strict=True)
    return [TextDiff(a.gold.text, a.found, b.found, a.gold.spans, a.gold.unit) for a, b in read]


def found_by_round(
    paths: ProjectPaths, store: Store, number: int, texts: Sequence[str], *, held_out: bool
) -> list[tuple[Span, ...]]:
    """Return a round's predictions on each text, from the store or, if missing there, from its checkpoint.

    Args:
        paths: the project's paths.
        store: the project's store.
        number: the round.
        texts: the texts.
        held_out: whether the texts are held out; only predictions on such texts are stored.

    Raises:
        LoopError: predictions are missing and the checkpoint is pruned.
    """
    found = store.predictions.of(number, texts)
    if lacking := [text for text in texts if text not in found]:
        checkpoints = Checkpoints(paths.models, paths.features)
        if number not in checkpoints.rounds():
            why = "it was not evaluated on all held-out texts" if held_out else "no text is held out to compare it on"
            raise LoopError(
                f"The pipeline of round {number} is pruned, and {why}.",
                hint="`loop checkpoints list` says which rounds are kept.",
            )
        spans = map(tuple, predicted_spans(checkpoints.published(number), lacking))
        new = dict(zip(lacking, spans, strict=True))
        if held_out:
            store.predictions.put(number, new)
        found |= new
    return [found[text] for text in texts]
