"""Labels that are renamed, merged and removed, and the rounds that know them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import spacy
from trainer_kit import finish
from workshop import workshop_gold

from loop.base.pipeline import COMPONENT
from loop.checkpoints.checkpoints import Checkpoints
from loop.editing.draft import relabeled
from loop.records import Answer, Span
from loop.settings import ProjectPaths, ProjectSettings, QueueSettings, Settings, UpdateSettings
from loop.store import NewText, Store
from loop.trainer import Trainer
from loop.trainer.rebuilding import rebuilding

LABELS = ("PART", "JOB")


def with_labels(*labels: str) -> Settings:
    return Settings(
        project=ProjectSettings(base="blank:xx", labels=labels),
        queue=QueueSettings(size=12),
        update=UpdateSettings(round_size=5, steps=4, batch_size=8, new_per_batch=4),
    )


def spans(text: str, names: Mapping[str, str | None]) -> tuple[Span, ...]:
    """The parts in a text and the number of its job, under other names."""
    found = (Span(4, text.index(" :"), "JOB"), *workshop_gold(20)[text])
    named = ((span, names.get(span.label, span.label)) for span in found)
    return tuple(replace(span, label=name) for span, name in named if name)


def give(store: Store, labels: tuple[str, ...], names: Mapping[str, str | None]) -> None:
    store.corpus.add_batch((NewText(text) for text in workshop_gold(20)), source="gold")
    scheme = store.journal.scheme(labels)
    for text in store.corpus.texts(range(1, 16)):
        said = spans(text.text, names)
        store.answers.add(Answer(f"answer {text.id}", text.id, "ann", "accept", said, scheme=scheme))


def learned_weights(paths: ProjectPaths, settings: Settings, store: Store) -> list[str]:
    finish(paths, settings, store)
    return [info.weights for info in store.journal.rounds()]


def without_learning(paths: ProjectPaths, settings: Settings, store: Store) -> None:
    Trainer(paths, settings, store).close()


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with three rounds."""
    paths = ProjectPaths(tmp_path_factory.mktemp("original"))
    with Store.create(paths.db) as store:
        give(store, LABELS, {})
        finish(paths, with_labels(*LABELS), store)
    return paths.root


@pytest.fixture
def learned(original: Path, paths: ProjectPaths) -> Iterator[Store]:
    """A copy of it."""
    shutil.copytree(original, paths.root, symlinks=True)
    with Store(paths.db) as store:
        yield store


def fresh(folder: Path, labels: tuple[str, ...], names: Mapping[str, str | None]) -> list[str]:
    """The weights of a project in which the answers were given so from the start."""
    paths = ProjectPaths(folder)
    with Store.create(paths.db) as store:
        give(store, labels, names)
        return learned_weights(paths, with_labels(*labels), store)


def test_a_renamed_label_has_its_new_name_in_answers_and_models_and_no_weight_changes(paths, learned, tmp_path) -> None:
    before = [info.weights for info in learned.journal.rounds()]
    known = spacy.load(paths.models / "last")
    learned.relabel(("PIECE", "JOB"), {"PART": "PIECE"}, draft=relabeled)
    without_learning(paths, with_labels("PIECE", "JOB"), learned)
    checkpoints = Checkpoints(paths.models)
    renamed = spacy.load(paths.models / "last")

    assert before == [info.weights for info in learned.journal.rounds()]
    assert before == [checkpoints.load(number).weights_hash() for number in (1, 2, 3)]
    assert 15 == len(learned.requests.history("ann", "PIE", limit=20)) + sum(
        not workshop_gold(20)[text.text] for text in learned.corpus.texts(range(1, 16))
    )
    assert {"PIECE", "JOB"} == {span.label for answer in learned.answers.standing() for span in answer.spans}
    assert {"PIECE", "JOB"} == set(renamed.get_pipe(COMPONENT).labels)
    names = {"PART": "PIECE", "JOB": "JOB"}
    for text in workshop_gold(20):
        expected = [(ent.start, ent.end, names[ent.label_]) for ent in known(text).ents]
        assert expected == [(ent.start, ent.end, ent.label_) for ent in renamed(text).ents]
    assert [] == checkpoints.damaged()
    with rebuilding(paths, with_labels("PIECE", "JOB"), learned) as aside:
        assert all(one.is_same for one in aside.rounds(3))
    assert before == fresh(tmp_path / "fresh", ("PIECE", "JOB"), {"PART": "PIECE"})


def test_after_a_renaming_rounds_go_on_as_if_the_name_had_always_been_so(paths, learned, tmp_path) -> None:
    learned.relabel(("PIECE", "JOB"), {"PART": "PIECE"}, draft=relabeled)
    settings, other = with_labels("PIECE", "JOB"), ProjectPaths(tmp_path / "other")
    with Store.create(other.db) as store:
        give(store, settings.project.labels, {"PART": "PIECE"})
        for each, where in ((learned, paths), (store, other)):
            scheme = each.journal.scheme(settings.project.labels)
            for text in each.corpus.texts(range(16, 21)):
                said = spans(text.text, {"PART": "PIECE"})
                each.answers.add(Answer(f"answer {text.id}", text.id, "ann", "accept", said, scheme=scheme))
            finish(where, settings, each)

        assert learned.journal.rounds()[3].weights == store.journal.rounds()[3].weights


@pytest.mark.parametrize("into", ["PART", None])
def test_merged_and_removed_labels_are_learned_again_as_if_they_had_never_been(paths, learned, tmp_path, into) -> None:
    before = _rows(learned)
    learned.relabel(("PART",), {"JOB": into}, draft=relabeled)
    without_learning(paths, with_labels("PART"), learned)
    forgotten = [] == learned.journal.rounds()
    weights = learned_weights(paths, with_labels("PART"), learned)

    assert forgotten
    assert weights == fresh(tmp_path / "fresh", ("PART",), {"JOB": into})
    assert before == _rows(learned)


@pytest.mark.parametrize("complete", [True, False])
def test_answers_whose_every_label_is_removed_teach_nothing_and_rounds_go_on(paths, store, complete) -> None:
    """Of a partial answer nothing is left then, and there is no label whose probability could be tried."""
    give(store, ("PART",), {"JOB": None})
    if not complete:
        for old in store.answers.standing():
            store.answers.add(replace(old, id=f"part of {old.id}", retracts=old.id, complete=False, at=None))
    store.relabel(("JOB",), {"PART": None}, draft=relabeled)
    finish(paths, with_labels("JOB"), store)
    scheme = store.journal.scheme(("JOB",))
    for text in store.corpus.texts(range(16, 21)):
        said = spans(text.text, {"PART": None})
        store.answers.add(Answer(f"answer {text.id}", text.id, "ann", "accept", said, scheme=scheme))
    finish(paths, with_labels("JOB"), store)

    assert [5, 10, 15, 20] == [info.answers for info in store.journal.rounds()]
    assert [True, True, True, False] == [info.loss is None for info in store.journal.rounds()]


def _rows(store: Store) -> list[tuple[object, ...]]:
    with store._database.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql("SELECT id, scheme, spans, shown FROM answers")]


def test_questions_and_drafts_follow_and_the_queue_is_laid_out_anew(paths, learned) -> None:
    question = learned.questions.head("ann")
    assert question
    marks = '{"marks":[[0,1,"PART"],[2,3,"JOB"]],"active":"PART"}'
    learned.drafts.save(question, "ann", marks)
    learned.relabel(("PIECE", "JOB"), {"PART": "PIECE"}, draft=relabeled)
    again = learned.questions.get([question.id])[question.id]

    assert '{"marks":[[0,1,"PIECE"],[2,3,"JOB"]],"active":"PIECE"}' == learned.drafts.of(question, "ann")
    assert {"PIECE" if c.span.label == "PART" else c.span.label for c in question.candidates} == {
        c.span.label for c in again.candidates
    }
    assert question.candidates
    without_learning(paths, with_labels("PIECE", "JOB"), learned)
    finish(paths, with_labels("PIECE", "JOB"), learned)
    learned.drafts.drop(question, "ann")
    new = learned.questions.head("ann")
    assert new
    assert new.lattice
