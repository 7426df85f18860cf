"""What Label Studio's files say about who annotated what."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import spacy

from loop.errors import InputError
from loop.formats import read, write
from loop.intake import ReadAnswers, answered, import_answers, plan_import, read_answers
from loop.store import Store
from loop.truth import Truth, of_texts

NLP = spacy.blank("en")
TEXT = "Ann met Bob"
ANN, BOB = (0, 3), (8, 11)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "data" / "loop.db") as opened:
        yield opened


def annotation(*places: tuple[int, int], by: Any = 1, **more: Any) -> dict[str, Any]:
    spans = [{"start": start, "end": end, "text": TEXT[start:end], "labels": ["A"]} for start, end in places]
    return {"result": [{"type": "labels", "value": span} for span in spans], "completed_by": by, **more}


def task(*annotations: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": 1, "data": {"text": TEXT}, "annotations": list(annotations), **more}


def found(store: Store, tmp_path: Path, *tasks: dict[str, Any], last: bool = False) -> ReadAnswers:
    path = tmp_path / "tasks.json"
    path.write_text(json.dumps(tasks))
    return read_answers(store, read(path), nlp=NLP, labels=["A"], annotator="me", source="tasks.json", last=last)


def imported(store: Store, tmp_path: Path, *tasks: dict[str, Any], last: bool = False) -> Truth:
    """What is known of the text after an import of tasks."""
    answers = found(store, tmp_path, *tasks, last=last)
    import_answers(store, plan_import(store, answers, labels=["A"]), source="tasks.json")
    (truth,) = of_texts(store.answers.standing(), store.journal.schemes()).values()
    return truth


def places(truth: Truth) -> list[tuple[int, int]]:
    return [(span.start, span.end) for span in truth.spans]


@pytest.mark.parametrize(
    ("who", "name"),
    [(7, "7"), ({"id": 7, "email": "ann@example.org"}, "ann@example.org"), ({"id": 7}, "7"), (None, "me")],
)
def test_the_annotator_is_who_completed_the_annotation(store: Store, tmp_path: Path, who: Any, name: str) -> None:
    imported(store, tmp_path, task(annotation(ANN, by=who)))

    assert [name] == [answer.annotator for answer in store.answers.standing()]


def test_several_annotations_of_a_task_by_one_person_are_refused_and_counted(store: Store, tmp_path: Path) -> None:
    tasks = [task(annotation(ANN), annotation(), id=n) | {"data": {"text": f"{TEXT} {n}"}} for n in (1, 2, 3)]
    words = r"tasks.json, line 1: holds two different answers, by the same annotator \(1\); so do 2 more rows\."

    with pytest.raises(InputError, match=words) as refused:
        imported(store, tmp_path, *tasks)
    assert "--last" in refused.value.hint
    assert [] == store.answers.all()


def test_the_last_annotation_of_a_person_is_the_last_in_time_wherever_it_stands(store: Store, tmp_path: Path) -> None:
    new = annotation(BOB, created_at="2026-01-01T10:00:00Z", updated_at="2026-01-03T10:00:00Z")
    old = annotation(ANN, created_at="2026-01-02T10:00:00Z", updated_at="2026-01-02T10:00:00Z")

    assert [BOB] == places(imported(store, tmp_path, task(new, old), last=True))


def test_annotations_of_one_person_that_agree_are_one_answer_and_told(store: Store, tmp_path: Path) -> None:
    read_ = found(store, tmp_path, task(annotation(ANN, id=1), annotation(ANN, id=2)))

    assert (1, 1) == (len(read_.rows), read_.repeated)


def test_a_cancelled_annotation_is_a_skip_beside_another_of_the_same_person(store: Store, tmp_path: Path) -> None:
    truth = imported(store, tmp_path, task(annotation(was_cancelled=True), annotation(ANN)))

    assert [ANN] == places(truth)
    assert ["skip", "accept"] == [answer.verdict for answer in store.answers.standing()]
    assert {"skipped": 1} == store.answers.left_out()


def test_a_draft_is_no_answer_and_is_told(store: Store, tmp_path: Path) -> None:
    draft = [{"result": annotation(BOB)["result"], "user": "ann"}]
    bare = task(drafts=draft, id=2) | {"data": {"text": "Cy"}}
    read_ = found(store, tmp_path, task(annotation(ANN), drafts=draft), bare)

    assert [1, 2] == [place.line for place in read_.remarks["Left out a draft, which nobody has submitted,"]]
    assert [[ANN]] == [[(span.start, span.end) for span in row.new.answer.spans] for row in read_.rows]
    assert ["Cy"] == [text.text for text in read_.others]


@pytest.mark.parametrize("last", [False, True])
def test_the_ground_truth_decides_between_the_annotations_of_a_task(store: Store, tmp_path: Path, last: bool) -> None:
    others = annotation(ANN, by=1), annotation(by=2), annotation(by=3, was_cancelled=True)
    truth = imported(store, tmp_path, task(annotation(BOB, by=2, ground_truth=True), *others), last=last)
    decided = next(answer for answer in store.answers.standing() if answer.adjudicates)

    assert ([BOB], False, "2") == (places(truth), truth.is_stale, decided.annotator)
    assert ["1", "2"] == sorted(
        answer.annotator for answer in store.answers.standing() if answer.id in decided.adjudicates
    )


def test_the_ground_truth_of_one_annotation_is_that_annotation(store: Store, tmp_path: Path) -> None:
    imported(store, tmp_path, task(annotation(ANN, ground_truth=True), annotation(by=2, was_cancelled=True)))

    assert [(), ()] == [answer.adjudicates for answer in store.answers.standing()]


def test_the_ground_truth_names_only_annotations_that_came_in(store: Store, tmp_path: Path) -> None:
    same = annotation(ANN, id=1), annotation(ANN, id=2)
    truth = imported(store, tmp_path, task(*same, annotation(BOB, by=None, ground_truth=True)))

    assert ([BOB], False, 2) == (places(truth), truth.is_stale, len(store.answers.standing()))


def test_tasks_with_a_ground_truth_come_in_once(store: Store, tmp_path: Path) -> None:
    tasks = task(annotation(ANN, by=1), annotation(by=None), annotation(BOB, by=2, ground_truth=True))
    imported(store, tmp_path, tasks)
    imported(store, tmp_path, tasks)

    assert 3 == len(store.answers.all())


@pytest.mark.parametrize("form", ["jsonl", "spacy"])
def test_what_was_decided_goes_out_and_comes_in_elsewhere(store: Store, tmp_path: Path, form: str) -> None:
    imported(store, tmp_path, task(annotation(ANN, by=1), annotation(BOB, by=2, ground_truth=True)))
    write(answered(store, NLP), tmp_path / f"out.{form}")
    with Store.create(tmp_path / "other" / "loop.db") as other:
        path = tmp_path / f"out.{form}"
        answers = read_answers(other, read(path), nlp=NLP, labels=["A"], annotator="me", source="out")
        import_answers(other, plan_import(other, answers, labels=["A"]), source="out")
        (truth,) = of_texts(other.answers.standing(), other.journal.schemes()).values()

        assert ([BOB], False, 2) == (places(truth), truth.is_stale, len(other.answers.standing()))


def test_rows_of_json_min_name_their_annotators(store: Store, tmp_path: Path) -> None:
    rows = [
        {
            "text": TEXT,
            "id": 1,
            "label": [{"start": start, "end": end, "text": TEXT[start:end], "labels": ["A"]}],
            "annotator": who,
            "annotation_id": who,
            "updated_at": "2026-01-01T10:00:00Z",
        }
        for who, (start, end) in ((1, ANN), (2, BOB))
    ]
    truth = imported(store, tmp_path, *rows)

    assert [("1", 2026), ("2", 2026)] == [
        (answer.annotator, answer.at.year) for answer in store.answers.all() if answer.at
    ]
    assert [] == places(truth)
