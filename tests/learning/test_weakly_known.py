from __future__ import annotations

import numpy as np
import pytest
import spacy
from spacy.language import Language
from spacy.vectors import Vectors

from loop.learning.weak_labels import BEFORE, WINDOW, WeakText, weakly_known
from loop.records import Span
from loop.truth import Truth

# Parts lie near one another, and so does nothing else.
NEAR = {"hub": (1.0, 0.0), "rim": (0.99, 0.14), "bell": (0.9, 0.44), "is": (0.0, 1.0), "old": (-0.6, 0.8), "a": (-1, 0)}


@pytest.fixture
def nlp() -> Language:
    """A tokenizer with vectors of six words; that of the last row belongs to a word that is in no text."""
    nlp = spacy.blank("xx")
    rows = [*NEAR.values(), (1.0, 0.0)]
    keys = [nlp.vocab.strings.add(word) for word in (*NEAR, "axle")]
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=np.array(rows, dtype="float32"), keys=keys)
    return nlp


def known(nlp: Language, *texts: WeakText) -> list[tuple[str, Truth]]:
    with nlp.memory_zone():
        return weakly_known(nlp, texts, ["PART", "TOOL"])


def part(text: str, word: str, label: str = "PART") -> Span:
    start = text.index(word)
    return Span(start, start + len(word), label)


def missing(text: str, truth: Truth) -> list[str]:
    """What the text says where it is neither an entity nor outside."""
    unclear = (span for span in truth.unclear if not any(map(span.overlaps, truth.spans)))
    return [text[span.start : span.end] for span in unclear]


def test_spans_are_entities_and_all_labels_are_known(nlp) -> None:
    text = "a hub is old"
    ((given, truth),) = known(nlp, WeakText(text, (part(text, "hub"),)))

    assert text == given
    assert (part(text, "hub"),) == truth.spans
    assert {"PART", "TOOL"} == truth.labels


def test_tokens_near_the_terms_are_missing_and_far_ones_are_outside(nlp) -> None:
    text = "a hub is old a rim is old a is old a is old"
    ((_, truth),) = known(nlp, WeakText(text, (part(text, "hub"),)))

    assert ["rim"] == missing(text, truth)


NAMES = {"Acme": "SHOP", "Ann": "PER", "Rome": "LOC"}


def named(text: str, **labels: str) -> WeakText:
    return WeakText(text, tuple(part(text, word, label) for word, label in labels.items()))


def test_if_most_terms_are_names_of_several_kinds_so_may_be_what_has_a_capital_letter() -> None:
    nlp, text = spacy.blank("xx"), "Then Acme and IBM met . Again Bolt is NOT old , says Ann of Rome"
    ((_, truth),) = known(nlp, named(text, **NAMES))
    assert ["IBM", "Bolt", "NOT"] == missing(text, truth)

    ((_, truth),) = known(nlp, named(text, Acme="SHOP", Ann="PER", Rome="PER"))
    assert [] == missing(text, truth)
    ((_, truth),) = known(nlp, named(text, **NAMES, old="X", says="Y", met="Z"))
    assert [] == missing(text, truth)


def test_a_word_that_begins_a_sentence_has_its_capital_letter_for_that_unless_it_has_others() -> None:
    nlp, text = spacy.blank("xx"), "IBM saw Acme . Then : Again McRim ! NOT by Ann of Rome"
    ((_, truth),) = known(nlp, named(text, **NAMES))

    assert ["IBM", "McRim", "NOT"] == missing(text, truth)


def test_tokens_without_a_vector_are_missing_but_not_marks(nlp) -> None:
    text = "a hub is old , a Qwertz is old ."
    ((_, truth),) = known(nlp, WeakText(text, (part(text, "hub"),)))

    assert ["Qwertz"] == missing(text, truth)


def test_without_any_vectors_all_else_is_outside() -> None:
    text = "a hub is old ."
    ((_, truth),) = known(spacy.blank("xx"), WeakText(text, (part(text, "hub"),)))

    assert [] == missing(text, truth)


def test_in_a_text_that_was_read_whole_nothing_is_missing(nlp) -> None:
    text = "a hub is old and the rim Qwertz"
    ((_, truth),) = known(nlp, WeakText(text, (part(text, "hub"),), is_read_whole=True))

    assert () == truth.unclear


def test_a_string_with_several_labels_is_missing_and_the_others_stay(nlp) -> None:
    text = "a hub is old a rim is old"
    spans = part(text, "hub"), part(text, "hub", "TOOL"), part(text, "rim")
    ((_, truth),) = known(nlp, WeakText(text, spans, is_read_whole=True))

    assert (part(text, "rim"),) == truth.spans
    assert ["hub", "hub"] == missing(text, truth)


def test_the_longest_of_overlapping_spans_of_a_label_stays(nlp) -> None:
    text = "a rear hub is old"
    spans = part(text, "hub"), part(text, "rear hub")
    ((_, truth),) = known(nlp, WeakText(text, spans, is_read_whole=True))

    assert (part(text, "rear hub"),) == truth.spans


def test_of_a_long_text_a_window_around_the_first_span_is_learned(nlp) -> None:
    words = ["a"] * 500
    words[300], words[310], words[499] = "hub", "rim", "bell"
    text = " ".join(words)
    spans = part(text, "bell"), part(text, "rim"), part(text, "hub")  # as the patterns are numbered
    ((given, truth),) = known(nlp, WeakText(text, spans, is_read_whole=True))

    assert WINDOW == len(given.split())
    assert BEFORE == given.split().index("hub")
    assert [("hub", "PART"), ("rim", "PART")] == [(given[s.start : s.end], s.label) for s in truth.spans]


def test_a_long_text_without_a_span_is_learned_from_its_beginning(nlp) -> None:
    ((given, truth),) = known(nlp, WeakText(" ".join(["a"] * 500), (), is_read_whole=True))

    assert (WINDOW, ()) == (len(given.split()), truth.spans)


def test_what_is_near_is_said_of_all_texts_together(nlp) -> None:
    first, second = "a hub is old", "a rim is old a is old a is old"
    (_, one), (_, other) = known(nlp, WeakText(first, (part(first, "hub"),)), WeakText(second, ()))

    assert ["rim"] == missing(second, other)
    assert (part(first, "hub"),) == one.spans
