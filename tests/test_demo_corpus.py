"""The bundled corpus keeps its promises: valid spans, no text twice, enough of every label."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import spacy
import srsly
from spacy.pipeline import EntityRuler
from spacy.tokens import Doc

DEMO = Path(__file__).parent.parent / "data" / "demo"
LABELS = {"BRAND", "PART", "FAULT"}
KINDS = {"note", "message", "counter", "forum"}
SPLITS = ("pool", "test")

Row = dict[str, Any]


@pytest.fixture(scope="module")
def splits() -> dict[str, list[Row]]:
    return {name: list(srsly.read_jsonl(DEMO / f"{name}.jsonl")) for name in SPLITS}


@pytest.fixture(scope="module")
def rows(splits: dict[str, list[Row]]) -> list[Row]:
    return [row for name in SPLITS for row in splits[name]]


@pytest.fixture(scope="module")
def docs(rows: list[Row]) -> list[Doc]:
    return list(spacy.blank("en").pipe(row["text"] for row in rows))


def test_the_pool_and_the_test_split_are_as_large_as_promised(splits: dict[str, list[Row]]) -> None:
    short = {name for name, least in (("pool", 640), ("test", 200)) if len(splits[name]) < least}

    assert set() == short


def test_every_row_has_a_known_kind_and_an_id_of_its_own(rows: list[Row]) -> None:
    ids = {row["meta"]["id"] for row in rows}

    assert len(rows) == len(ids)
    assert {row["meta"]["kind"] for row in rows} == KINDS


def test_every_text_is_one_tidy_line_of_four_to_sixty_words(rows: list[Row]) -> None:
    texts = [row["text"] for row in rows]
    odd = [text for text in texts if " ".join(text.split()) != text or not 4 <= len(text.split()) <= 60]

    assert [] == odd


def test_every_span_covers_whole_tokens_and_has_a_known_label(rows: list[Row], docs: list[Doc]) -> None:
    bad = [
        (row["meta"]["id"], span)
        for row, doc in zip(rows, docs, strict=True)
        for span in row["spans"]
        if span["label"] not in LABELS or doc.char_span(span["start"], span["end"]) is None
    ]

    assert [] == bad


def test_spans_are_sorted_and_never_overlap(rows: list[Row]) -> None:
    bad = [
        row["meta"]["id"]
        for row in rows
        for left, right in zip(row["spans"], row["spans"][1:], strict=False)
        if right["start"] < left["end"]
    ]

    assert [] == bad


def test_no_text_is_nearly_another(rows: list[Row]) -> None:
    grams = [_grams(row["text"]) for row in rows]
    near = [
        (rows[i]["meta"]["id"], rows[j]["meta"]["id"])
        for i, left in enumerate(grams)
        for j, right in enumerate(grams[:i])
        if len(left & right) > 0.5 * len(left | right)
    ]

    assert [] == near


def _grams(text: str) -> set[str]:
    plain = re.sub(r"[^a-z0-9 ]", "", text.lower())
    return {plain[i : i + 5] for i in range(len(plain) - 4)}


@pytest.mark.parametrize("name", SPLITS)
def test_every_label_has_a_fair_share_and_some_texts_have_none(name: str, splits: dict[str, list[Row]]) -> None:
    counts = Counter(span["label"] for row in splits[name] for span in row["spans"])
    empty = sum(not row["spans"] for row in splits[name])

    assert LABELS == {label for label, count in counts.items() if count >= 0.15 * counts.total()}
    assert 0.1 <= empty / len(splits[name]) <= 0.3


def test_no_string_carries_two_labels(rows: list[Row]) -> None:
    labels: dict[str, set[str]] = {}
    for row in rows:
        for span in row["spans"]:
            labels.setdefault(row["text"][span["start"] : span["end"]].lower(), set()).add(span["label"])

    assert {} == {string: found for string, found in labels.items() if len(found) > 1}


def test_patterns_help_but_do_not_give_the_answers_away(rows: list[Row]) -> None:
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler", config={"validate": True, "phrase_matcher_attr": "LOWER"})
    assert isinstance(ruler, EntityRuler)
    ruler.add_patterns(list(srsly.read_jsonl(DEMO / "patterns.jsonl")))
    docs = nlp.pipe(row["text"] for row in rows)
    hits = {(i, ent.start_char, ent.end_char, ent.label_) for i, doc in enumerate(docs) for ent in doc.ents}
    gold = {(i, span["start"], span["end"], span["label"]) for i, row in enumerate(rows) for span in row["spans"]}

    assert 0.25 <= len(hits & gold) / len(gold) <= 0.5
    assert 0.7 <= len(hits & gold) / len(hits) <= 0.95
