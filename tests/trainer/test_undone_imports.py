from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from trainer_kit import answer, fill, finish
from workshop import workshop_gold

from loop.records import Answer
from loop.settings import ProjectPaths, Settings
from loop.store import NewAnswer, NewText, Store


def bring(store: Store, numbers: Sequence[int]) -> None:
    gold = list(workshop_gold(80).items())
    rows = [NewAnswer(NewText(gold[n][0]), Answer(f"gold {n}", 0, "ann", "accept", gold[n][1])) for n in numbers]
    store.import_answers(rows, labels=["PART"], source="gold.jsonl")


def test_an_import_taken_back_is_un_trained_to_the_bit(tmp_path: Path, settings: Settings) -> None:
    hashes = []
    for name, imports in (("with", True), ("without", False)):
        paths = ProjectPaths(tmp_path / name)
        with Store.create(paths.db) as store:
            fill(store, 5)
            if imports:
                bring(store, [*range(20, 24), *range(60, 64)])
            answer(store, range(5, 10))
            if imports:
                finish(paths, settings, store)
                assert [5, 10, 15] == [info.answers for info in store.journal.rounds()]
                store.imports.undo()
            finish(paths, settings, store)
            hashes.append(store.journal.weights())

    assert {1, 2} == hashes[0].keys()
    assert hashes[0] == hashes[1]
