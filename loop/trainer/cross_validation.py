"""Cross-validated learning curve: rounds are trained on some folds of the answers and evaluated on the rest."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from loop.acquire.stopping import BEGINNING, FEWEST, expected_gain
from loop.checkpoints.checkpoints import Checkpoints
from loop.errors import LoopError
from loop.held_out import ANOTHER_GROUP, one_group_words, unit_of
from loop.intervals import counts, f_scores, measures, no_interval, over_units
from loop.learning.evaluate import predicted_spans
from loop.learning.excerpts import excerpt, receptive_field
from loop.learning.matrix_products import use_fast_products
from loop.progress.advice import MORE
from loop.progress.curve import Point
from loop.progress.forecast import Expected, note
from loop.progress.held_out_gold import EvaluatedText, GoldText, answered_gold, with_spans_found
from loop.progress.questions_left import questions_left
from loop.progress.scores import scores
from loop.progress.settings_history import settings_of_round
from loop.records import Answer
from loop.settings import ProjectPaths, Settings
from loop.store import Store
from loop.trainer.answer_units import answer_units
from loop.trainer.pretrained import Pretrained
from loop.trainer.round_recipe import RoundRecipe
from loop.trainer.scratch_checkpoints import aside

FOLDS = 5
# Most rounds that are evaluated per fold: more take longer and make the curve no smoother.
POINTS = 20
# Fewest rounds per fold: `FEWEST` of them must come after the beginning of the curve.
ROUNDS = math.ceil((FEWEST - 1) / (1 - BEGINNING))


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """F1 against the number of training answers, on answered texts or passages that were left out of training.

    Attributes:
        points: one per evaluated round; `answers` is the mean over the folds.
        expected: the expected gain of more answers.
        evaluated: what each was evaluated on, "text" or "passage".
    """

    points: tuple[Point, ...]
    expected: Expected
    evaluated: str = "text"


def learning_curve(
    paths: ProjectPaths, settings: Settings, store: Store, on_round: Callable[[int, int], None] = lambda *_: None
) -> LearningCurve:
    """Run five-fold cross-validation: train the rounds on four fifths of the answers, evaluate on the fifth left out.

    Uses all training answers, in their order and with the settings of their time; a group is never split, and a text
    only if there are too few to leave some out. The result is kept in the event log for `loop.progress.advice`.

    Args:
        paths: the project's paths.
        settings: the project's settings.
        store: the project's store.
        on_round: called with the number of finished rounds and the total.

    Raises:
        LoopError: there are too few answers, or another curve is being computed.
    """
    with aside(paths, "curve") as checkpoints:
        validation = _CrossValidation(paths, settings, store, checkpoints)
        curve = validation.curve(on_round)
    note(store, curve.expected)
    return curve


class _CrossValidation:
    def __init__(self, paths: ProjectPaths, settings: Settings, store: Store, checkpoints: Checkpoints) -> None:
        self._store, self._labels = store, settings.project.labels
        self._training, self._pool = store.answers.training(), store.corpus.pool_size()
        pretrained = Pretrained(paths, store)
        pretrained.must_be_there()
        texts = store.corpus.texts(list({answer.text_id for answer in self._training}))
        self._left = questions_left(store, self._training, settings.acquire.longest).n
        groups = frozenset(text.group for text in texts if text.group is not None)
        # A text that is held out in one fold teaches weakly in none.
        apart = frozenset(text.id for text in texts), groups
        self._recipe = RoundRecipe(settings, store, pretrained, checkpoints, apart=apart)
        self._units = answer_units(self._training, texts)
        self._parts = list(folds(self._training, self._units.of, seed=settings.project.seed))
        self._rounds = min(self._rounds_of(learned, settings) for learned, _ in self._parts)
        if words := one_group_words((unit_of(text.group, text.text) for text in texts), "answered texts"):
            raise LoopError(f"A learning curve cannot be computed: {words}.", hint=ANOTHER_GROUP)
        if self._rounds_of(self._training, settings) * (FOLDS - 1) >= ROUNDS * FOLDS:
            self._refuse_what_cannot_be_evaluated()
        if self._rounds < ROUNDS:
            size = settings.update.round_size
            raise LoopError(
                f"Too few answers for a learning curve: {len(self._training):,}.",
                hint=f"It takes about {math.ceil(ROUNDS * size * FOLDS / (FOLDS - 1)):,} training answers, "
                "more if there are large groups of texts, which are never split.",
            )

    def _refuse_what_cannot_be_evaluated(self) -> None:
        gold = self._gold(self._training)
        if not gold:
            raise LoopError(
                "No answer covers its whole text or passage, so there is nothing to evaluate on.",
                hint="Answer some texts in the mode `correct`.",
            )
        (score,) = measures(self._table([EvaluatedText(one, ()) for one in gold])[:, None])
        if score.f1_interval is None:
            why = no_interval(score.units, self._units.noun)
            hint = "Answer more texts; if texts have groups, texts of other groups."
            raise LoopError(f"A learning curve would be meaningless: {why}.", hint=hint)

    def _rounds_of(self, answers: Sequence[Answer], settings: Settings) -> int:
        rounds = done = 0
        while (done := done + settings_of_round(self._store, settings, answers, done).round_size) <= len(answers):
            rounds += 1
        return rounds

    def curve(self, on_round: Callable[[int, int], None]) -> LearningCurve:
        use_fast_products()
        self._recipe.begin()
        every = math.ceil(self._rounds / POINTS)
        evaluated_rounds = range(self._rounds, 0, -every)[::-1]
        found: dict[int, list[EvaluatedText]] = {number: [] for number in evaluated_rounds}
        answers: dict[int, list[int]] = {number: [] for number in evaluated_rounds}
        for fold, (learned, left_out) in enumerate(self._parts):
            gold = self._gold(left_out)
            for number in self._learn(learned):
                on_round(fold * self._rounds + number, FOLDS * self._rounds)
                if number in found:
                    found[number] += self._read(gold)
                    answers[number].append(len(self._recipe.info.answers))
        return self._fitted({n: sum(each) / len(each) for n, each in answers.items()}, found)

    def _gold(self, answers: Sequence[Answer]) -> list[GoldText]:
        """What of the texts is known from these answers; where units are passages, each of them by itself."""
        if self._units.noun != "passage":
            return answered_gold(self._store, answers, self._labels)
        of_unit: dict[str, list[Answer]] = {}
        for answer in answers:
            of_unit.setdefault(self._units.of[answer.id], []).append(answer)
        known = ((unit, answered_gold(self._store, theirs, self._labels)) for unit, theirs in of_unit.items())
        return [replace(one, unit=unit) for unit, gold in known for one in gold]

    def _learn(self, answers: Sequence[Answer]) -> Iterator[int]:
        self._recipe.go_to(0)
        if self._recipe.next_cut(answers) == 0:
            self._recipe.learn(answers, 0)
        for number in range(1, self._rounds + 1):
            self._recipe.learn(answers, self._recipe.next_cut(answers))
            yield number

    def _read(self, gold: Sequence[GoldText]) -> list[EvaluatedText]:
        with self._recipe.learner.published() as nlp:
            read = [passages_of(one, receptive_field(nlp)) for one in gold]
            return with_spans_found(read, predicted_spans(nlp, [one.text for one in read]))

    def _fitted(self, answers: dict[int, float], found: dict[int, list[EvaluatedText]]) -> LearningCurve:
        scored = ((number, scores(texts, self._labels)) for number, texts in found.items())
        points = tuple(Point(number, round(answers[number]), score) for number, score in scored if score)
        f, drawn = f_scores(np.stack([self._table(texts) for texts in found.values()], axis=1))
        now = len(self._training)
        more, rest = (
            expected_gain(list(answers.values()), f, drawn, more=n, since=now) for n in (MORE, max(1, self._left))
        )
        assert more is not None, "there are rounds enough"
        assert rest is not None
        evaluated = "passage" if self._units.noun == "passage" else "text"
        return LearningCurve(points, Expected(now, self._pool, more, rest), evaluated)

    def _table(self, texts: Sequence[EvaluatedText]) -> np.ndarray:
        table = counts([one.found for one in texts], [one.gold.spans for one in texts], self._labels)
        return over_units(table.sum(axis=1), [one.gold.unit for one in texts])


def passages_of(gold: GoldText, margin: int) -> GoldText:
    """The passages of a text that is known in passages only, and what is known of them; other texts as they are.

    Args:
        gold: the text.
        margin: how many words on either side are read with a passage.
    """
    truth = gold.truth
    if truth is None or truth.labels or not truth.passages:
        return gold
    inside = tuple(span for span in truth.spans if any(one.covers(span) for one in truth.passages))
    text, truth = excerpt(gold.text, replace(truth, spans=inside, refused=()), margin)
    return replace(gold, text=text, spans=tuple(one for one in truth.spans if one.label in gold.labels), truth=truth)


def folds(
    answers: Sequence[Answer], units: Mapping[str, str], *, seed: int
) -> Iterator[tuple[list[Answer], list[Answer]]]:
    """Yield (training, left-out) answers of each fold, by rank; folds are balanced by number of units.

    Args:
        answers: by rank.
        units: by the id of an answer.
        seed: of the draw.
    """
    names = sorted(set(units.values()))
    Random(f"{seed}:curve").shuffle(names)
    fold_of = {name: place % FOLDS for place, name in enumerate(names)}
    for fold in range(FOLDS):
        out = [fold_of[units[answer.id]] == fold for answer in answers]
        yield (
            [answer for answer, is_out in zip(answers, out, strict=True) if not is_out],
            [answer for answer, is_out in zip(answers, out, strict=True) if is_out],
        )
