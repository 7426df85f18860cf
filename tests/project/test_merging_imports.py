from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from grown_apart import (
    GOLD,
    TEXTS,
    answers,
    at,
    begun,
    both_ways,
    copied,
    in_both,
    known,
    learned,
    log,
    merged,
    problems,
    say,
    texts,
)

from loop.base.pipeline import load_base
from loop.formats import read_all
from loop.intake import import_answers, plan_import, read_answers
from loop.project import opened
from loop.records import Answer, Span
from loop.settings import ProjectPaths, Settings
from loop.store import NewAnswer, NewText, Store


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


def in_file(path: Path, contents: Sequence[str], **fields: object) -> Path:
    """A file with the right spans of these texts."""
    spans = (
        [{"start": span.start, "end": span.end, "label": span.label} for span in GOLD.get(text, ())]
        for text in contents
    )
    rows = ({"text": text, "spans": each, **fields} for text, each in zip(contents, spans, strict=True))
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def bring(paths: ProjectPaths, file: Path, annotator: str, asked: Sequence[str] | None = None) -> None:
    """Import a file, as `loop import` does."""
    with opened(paths) as (_, settings, store):
        labels = settings.project.labels
        read = read_answers(
            store, read_all([str(file)]), nlp=load_base("blank:xx"), labels=labels, annotator=annotator, source="gold",
            asked=asked,
        )  # fmt: skip
        store.journal.settings(settings.weights_digest(), settings.weights())
        import_answers(store, plan_import(store, read, labels=labels, replacing=False), source="gold")


def agree(here: ProjectPaths, there: ProjectPaths) -> tuple[ProjectPaths, ProjectPaths]:
    """Both merged with the other: they are the same, and merging again changes nothing."""
    pair = both_ways(here, there)
    for read in (answers, known, log, texts, imports, problems):
        in_both(pair, read)
    for one, other in ((pair[0], there), (pair[1], here), pair, pair[::-1]):
        assert not merged(one, other).merged.is_new
    in_both(pair, learned)
    return pair


def imports(paths: ProjectPaths) -> list[object]:
    with Store(paths.db) as store:
        return list(store.imports.all())


@pytest.fixture
def two(tmp_path: Path, settings: Settings) -> tuple[ProjectPaths, ProjectPaths]:
    """Projects with the same texts, begun one after the other; the first knows two labels."""
    both = replace(settings, project=replace(settings.project, labels=("PART", "FAULT")))
    return begun(tmp_path / "one", both, answers=2), begun(tmp_path / "other", both)


@pytest.mark.parametrize("fields", [{}, {"answer": "accept", "_timestamp": 1_700_000_000}], ids=["gold", "Prodigy"])
def test_a_file_that_both_imported_counts_once(two, tmp_path: Path, fields: dict[str, object]) -> None:
    file = in_file(tmp_path / "gold.jsonl", TEXTS[3:7], **fields)
    backwards = in_file(tmp_path / "backwards.jsonl", TEXTS[6:2:-1], **fields)
    bring(two[0], file, "ann")
    bring(two[1], backwards, "ann")
    with at(two[1]) as store:
        say(store, "later", 3, spans=(Span(0, 3, "PART"),))
    merged_ones = agree(*two)

    said = {text: [one.annotator for at_, one in answers(merged_ones[0]) if at_ == text] for text in TEXTS[3:7]}
    assert {TEXTS[3]: ["ann", "ann"]} | {text: ["ann"] for text in TEXTS[4:7]} == said
    gold = {text: truth.spans for text, truth in known(merged_ones[0]).items()}
    assert {TEXTS[3]: (Span(0, 3, "PART"),)} | {text: GOLD[text] for text in TEXTS[4:7]} == {
        text: gold[text] for text in TEXTS[3:7]
    }


def test_a_file_that_both_imported_as_different_people_is_the_answer_of_both(two, tmp_path: Path) -> None:
    file = in_file(tmp_path / "gold.jsonl", TEXTS[3:7])
    other = in_file(tmp_path / "wrong.jsonl", TEXTS[5:7])
    other.write_text(other.read_text().replace("PART", "FAULT"))
    bring(two[0], file, "ann")
    bring(two[1], file, "ben")
    bring(two[1], other, "cid")
    found = known(agree(*two)[0])

    assert [{"ann", "ben"}] * 2 == [{part.answer.annotator for part in found[text].parts} for text in TEXTS[3:5]]
    assert [GOLD[text] for text in TEXTS[3:5]] == [found[text].spans for text in TEXTS[3:5]]
    assert [((), True)] * 2 == [(found[text].spans, bool(found[text].unclear)) for text in TEXTS[5:7]]


@pytest.mark.parametrize("wide", [0, 1])
def test_it_is_complete_for_all_labels_that_either_imported_it_for(two, tmp_path: Path, wide: int) -> None:
    file = in_file(tmp_path / "gold.jsonl", TEXTS[3:7])
    for number, paths in enumerate(two):
        bring(paths, file, "ann", asked=["PART", "FAULT"] if number == wide else ["PART"])
    found = known(agree(*two)[0])

    assert [{"PART", "FAULT"}] * 4 == [set(found[text].labels) for text in TEXTS[3:7]]


def test_answers_that_were_exported_there_and_imported_here_are_the_same_answers(two, tmp_path: Path) -> None:
    own = {"id": "answer 0", "complete": True, "mode": "correct", "seconds": 2.5, "labels": ["PART"]}
    said = {"answer": "accept", "_annotator_id": "ann", "_timestamp": 1_700_000_000, "_loop": own}
    file = in_file(tmp_path / "exported.jsonl", TEXTS[:1], **said)
    bring(two[1], file, "me")
    pair = agree(*two)

    assert ["answer 0", "answer 1"] == [one.id for _, one in answers(pair[0])]
    assert GOLD[TEXTS[0]] == known(pair[0])[TEXTS[0]].spans


@pytest.mark.parametrize("first", [0, 1])
def test_who_takes_their_import_back_takes_nothing_from_who_imported_the_file_too(two, tmp_path: Path, first: int):
    file = in_file(tmp_path / "gold.jsonl", [*TEXTS[3:7], "unknown"])
    bring(two[first], file, "ann")
    bring(two[1 - first], file, "ann")
    with at(two[1]) as store:
        store.imports.undo()
    pair = agree(*two)
    for paths in pair:
        with at(paths) as store:
            assert [first == 1, first == 0] == [one.is_undone for one in store.imports.all()]
            assert (5, 1) == (len((undone := store.imports.undo()).answers), len(undone.texts))

    assert {*TEXTS[:2]} == {*in_both(pair, known)}


def test_who_takes_an_import_back_takes_nothing_from_who_gave_the_answers(two, tmp_path: Path) -> None:
    said = {"answer": "accept", "_annotator_id": "ann", "_timestamp": 1_700_000_000}
    bring(two[1], in_file(tmp_path / "exported.jsonl", TEXTS[:1], **said, _loop={"id": "answer 0"}), "me")
    with at(two[1]) as store:
        store.imports.undo()

    assert {*TEXTS[:2]} == {*known(agree(*two)[0])}


def test_a_file_that_both_imported_and_took_back_is_taken_back(two, tmp_path: Path) -> None:
    for paths in two:
        bring(paths, in_file(tmp_path / "gold.jsonl", [*TEXTS[3:7], "unknown"]), "ann")
        with at(paths) as store:
            store.imports.undo()
    bring(two[1], tmp_path / "gold.jsonl", "ann")
    pair = agree(*two)

    assert {*TEXTS[:7], "unknown"} - {TEXTS[2]} == {*known(pair[0])}
    with at(pair[0]) as store:
        store.imports.undo()
    assert {*TEXTS[:2]} == {*known(pair[0])}
