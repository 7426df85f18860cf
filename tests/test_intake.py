from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language

from loop.errors import InputError
from loop.formats import RawText, read
from loop.intake import (
    Remarks,
    add_texts,
    cut_by,
    fit_to_tokens,
    import_answers,
    new_texts,
    plan_import,
    read_answers,
    unsplit,
)
from loop.records import Answer, Span
from loop.store import NewAnswer, NewText, Store

NLP = spacy.blank("en")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.create(tmp_path / "data" / "loop.db") as opened:
        yield opened


def raw(text: str, **more: Any) -> RawText:
    return RawText(text, "f.jsonl", 1, **more)


def written(tmp_path: Path, *rows: dict[str, Any]) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


class Imported(NamedTuple):
    answers: int
    added: int
    known: int
    blank: int
    remarks: Remarks


def imported(
    store: Store, path: Path, *, nlp: Language = NLP, labels: tuple[str, ...] = ("A", "B"), **more: Any
) -> Imported:
    found = read_answers(store, read(path), nlp=nlp, labels=labels, source="in", **{"annotator": "me", **more})
    done = import_answers(store, plan_import(store, found, labels=labels), source="in")
    return Imported(done.added, done.batch.added, done.known + found.repeated, found.blank, found.remarks)


@pytest.mark.parametrize(
    ("split", "pieces"),
    [
        ("none", ["One. Two!\r\n\n Three"]),
        ("line", ["One. Two!", "", " Three"]),
        ("sentence", ["One.", "Two!", "Three"]),
    ],
)
def test_a_text_is_cut_as_asked(split: Any, pieces: list[str]) -> None:
    assert pieces == list(cut_by(split, NLP)("One. Two!\r\n\n Three"))


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0")), st.sampled_from(["line", "sentence"]))
def test_cutting_loses_nothing_but_white_space(text: str, split: Any) -> None:
    pieces = "".join(cut_by(split, NLP)(text))

    assert "".join(text.split()) == "".join(pieces.split())


def test_pieces_of_one_text_form_a_group_unless_a_field_does() -> None:
    cut = cut_by("line", NLP)
    texts = [raw("a\nb", meta={"patient": 7}), RawText("c", "f.jsonl", 2, {"patient": "x"})]

    assert ["f.jsonl:1", "f.jsonl:1", None] == [new.group for new in new_texts(texts, cut=cut)]
    assert ["7", "7", "x"] == [new.group for new in new_texts(texts, cut=cut, group_field="patient")]


@pytest.mark.parametrize("meta", [{}, {"patient": None}, {"patient": ["x"]}])
def test_a_row_without_the_field_of_its_group_is_named(meta: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"f\.jsonl, line 1: has no text or number in the field patient"):
        list(new_texts([raw("a", meta=meta)], cut=unsplit, group_field="patient"))


def test_texts_come_in_with_their_place_and_meta_and_are_counted(store: Store) -> None:
    texts = [raw("a", meta={"k": 1}), raw("a"), raw(" \n"), raw("b", spans=(Span(0, 1, "A"),))]
    report = add_texts(store, texts, source="f.jsonl")

    assert (2, 1, 1, 1) == (report.added, report.duplicates, report.blank, report.annotated)
    assert {"k": 1} == store.corpus.texts([store.corpus.find(["a"])["a"]])[0].meta


def test_a_bad_line_leaves_the_corpus_as_it_was(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text('{"text": "good"}\n{"text": bad}\n')

    with pytest.raises(InputError, match=r"in\.jsonl, line 2"):
        add_texts(store, read(path), source="in")

    assert 0 == store.corpus.size()
    assert [] == store.corpus.batches()


def test_a_file_without_texts_is_refused(store: Store) -> None:
    with pytest.raises(InputError, match="has no texts"):
        add_texts(store, [raw(" ")], source="f.jsonl")


def test_a_text_that_spacy_could_not_read_is_refused_unless_it_is_cut(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("loop.intake.texts.LONGEST_TEXT", 1_000)
    text = "word. " * 200

    with pytest.raises(InputError, match="is a text of 1200 characters") as caught:
        add_texts(store, [raw(text)], source="f")

    assert "--split" in caught.value.hint
    assert 1 == add_texts(store, [raw(text)], source="f", cut=cut_by("sentence", NLP)).added


def test_answers_come_in_with_their_texts(store: Store, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        {
            "text": "one two",
            "answer": "accept",
            "spans": [{"start": 0, "end": 3, "label": "A"}],
            "_annotator_id": "ann",
        },
        {"text": "three", "answer": "reject", "spans": [{"start": 0, "end": 5, "label": "B"}], "_view_id": "ner"},
        {"text": "gold", "spans": [{"start": 0, "end": 4, "label": "B"}]},
        {"text": "", "spans": []},
    )
    report = imported(store, path)
    answers = store.answers.standing()

    assert (3, 3, 0, 1) == (report.answers, report.added, report.known, report.blank)
    assert [("accept", True, "ann"), ("reject", False, "me"), ("accept", True, "me")] == [
        (answer.verdict, answer.complete, answer.annotator) for answer in answers
    ]
    assert [(Span(0, 3, "A"),), (Span(0, 5, "B"),), (Span(0, 4, "B"),)] == [answer.spans for answer in answers]
    assert {"import"} == {answer.mode for answer in answers}
    assert ("A", "B") == store.journal.schemes()[answers[0].scheme]
    assert 0 == store.corpus.pool_size()


def test_importing_the_same_answers_again_changes_nothing(store: Store, tmp_path: Path) -> None:
    row = {"text": "one two", "answer": "accept", "spans": [{"start": 0, "end": 3, "label": "A"}]}
    imported(store, written(tmp_path, row, row))
    before = store.answers.all()
    report = imported(store, written(tmp_path, row, {"text": "new", "answer": "ignore"}))

    assert (1, 1, 1) == (report.answers, report.known, report.added)
    assert 1 == len(before)
    assert before == store.answers.all()[:1]


def test_several_answers_to_one_text_all_come_in(store: Store, tmp_path: Path) -> None:
    rows = [
        {"text": "one two", "answer": said, "spans": [{"start": 0, "end": end, "label": "A"}], "_view_id": "ner"}
        for said, end in (("accept", 3), ("reject", 7), ("ignore", 7))
    ]
    report = imported(store, written(tmp_path, *rows))

    assert (3, 1) == (report.answers, report.added)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"text": "secret", "spans": [{"start": 0, "end": 3, "label": "C"}]}, "line 2: answers with the label C"),
        (
            {"text": "secret", "spans": [], "answer": "accept", "_loop": {"shown": [[0, 1, "C"]]}},
            "line 2: answers with the label C",
        ),
    ],
)
def test_an_answer_that_does_not_fit_the_project_leaves_the_store_as_it_was(
    store: Store, tmp_path: Path, row: dict[str, Any], words: str
) -> None:
    with pytest.raises(InputError, match=words) as caught:
        imported(store, written(tmp_path, {"text": "fine", "spans": []}, row))

    assert "secret" not in str(caught.value)
    assert (0, []) == (store.corpus.size(), store.answers.all())


def test_a_file_without_answers_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="in: has no answers"):
        imported(store, written(tmp_path))


def test_texts_without_an_annotation_come_in_to_be_annotated(store: Store, tmp_path: Path) -> None:
    report = imported(store, written(tmp_path, {"text": "one", "spans": []}, {"text": "two"}), labels=("A",))

    assert (1, 2, {"unanswered": ((str(tmp_path / "in.jsonl"), 2),)}) == (report.answers, report.added, report.remarks)
    assert ["two"] == [text.text for text in store.corpus.fixed_sample(9)]


def test_rows_about_something_else_are_left_out_and_counted(store: Store, tmp_path: Path) -> None:
    other = {"text": "two", "label": "SPORTS", "answer": "accept"}
    one = {"text": "one", "spans": [{"start": 0, "end": 3, "label": "A"}]}
    report = imported(store, written(tmp_path, one, other))

    assert (1, 1) == (report.answers, store.corpus.size())
    assert {"other": ((str(tmp_path / "in.jsonl"), 2),)} == report.remarks


def test_in_a_file_about_something_else_no_row_says_that_there_is_no_entity(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no answers about entities"):
        imported(store, written(tmp_path, {"text": "one", "label": []}, {"text": "two", "label": ["sports"]}))

    assert 0 == store.corpus.size()


def test_texts_alone_are_no_answers(store: Store, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has texts but no answers"):
        imported(store, written(tmp_path, {"text": "one"}))

    assert 0 == store.corpus.size()


def test_what_was_done_to_spans_is_told_apart_and_named_by_line(store: Store, tmp_path: Path) -> None:
    def spans(*places: tuple[int, int]) -> dict[str, Any]:
        rows = [{"start": start, "end": end, "label": "A"} for start, end in places]
        return {"text": f"one  two three {places}", "spans": rows}

    report = imported(
        store, written(tmp_path, spans((0, 3)), spans((1, 3)), spans((3, 8)), spans((3, 5)), spans((0, 2), (2, 8)))
    )

    assert {"widened": [2, 5, 5], "trimmed": [3], "empty": [4], "dropped": [5]} == {
        kind: [place.line for place in places] for kind, places in report.remarks.items()
    }


def test_all_labels_that_the_project_lacks_are_named_at_once(store: Store, tmp_path: Path) -> None:
    rows = [{"text": "one", "spans": [{"start": 0, "end": 3, "label": label}]} for label in ("C", "A", "D", "C", "b")]
    path = written(tmp_path, *rows)
    words = r"line 1: {} the label C, which is not a label of the project; nor are D \(line 3\), b \(line 5\)"

    with pytest.raises(InputError, match=words.format("answers with")) as answered:
        imported(store, path)
    with pytest.raises(InputError, match=words.format("suggests")) as suggested:
        add_texts(store, read(path), source="in", labels=("A", "B"))
    hint = "If b means B, pass --map b=B. Add new labels with `loop labels add C,D,b`, "
    hint += "or leave their spans out, with --map C=."
    assert [hint, hint] == [answered.value.hint, suggested.value.hint]
    assert (0, []) == (store.corpus.size(), store.answers.all())


def test_answers_that_an_older_version_imported_are_known_to_be_of_the_same_person(
    store: Store, tmp_path: Path
) -> None:
    span = {"start": 0, "end": 3, "label": "A"}
    path = written(tmp_path, {"text": "one two", "answer": "reject", "spans": [span], "_view_id": "ner"})
    (raw,) = read(path)
    assert raw.answer
    old = NewAnswer(NewText(raw.text), replace(raw.answer, annotator="me"))
    store.import_answers([old], labels=("A", "B"), source="in")

    assert (0, 1) == ((report := imported(store, path)).answers, report.known)
    assert 1 == imported(store, path, annotator="bob").answers
    assert (0, 1) == ((report := imported(store, path, annotator="bob")).answers, report.known)
    assert ["me", "bob"] == [answer.annotator for answer in store.answers.all()]


def test_of_several_answers_the_last_one_leaves_what_it_does_not_contradict(store: Store, tmp_path: Path) -> None:
    def row(*spans: tuple[int, int], view: str = "ner_manual", answer: str = "accept") -> dict[str, Any]:
        found = [{"start": start, "end": end, "label": "A"} for start, end in spans]
        return {"text": "one two six", "spans": found, "answer": answer, "_view_id": view}

    path = written(
        tmp_path,
        row((0, 3), view="ner"),
        row((4, 7), view="ner"),
        row((0, 3)),
        row((0, 3), (8, 11)),
        row(answer="ignore"),
    )
    report = imported(store, path, last=True)

    assert (3, [2, 3]) == (report.answers, [place.line for place in report.remarks["outdone"]])
    assert [((0, 3),), ((0, 3), (8, 11)), ()] == [
        tuple((span.start, span.end) for span in answer.spans) for answer in store.answers.standing()
    ]


def answer(*spans: Span, **more: Any) -> Answer:
    return Answer("x", 1, "a", more.pop("verdict", "accept"), spans, **more)


def test_spans_are_widened_to_whole_tokens_and_counted() -> None:
    tally: Counter[str] = Counter()
    fitted = fit_to_tokens(answer(Span(1, 6, "A"), Span(8, 13, "B")), NLP("one two three"), tally)

    assert (Span(0, 7, "A"), Span(8, 13, "B")) == fitted.spans
    assert {"widened": 1} == tally


def test_white_space_at_the_edges_of_a_span_is_left_out() -> None:
    tally: Counter[str] = Counter()
    fitted = fit_to_tokens(answer(Span(3, 8, "A"), Span(9, 11, "B")), NLP("one  two   three"), tally)

    assert (Span(5, 8, "A"),) == fitted.spans
    assert {"trimmed": 1, "empty": 1} == tally


def test_of_spans_that_overlap_on_whole_tokens_the_longest_stays() -> None:
    tally: Counter[str] = Counter()
    fitted = fit_to_tokens(answer(Span(0, 2, "A"), Span(2, 7, "B")), NLP("one two"), tally)

    assert (Span(0, 7, "B"),) == fitted.spans
    assert 1 == tally["dropped"]


def test_rejected_spans_may_overlap() -> None:
    spans = Span(0, 3, "A"), Span(0, 7, "A")
    fitted = fit_to_tokens(answer(*spans, verdict="reject", complete=False, shown=spans), NLP("one two"), Counter())

    assert (spans, spans) == (fitted.spans, fitted.shown)


@given(st.text(st.sampled_from("ab .-\n日é"), min_size=1, max_size=30), st.data())
def test_fitted_spans_are_spans_of_whole_words_that_never_overlap(text: str, data: st.DataObject) -> None:
    edges = data.draw(st.lists(st.tuples(st.integers(0, len(text) - 1), st.integers(1, 9)), max_size=5))
    spans = tuple(Span(start, min(start + size, len(text)), "A") for start, size in edges)
    doc = NLP.tokenizer(text)
    fitted = fit_to_tokens(answer(*spans), doc, Counter()).spans

    assert all(doc.char_span(span.start, span.end) is not None for span in fitted)
    assert all(text[span.start : span.end].strip() == text[span.start : span.end] for span in fitted)
    assert all(left.end <= right.start for left, right in pairwise(fitted))
