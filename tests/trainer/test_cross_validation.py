"""The learning curve of all answers, each evaluated by rounds that did not learn from it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from workshop import workshop_gold

from loop.answer_parts import Known
from loop.base.assembly import assemble
from loop.cli.curve import curve_lines
from loop.errors import LoopError
from loop.learning.pretraining import pretrained_layers
from loop.progress.forecast import noted
from loop.progress.held_out_gold import GoldText
from loop.project import erase
from loop.records import Answer, Span
from loop.settings import ProjectPaths, ProjectSettings, Settings, UpdateSettings, template
from loop.store import NewText, Store
from loop.store.events import EventKind
from loop.store.locks import ProcessLock
from loop.trainer import cross_validation
from loop.trainer.cross_validation import FOLDS, ROUNDS, LearningCurve, folds, learning_curve, passages_of
from loop.trainer.pretrained import Pretrained
from loop.truth import Truth

ANSWERED, TEXTS = 60, 80


@pytest.fixture(scope="module")
def few() -> Settings:
    return Settings(
        project=ProjectSettings(base="blank:xx", labels=("PART",)),
        update=UpdateSettings(round_size=5, steps=3, batch_size=8, new_per_batch=4),
    )


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with answers to 60 of 80 texts, the first of them partial, and no round."""
    paths = ProjectPaths(tmp_path_factory.mktemp("original"))
    gold = workshop_gold(TEXTS)
    with Store.create(paths.db) as store:
        store.corpus.add_batch((NewText(text) for text in gold), source="gold")
        scheme = store.journal.scheme(["PART"])
        for text in store.corpus.texts(range(1, ANSWERED + 1)):
            answer = Answer(f"answer {text.id}", text.id, "ann", "accept", gold[text.text], scheme=scheme)
            store.answers.add(replace(answer, complete=text.id > 1))
    return paths.root


@pytest.fixture
def answered(original: Path, paths: ProjectPaths) -> Iterator[Store]:
    """A copy of it."""
    shutil.copytree(original, paths.root)
    with Store(paths.db) as store:
        yield store


@dataclass
class Curve:
    """A curve, learned once for this module, and what happened meanwhile.

    Attributes:
        root: the project afterwards. events: their kinds. heard: the progress.
        learned, evaluated: the texts of each fold.
    """

    root: Path
    curve: LearningCurve
    events: list[str]
    heard: list[tuple[int, int]]
    learned: list[set[str]]
    evaluated: list[set[str]]


@pytest.fixture(scope="module")
def learned(original: Path, few: Settings, tmp_path_factory: pytest.TempPathFactory) -> Curve:
    paths = ProjectPaths(tmp_path_factory.mktemp("learned") / "project")
    shutil.copytree(original, paths.root)
    heard: list[tuple[int, int]] = []
    learned: list[set[str]] = []
    evaluated: list[set[str]] = []
    course, gold_of = cross_validation.RoundRecipe.learn, cross_validation.answered_gold

    def learn(self, training, n):
        learned[-1].update(text.text for text in self._store.corpus.texts([answer.text_id for answer in training[:n]]))
        course(self, training, n)

    def answered_gold(store, answers, labels):
        gold = gold_of(store, answers, labels)
        learned.append(set())
        evaluated.append({one.text for one in gold})
        return gold

    with pytest.MonkeyPatch.context() as monkeypatch, Store(paths.db) as store:
        monkeypatch.setattr(cross_validation.RoundRecipe, "learn", learn)
        monkeypatch.setattr(cross_validation, "answered_gold", answered_gold)
        before = store.journal.last_seq()
        curve = learning_curve(paths, few, store, lambda *now: heard.append(now))
        events = [kind for _, kind, _ in store.journal.events(after=before)]
    del learned[0], evaluated[0]  # whether there is enough to evaluate on at all
    return Curve(paths.root, curve, events, heard, learned, evaluated)


def test_every_text_that_is_answered_completely_measures_once(learned) -> None:
    points = learned.curve.points

    assert {ANSWERED - 1} == {point.scores.overall.texts for point in points}
    assert sum(len(spans) for spans in list(workshop_gold(TEXTS).values())[1:ANSWERED]) >= max(
        point.scores.overall.gold for point in points
    )
    assert [5 * n for n in range(1, ROUNDS + 1)] == [point.answers for point in points]
    assert [(n, FOLDS * ROUNDS) for n in range(1, FOLDS * ROUNDS + 1)] == learned.heard


def test_no_round_learns_from_what_it_is_evaluated_on(learned) -> None:
    assert FOLDS == len(learned.evaluated)
    assert ANSWERED - 1 == len(set.union(*learned.evaluated))
    assert all(learned.learned)
    assert [] == [
        both for pair in zip(learned.learned, learned.evaluated, strict=True) if (both := set.intersection(*pair))
    ]


def test_what_it_expects_is_kept_and_comes_out_the_same_again(learned, few) -> None:
    expected, paths = learned.curve.expected, ProjectPaths(learned.root)
    with Store(paths.db) as store:
        assert expected == noted(store, answers=ANSWERED, pool=TEXTS - ANSWERED)
        assert (ANSWERED, TEXTS - ANSWERED) == (expected.answers, expected.pool)
        assert expected.more.low <= expected.more.f1 <= expected.more.high
        assert expected == learning_curve(paths, few, store).expected


def test_it_leaves_nothing_behind_but_an_event(learned) -> None:
    paths = ProjectPaths(learned.root)

    assert ["curve"] == learned.events
    assert not (paths.data / "curve").exists()
    assert not list(paths.models.glob("*"))


def test_too_few_answers_have_no_curve(paths, few, answered) -> None:
    with pytest.raises(LoopError, match="Too few answers for a learning curve: 60") as raised:
        learning_curve(paths, replace(few, update=replace(few.update, round_size=10)), answered)

    assert "113" in raised.value.hint
    assert answered.journal.latest(EventKind.CURVE) is None


def test_rounds_are_counted_by_the_size_that_they_are_learned_with(paths, few, answered) -> None:
    then = replace(few, update=replace(few.update, round_size=10))
    answered.journal.settings(then.weights_digest(), then.weights())

    with pytest.raises(LoopError, match="Too few answers"):
        learning_curve(paths, few, answered)


def test_answers_to_single_spans_measure_nothing(paths, few, answered) -> None:
    for answer in answered.answers.standing():
        answered.answers.add(replace(answer, id=f"{answer.id} again", complete=False, retracts=answer.id, at=None))

    with pytest.raises(LoopError, match="nothing to evaluate on"):
        learning_curve(paths, few, answered)


def test_answers_of_one_group_have_no_curve(paths, few) -> None:
    gold = workshop_gold(ANSWERED)
    with Store.create(paths.db) as store:
        store.corpus.add_batch((NewText(text, group="one document") for text in gold), source="gold")
        scheme = store.journal.scheme(["PART"])
        for text in store.corpus.texts(range(1, ANSWERED + 1)):
            store.answers.add(Answer(f"{text.id}", text.id, "ann", "accept", gold[text.text], scheme=scheme))
        with pytest.raises(LoopError, match=r"all \d+ answered texts belong to one group, “one document”") as raised:
            learning_curve(paths, few, store)

    assert "Answer texts of other groups" in raised.value.hint


def begin_curve(paths: ProjectPaths, settings: Settings, store: Store) -> None:
    """Learn the first round of a curve, and leave it at that."""

    def stop(_done: int, _of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learning_curve(paths, settings, store, stop)


def test_after_an_erasing_the_curve_is_learned_without_the_pretrained_weights(paths, few, answered) -> None:
    paths.cfg.write_text(template(few))
    weights = pretrained_layers(assemble("blank:xx", ["PART"], seed=0)).to_bytes()
    Pretrained(paths, answered).land(weights, round=1)
    begin_curve(paths, few, answered)
    erase(paths, few, answered, answered.corpus.texts([TEXTS]))
    begin_curve(paths, few, answered)
    erased = (paths.models / "pretrained").exists()
    Pretrained(paths, answered).land(weights, round=1)
    shutil.rmtree(paths.models / "pretrained")

    assert not erased
    with pytest.raises(LoopError, match="pretrained weights in models/pretrained are missing"):
        learning_curve(paths, few, answered)


def test_answers_of_which_few_have_an_entity_have_no_curve(paths, few, answered) -> None:
    having = [answer for answer in answered.answers.standing() if answer.spans]
    for answer in having[5:]:
        answered.answers.add(replace(answer, id=f"{answer.id} none", spans=(), retracts=answer.id, at=None))
    first_is_partial = not having[0].complete
    n = 5 - first_is_partial

    with pytest.raises(LoopError, match=f"no interval from {n} texts with entities"):
        learning_curve(paths, few, answered)


@pytest.fixture
def document(paths: ProjectPaths) -> Iterator[Store]:
    """A project of one long text, 60 of whose 80 lines are answered, each as a passage."""
    text, passages = "", []
    for line, spans in workshop_gold(TEXTS).items():
        moved = tuple(Span(len(text) + one.start, len(text) + one.end, one.label) for one in spans)
        passages.append(((len(text), len(text) + len(line)), moved))
        text += line + "\n"
    with Store.create(paths.db) as store:
        store.corpus.add_batch([NewText(text)], source="gold")
        scheme = store.journal.scheme(["PART"])
        for n, (passage, spans) in enumerate(passages[:ANSWERED]):
            said = Answer(f"{n}", 1, "ann", "accept", spans, complete=False, passage=passage, scheme=scheme)
            store.answers.add(said)
        yield store


def test_a_document_has_a_curve_each_passage_of_which_is_read_by_rounds_that_learned_from_others(
    paths, few, document, monkeypatch
) -> None:
    (text,) = document.corpus.texts([1])
    gold = [span for answer in document.answers.standing() for span in answer.spans]
    read: list[int] = []

    def predicted_spans(_: Language, shown: list[str]) -> list[set[Span]]:
        read.extend(map(len, shown))
        return [right(text.text.index(one), len(one)) for one in shown]

    def right(at: int, size: int) -> set[Span]:
        moved = (replace(span, start=span.start - at, end=span.end - at) for span in gold)
        return {span for span in moved if 0 <= span.start and span.end <= size}

    monkeypatch.setattr(cross_validation, "predicted_spans", predicted_spans)
    curve = learning_curve(paths, replace(few, update=replace(few.update, steps=1)), document)
    found = {(one.scores.overall.texts, one.scores.overall.gold, one.scores.overall.found) for one in curve.points}

    assert {(ANSWERED, len(gold), len(gold))} == found
    assert {100.0} == {one.scores.overall.strict.f1 for one in curve.points}
    assert max(read) < 300
    assert "on 60 answered passages, each" in "\n".join(curve_lines(curve))


def test_what_is_known_outside_of_passages_is_not_evaluated_on() -> None:
    inside, outside = Span(4, 8, "PART"), Span(400, 404, "PART")
    truth = Truth(
        spans=(inside, outside), refused=(Span(300, 304, "PART"),), passages=(Known(0, 20, frozenset(["PART"])),)
    )
    text = "the fork is bent and " * 30
    read = passages_of(GoldText(text, truth.spans, ("PART",), "text", truth=truth), 3)

    assert ("the fork is bent and the fork is", (inside,)) == (read.text, read.spans)
    assert (Span(12, 16, "PART"),) == read.judged([Span(12, 16, "PART"), Span(25, 29, "PART")])


def test_one_curve_is_made_at_a_time(paths, few, answered) -> None:
    lock = ProcessLock(paths.data / "curve.lock")
    assert lock.acquire()
    try:
        with pytest.raises(LoopError, match="Another `loop curve`"):
            learning_curve(paths, few, answered)
    finally:
        lock.release()


@given(st.lists(st.integers(0, 30), max_size=60), st.integers(0, 3))
def test_folds_part_answers_and_never_groups(groups: list[int], seed: int) -> None:
    answers = [Answer(f"a{n}", n, "ann", "accept") for n in range(len(groups))]
    units = {f"a{n}": f"group:{group}" for n, group in enumerate(groups)}
    parts = list(folds(answers, units, seed=seed))

    assert FOLDS == len(parts)
    assert sorted(answer.id for answer in answers) == sorted(answer.id for _, out in parts for answer in out)
    for learned, out in parts:
        assert sorted([*learned, *out], key=lambda answer: answer.text_id) == answers
        assert not {units[a.id] for a in learned} & {units[a.id] for a in out}
        assert learned == sorted(learned, key=lambda answer: answer.text_id)
