from __future__ import annotations

from pathlib import Path

import pytest
from grown_apart import TEXTS, at, begun, both_ways, copied, in_both, known, merged, problems, say, texts

from loop.records import Answer
from loop.settings import ProjectPaths, Settings
from loop.store import NewAnswer, NewText


@pytest.fixture
def here(tmp_path: Path, settings: Settings) -> ProjectPaths:
    """A project that has imported answers to a text of its pool and to two new ones."""
    paths = begun(tmp_path / "here", settings)
    with at(paths) as store:
        rows = [NewAnswer(NewText(text), Answer(f"gold {text}", 0, "ann", "accept")) for text in (TEXTS[0], "x", "y")]
        store.import_answers(rows, labels=settings.project.labels, source="gold.jsonl")
    return paths


@pytest.fixture
def there(here: ProjectPaths) -> ProjectPaths:
    return copied(here, "there")


def test_an_import_that_one_project_took_back_is_taken_back_in_both(here: ProjectPaths, there: ProjectPaths) -> None:
    with at(here) as store:
        store.imports.undo()
    pair = both_ways(here, there)

    assert {} == in_both(pair, known)
    assert set(TEXTS) == {text.text for text in in_both(pair, texts)}
    assert [] == in_both(pair, problems)


def test_answers_that_the_other_project_gave_to_its_texts_come_without_those_taken_back(
    here: ProjectPaths, there: ProjectPaths
) -> None:
    with at(here) as store:
        store.imports.undo()
    with at(there) as store:
        say(store, "mine", "x", annotator="bob")
    pair = both_ways(here, there)

    assert {"x": ["mine"]} == {
        text: [part.answer.id for part in truth.parts] for text, truth in in_both(pair, known).items()
    }
    assert {*TEXTS, "x"} == {text.text for text in in_both(pair, texts)}
    assert [] == in_both(pair, problems)


def test_an_import_of_the_other_project_can_be_taken_back_after_the_merge(
    here: ProjectPaths, there: ProjectPaths
) -> None:
    with at(there) as store:
        rows = [NewAnswer(NewText("z"), Answer("z", 0, "ann", "accept"))]
        store.import_answers(rows, labels=["PART"], source="more.jsonl")
    merged(here, there)
    with at(here) as store:
        assert [("gold.jsonl", 3, 2), ("more.jsonl", 1, 1)] == [
            (one.source, one.answers, one.texts) for one in store.imports.all()
        ]
        assert (1, 1) == (len((undone := store.imports.undo()).answers), len(undone.texts))
    assert {TEXTS[0], "x", "y"} == known(here).keys()
