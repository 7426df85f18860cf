"""Whatever happens to answers, patterns and sources, rounds are those that the events give from the beginning."""

from __future__ import annotations

import json
import os
import shutil
from random import Random

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test
from test_histories import FEW, SEEDS, WORDS, Histories, check_rebuilding

from loop.held_out import NOTHING_RESERVED
from loop.patterns.file import relabel_patterns
from loop.progress.held_out_gold import held_out_now
from loop.records import Span
from loop.settings import UpdateSettings
from loop.store import NewText, WeakSpan
from loop.trainer import Trainer

UPDATES = [
    UpdateSettings(
        round_size=size, steps=2, batch_size=6, new_per_batch=2, weak_until=until, weak_texts=texts, weak_steps=2,
        learn_rate=rate,
    )
    for size, until, texts, rate in [(3, 4, 6, 0.002), (2, 3, 3, 0.001)]
]  # fmt: skip


class WeakHistories(Histories):
    """One project that learns from weak labels, too."""

    @initialize()
    def begin(self) -> None:
        self.stop()
        self.other_settings(UPDATES[0])
        self.name_patterns(0)
        self.train(4)

    @rule(seed=SEEDS)
    def answer_and_train(self, seed: int) -> None:
        """As in a session, whose trainer keeps up: rounds that learn from weak labels, and later ones that do not."""
        self.answer(4, seed, held_out=False, verdict="accept")
        self.train(4)

    @rule(update=st.sampled_from(UPDATES))
    def other_settings(self, update: UpdateSettings) -> None:
        super().other_settings(update)

    @rule(seed=SEEDS)
    def name_patterns(self, seed: int) -> None:
        """Some of the words, so that patterns come, stay and go."""
        rng = Random(seed)
        labels = self.settings.project.labels
        rows = [{"label": rng.choice(labels), "pattern": word} for word in rng.sample(WORDS, rng.randint(0, 6))]
        self.paths.patterns(None).write_text("".join(json.dumps(row) + "\n" for row in rows))

    @rule(n=FEW, seed=SEEDS)
    def a_file_suggests(self, n: int, seed: int) -> None:
        rng = Random(seed)
        texts = self.store.corpus.sample_pool(n, rng)
        label = rng.choice(self.settings.project.labels)
        new = [NewText(text.text, suggested=(Span(0, len(text.text.split()[0]), label),)) for text in texts]
        self.store.corpus.add_batch(new, source="file")

    @rule(n=FEW, seed=SEEDS, goes_on=st.booleans())
    def a_pipeline_says(self, n: int, seed: int, goes_on: bool) -> None:
        rng = Random(seed)
        texts = held_out_now(self.store, self.settings, NOTHING_RESERVED).teaching(
            self.store.corpus.sample_pool(n, rng)
        )
        labels = self.settings.project.labels
        found = {text.id: [WeakSpan(Span(0, len(text.text.split()[0]), rng.choice(labels)))] for text in texts}
        reader = rng.choice(["rules", "llm"]), frozenset({("X", labels[0])})
        self.store.weak.add("pipeline", found, labels=labels, reader=reader, goes_on=goes_on)

    def relabel(self, names: dict[str, str | None]) -> None:
        super().relabel(names)
        relabel_patterns(self.paths.patterns(None), names)

    def finished(self) -> list[tuple[int, str]]:
        """The rounds after other patterns have taken the place of those that everything was learned from."""
        self.stop()
        self.store.journal.pin(None)
        self.learned()
        self.name_patterns(self.given)
        return self.learned()

    def learned(self) -> list[tuple[int, str]]:
        trainer = Trainer(self.paths, self.settings, self.store)
        while trainer.note_weak_labels(patient=False) or trainer.learn():
            pass
        trainer.close()
        check_rebuilding(self.paths, self.settings, self.store)
        return [(info.answers, info.weights) for info in self.store.journal.rounds()]

    def in_a_new_project(self) -> list[tuple[int, str]]:
        """The rounds of this project, each trained once more."""
        shutil.rmtree(self.paths.models)
        self.store.journal.forget_rounds_after(-1)
        return self.learned()


def check(histories: int, steps: int) -> None:
    run_state_machine_as_test(
        WeakHistories,
        settings=hypothesis_settings(
            max_examples=histories,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_few_histories_with_weak_labels() -> None:
    check(3, 14)


@pytest.mark.slow
def test_many_histories_with_weak_labels() -> None:
    check(int(os.environ.get("LOOP_HISTORIES", "200")), 40)
