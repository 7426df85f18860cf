"""Questions with what another pipeline finds: [suggest] in loop.cfg."""

from __future__ import annotations

from dataclasses import replace

import pytest
import spacy

from loop.records import Answer
from loop.settings import ProjectPaths, Settings, SuggestSettings
from loop.simulate import Gold
from loop.store import Store
from loop.trainer import Trainer


@pytest.fixture
def suggesting(settings: Settings, paths: ProjectPaths) -> Settings:
    """Settings with rules that lie in the project's folder."""
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PART", "pattern": "job"}])
    paths.root.mkdir(exist_ok=True)
    nlp.to_disk(paths.root / "rules")
    return replace(settings, suggest=SuggestSettings("rules", until=3))


def sources(paths: ProjectPaths, settings: Settings, store: Store) -> list[set[str]]:
    """Where what is suggested comes from, question by question."""
    trainer = Trainer(paths, settings, store)
    while trainer.work():
        pass
    trainer.close()
    waiting, scheme = [], store.journal.scheme(["PART"])
    while question := store.questions.head("ann"):
        waiting.append({candidate.source for candidate in question.candidates})
        store.answers.add(Answer(question.id, question.text.id, "ann", "skip", scheme=scheme))
    return waiting


def test_its_spans_are_suggested_at_first(paths: ProjectPaths, suggesting: Settings, store: Store, gold: Gold):
    off = replace(suggesting, queue=replace(suggesting.queue, held_out_share=0.0))
    found = sources(paths, off, store)

    assert len(found) == off.queue.size
    assert all({"pipeline"} == each for each in found)


def test_after_some_answers_the_model_suggests_alone(
    paths: ProjectPaths, suggesting: Settings, store: Store, gold: Gold
):
    for text in store.corpus.texts([1, 2, 3]):
        store.answers.add(
            Answer(f"a{text.id}", text.id, "ann", "accept", gold[text.text], scheme=store.journal.scheme(["PART"]))
        )

    assert not any("pipeline" in each for each in sources(paths, suggesting, store))


def test_held_out_questions_never_show_its_spans(paths: ProjectPaths, suggesting: Settings, store: Store, gold: Gold):
    half = replace(suggesting, queue=replace(suggesting.queue, held_out_share=0.5))

    assert set() in sources(paths, half, store)
