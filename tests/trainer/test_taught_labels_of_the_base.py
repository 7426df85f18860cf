"""Rounds that teach labels that the base knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import spacy
from tiny_base import save_tiny_base
from trainer_kit import SMALL, finish, weights
from workshop import workshop_gold

from loop.base.pipeline import COMPONENT
from loop.checkpoints.checkpoints import Checkpoints
from loop.oracle import Oracle
from loop.records import Answer, Span
from loop.session import Session
from loop.settings import ProjectPaths, Settings
from loop.store import NewText, Store

LABELS = ("PART", "ORG")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    return save_tiny_base(tmp_path_factory.mktemp("base") / "base")


@pytest.fixture
def taught(base: str, with_settings: Callable[..., Settings]) -> Settings:
    return with_settings("project", base=base, labels=LABELS)


def fill(store: Store, n: int, *, empty: int | None = None, labels: tuple[str, ...] = LABELS) -> None:
    """Texts, with answers to the first `n` that call every part an ORG."""
    gold = workshop_gold(40)
    store.corpus.add_batch((NewText(text) for text in gold), source="gold")
    scheme = store.journal.scheme(labels)
    for number, text in enumerate(store.corpus.texts(range(1, n + 1))):
        spans = () if number == empty else tuple(replace(span, label="ORG") for span in gold[text.text])
        store.answers.add(Answer(f"answer {number}", text.id, "ann", "accept", spans=spans, scheme=scheme))


def test_the_first_questions_show_what_the_base_finds(paths, with_settings, store):
    taught = with_settings("project", base=SMALL, labels=LABELS)
    texts = ["Ann flew to Rome with the people of Reuters.", "Reuters says that Apple Inc. fell by 3 % on Monday."]
    store.corpus.add_batch((NewText(text) for text in texts), source="news")
    finish(paths, taught, store)
    session = Session(paths, taught, store, annotator="ann")
    question = session.next()
    session.close()

    assert question
    assert question.lattice
    assert {"ORG"} == {span.label for span in question.prediction}


def test_a_round_learns_them_and_leaves_the_other_components_as_they_were(paths, taught, store):
    fill(store, 10)
    finish(paths, taught, store)
    base = Path(taught.project.base)
    start, last = Checkpoints(paths.models).path(0), paths.models / "last"

    assert (base / "tagger" / "model").read_bytes() == (last / "tagger" / "model").read_bytes()
    assert (base / "ner" / "model").read_bytes() == (last / "ner" / "model").read_bytes()
    assert (start / COMPONENT / "model").read_bytes() != (last / COMPONENT / "model").read_bytes()
    assert ("ORG",) == Checkpoints(paths.models).info(2).adopted
    nlp = spacy.load(last)
    assert "2 May 1999" in {ent.text for ent in nlp("She was born on 2 May 1999.").ents if ent.label_ == "DATE"}


def test_a_changed_answer_leaves_no_trace_in_what_was_learned_of_them(tmp_path, taught):
    kept, changed = ProjectPaths(tmp_path / "kept"), ProjectPaths(tmp_path / "changed")
    with Store.create(kept.db) as store:
        fill(store, 10, empty=3)
        finish(kept, taught, store)
    with Store.create(changed.db) as store:
        fill(store, 10)
        finish(changed, taught, store)
        before = weights(changed, 2)
        old = store.answers.standing()[3]
        store.answers.add(replace(old, id="changed", spans=(), retracts=old.id, at=None))
        finish(changed, taught, store)

    assert weights(kept, 2) == weights(changed, 2) != before


def test_a_label_of_the_base_that_comes_later_starts_everything_again_from_the_base(tmp_path, taught):
    early = replace(taught, project=replace(taught.project, labels=("PART",)))
    one, other = ProjectPaths(tmp_path / "one"), ProjectPaths(tmp_path / "other")
    with Store.create(one.db) as store:
        fill(store, 10, labels=("PART",))
        finish(one, early, store)
        finish(one, taught, store)
    with Store.create(other.db) as store:
        fill(store, 10, labels=("PART",))
        finish(other, taught, store)

    assert [weights(other, number) for number in (0, 1, 2)] == [weights(one, number) for number in (0, 1, 2)]


def test_answers_of_the_oracle_to_labels_of_the_base_are_learned_from(paths, taught, store):
    gold = {
        f"note {i} : {word} is new": (Span(len(f"note {i} : "), len(f"note {i} : {word}"), "ORG"),)
        for i in range(10)
        for word in ("zorgle", "blint")
    }
    store.corpus.add_batch((NewText(text) for text in gold), source="notes")
    finish(paths, taught, store)
    session = Session(paths, taught, store, annotator="ann")
    for _ in range(5):
        question = session.next()
        assert question
        session.answer(question, "accept", Oracle(gold).spans(question), seconds=1, keys=1)
    session.close()
    finish(paths, taught, store)

    assert store.journal.rounds()[0].steps == taught.update.steps
