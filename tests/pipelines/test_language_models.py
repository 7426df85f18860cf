"""A language model as a source of weak labels; run where spacy-llm is installed: `make test-transformers`.

The model is a function of this test: nothing is downloaded, and nothing leaves the machine.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Iterable  # noqa: UP035 - spacy-llm knows no other

import pytest
import spacy
from trainer_kit import fill
from weak_kit import FEW

from loop.settings import Settings, SuggestSettings
from loop.trainer import Trainer

pytestmark = [pytest.mark.transformers, pytest.mark.filterwarnings("default")]
PROMPTS: list[str] = []


def answer(prompts: Iterable[Iterable[str]]) -> Iterable[Iterable[str]]:
    """Find two parts, as a model that was told to answer in lines of "label: entities"."""
    for batch in prompts:
        asked = list(batch)
        PROMPTS.extend(asked)
        texts = (prompt.split("'''")[-2] for prompt in asked)
        yield [f"THING: {', '.join(part for part in ('chain', 'hub') if part in text)}" for text in texts]


@pytest.fixture
def told(tmp_path: Path) -> Settings:
    """The settings of a project that learns from such a pipeline."""
    registry = pytest.importorskip("spacy_llm.registry").registry
    registry.llm_models("parts.v1")(lambda: answer)
    nlp = spacy.blank("xx")
    task = {"@llm_tasks": "spacy.NER.v2", "labels": ["THING"]}
    nlp.add_pipe("llm", config={"task": task, "model": {"@llm_models": "parts.v1"}})
    nlp.to_disk(tmp_path / "llm")
    suggest = SuggestSettings(pipeline=str(tmp_path / "llm"), learn=30, names=("THING=PART",))
    return replace(FEW, suggest=suggest, update=replace(FEW.update, weak_steps=150))


def test_what_a_language_model_finds_is_learned_from_before_the_first_answer(paths, store, told) -> None:
    PROMPTS.clear()
    gold = fill(store)
    trainer = Trainer(paths, told, store)
    while trainer.work() or trainer.ask_pipeline():
        pass
    trainer.close()
    (said,) = store.weak.in_force()
    wrong = [
        span
        for text in store.corpus.texts(list(said.texts))
        for span in (weak.span for weak in said.texts[text.id])
        if span not in gold[text.text]
    ]

    assert 30 == len(said.texts)
    assert len(PROMPTS) == len(set(PROMPTS))
    assert any(said.texts.values())
    assert [] == wrong
    with trainer.rounds.learner.published() as nlp:
        assert "PART" in {ent.label_ for text in gold for ent in nlp(text).ents}
