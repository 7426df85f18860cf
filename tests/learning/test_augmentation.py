from __future__ import annotations

from dataclasses import replace

import pytest
import spacy

from loop.base.assembly import assemble
from loop.base.pipeline import add_labels
from loop.learning.augmentation import LEVEL, Augmenter
from loop.learning.examples import Examples, known_ranges, token_spans
from loop.learning.learner import Learner
from loop.learning.update import update
from loop.records import Span, TokenSpan
from loop.settings import Settings, UpdateSettings
from loop.truth import Truth

LOWER = "spacy.lower_case.v1"
LABELS = ("BRAND",)
WHOLE = Truth(frozenset(LABELS), (Span(4, 9, "BRAND"),))


def examples(text: str, truth: Truth, n: int = 1) -> Examples:
    return Examples(spacy.blank("en"), [(text, truth)] * n, labels=LABELS)


def lower_cased(text: str, truth: Truth):
    """An example of this text, and its copy."""
    made, augmenter = examples(text, truth), Augmenter(spacy.blank("en"), LOWER, 0)
    return made[0], next(copies[0] for _ in range(100) if (copies := augmenter.copies(made)))


def test_a_copy_is_lower_cased_on_both_sides_with_the_same_entities():
    before, after = lower_cased("The Brooks saddle", WHOLE)

    assert ("the brooks saddle", "the brooks saddle") == (after.predicted.text, after.reference.text)
    assert [TokenSpan(1, 2, "BRAND")] == token_spans(before) == token_spans(after)
    assert "The Brooks saddle" == before.predicted.text


@pytest.mark.parametrize(
    "truth",
    [
        WHOLE,
        Truth(spans=(Span(4, 10, "BRAND"),)),
        Truth(refused=(Span(4, 10, "BRAND"),)),
        Truth(frozenset(LABELS), unclear=(Span(4, 10, "BRAND"),)),
    ],
)
def test_what_is_unknown_of_a_text_stays_unknown(truth):
    before, after = lower_cased("The Brooks saddle is worn", truth)

    assert (known_ranges(before), token_spans(before)) == (known_ranges(after), token_spans(after))


@pytest.mark.parametrize(
    "text", ["İSTANBUL Brooks saddle", "Die STRASSE, Brooks", "NASA's U.S. Brooks", "自転車 Brooks"]
)
def test_letters_and_tokens_that_change_in_lower_case_move_no_entity(text):
    start = text.index("Brooks")
    _, after = lower_cased(text, Truth(frozenset(LABELS), (Span(start, start + 6, "BRAND"),)))

    assert ["brooks"] == [ent.text for ent in after.reference.ents]
    assert ["brooks"] == [
        after.predicted[one.start : one.end].text for one in after.get_aligned_spans_y2x(after.reference.ents)
    ]


def test_the_seed_alone_says_which_examples_are_copied_and_each_time_they_are_others():
    known = [(f"The Brooks saddle {n}", WHOLE) for n in range(500)]
    made = Examples(spacy.blank("en"), known, labels=LABELS)
    batches = [[one.copies(made) for _ in range(2)] for one in (Augmenter(spacy.blank("en"), LOWER, 7) for _ in "ab")]
    (first, second), again = [[[one.predicted.text for one in part] for part in batch] for batch in batches]

    assert [first, second] == again
    assert first != second
    assert LEVEL - 0.06 < len(first) / 500 < LEVEL + 0.06
    assert [] == [text for text in first if text != text.lower()]
    assert [text for text, _ in known] == [one.predicted.text for one in made]


def test_without_an_augmenter_nothing_is_copied():
    assert [] == Augmenter(spacy.blank("en"), None, 0).copies(examples("The Brooks saddle", WHOLE, 20))


def test_weights_follow_from_seed_and_augmenter():
    def learned(augment: str | None) -> str:
        learner = Learner(assemble("blank:en", LABELS, seed=0))
        add_labels(learner.nlp, LABELS)
        known = [(f"The Brooks saddle {n}", replace(WHOLE, spans=(Span(4, 10, "BRAND"),))) for n in range(8)]
        made = Examples(learner.nlp, known, labels=LABELS)
        update(learner, made, made, UpdateSettings(steps=2, augment=augment), seed=1)
        return learner.weights_hash()

    assert learned(LOWER) == learned(LOWER) != learned(None)


def test_projects_without_an_augmenter_keep_the_digest_of_their_settings():
    settings = Settings()
    changed = replace(settings, update=replace(settings.update, augment=LOWER))

    assert "augment" not in settings.weights()["update"]
    assert LOWER == changed.weights()["update"]["augment"]
    assert settings.weights_digest() != changed.weights_digest()
