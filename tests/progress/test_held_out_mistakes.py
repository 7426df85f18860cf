from __future__ import annotations

import json
from dataclasses import replace

import pytest
from evaluated_project import BRAND, HELD, add_round, fill
from evaluated_project import PART as PART_OF_ALL

from loop.cli.errors import MistakeReview, right_lines
from loop.held_out import is_drawn
from loop.progress.held_out_gold import GoldText
from loop.progress.held_out_mistakes import (
    RIGHT_SHARE,
    Mistake,
    RightText,
    by_label,
    judge,
    judgements,
    looked_at,
    mistakes,
    to_review,
)
from loop.quality import matched
from loop.records import Span, Text

PART = Span(4, 7, "PART")


def mistake(found: Span | None, *, right: Span | None = PART, known: bool = True) -> Mistake:
    text = "the hub is gone"
    gold = GoldText(text, (right,) if right else (), ("PART",), text, Text(7, text) if known else None)
    (match,) = matched(gold.spans, (found,) if found else ())
    return Mistake(gold, (found,) if found else (), match)


@pytest.mark.parametrize(
    ("found", "likely"),
    [
        (None, "missed"),
        (Span(0, 7, "PART"), "boundary"),
        (Span(4, 7, "BRAND"), "label"),
        (Span(0, 7, "BRAND"), "label"),
    ],
)
def test_the_spans_alone_give_a_likely_reason(found: Span | None, likely: str) -> None:
    assert (likely, "PART") == (mistake(found).likely, mistake(found).label)


def test_what_is_no_entity_counts_under_the_label_it_was_given() -> None:
    one = mistake(Span(0, 3, "BRAND"), right=None)

    assert ("spurious", "BRAND") == (one.likely, one.label)


def test_a_mistake_is_known_without_a_word_of_its_text() -> None:
    assert "7:4-7-PART:0-7-PART" == mistake(Span(0, 7, "PART")).key
    of_file = mistake(None, known=False).key
    assert of_file.endswith(":4-7-PART:")
    assert "hub" not in of_file


def test_the_last_word_about_a_mistake_counts(store) -> None:
    one, other = mistake(None), mistake(Span(0, 7, "PART"))
    judge(store, one, "unclear")
    judge(store, one, "gold")

    assert {one.key: "gold"} == judgements(store)
    assert {("gold", "PART"): 1, ("boundary", "PART"): 1} == by_label([one, other], judgements(store))


@pytest.fixture
def reviewed(store, paths, with_settings, monkeypatch):
    """A review of a project in which the model finds every span of all but the first held-out text."""
    settings = with_settings("project", labels=("PART", "BRAND"))
    held = fill(store)
    add_round(store, 1, dict.fromkeys(held, (PART_OF_ALL, BRAND)) | {held[0]: ()})

    def review(*keys: str, label: str = "") -> MistakeReview:
        monkeypatch.setattr("loop.terminal.keypress.read_key", iter(keys).__next__)
        one = MistakeReview(store, settings, paths, label=label)
        one.run(judged_too=False)
        return one

    return lambda *keys, **more: review(*keys, **more), lambda: to_review(store, settings, paths)


def test_about_one_in_five_of_the_right_texts_is_offered_too_the_same_in_every_round(
    store, paths, with_settings, reviewed
):
    _, offered = reviewed
    right = [one for one in offered() if isinstance(one, RightText)]
    add_round(store, 2, {one.gold.text: (PART_OF_ALL, BRAND) for one in right})
    settings = with_settings("project", labels=("PART", "BRAND"))

    assert 0.1 * HELD <= len(right) <= 0.35 * HELD
    assert [one.key for one in right] == [one.key for one in offered()]
    assert [] == mistakes(store, settings, paths)


def test_a_text_in_which_nothing_is_and_nothing_was_found_is_offered_like_any_other(store, paths, with_settings):
    settings, held = with_settings("project", labels=("PART",)), fill(store)
    store.answers.add(replace(store.answers.standing()[0], id="new", spans=(), retracts="a1"))
    add_round(store, 1, dict.fromkeys(held, ()))
    settings = replace(settings, project=replace(settings.project, seed=_seed_that_draws(held[0])))
    right = [one for one in to_review(store, settings, paths) if isinstance(one, RightText)]

    assert [(held[0], ())] == [(one.gold.text, one.gold.spans) for one in right]


def _seed_that_draws(text: str) -> int:
    return next(seed for seed in range(1000) if is_drawn(f"{seed}:right:{text}", RIGHT_SHARE))


def test_what_was_looked_at_is_counted_and_not_offered_again(store, reviewed, capsys):
    review, offered = reviewed
    right = [one for one in offered() if isinstance(one, RightText)]
    wrong = sum(isinstance(one, Mistake) for one in offered())
    review(*["m"] * wrong, "\r", "z", "n", "q")
    judged = judgements(store)

    assert {"confirmed"} == {judged[right[0].key]}
    assert right[1].key not in judged
    assert (1, 0) == looked_at(judged)
    assert [
        f"Of texts without a mistake 1 were looked at, and 0 of them wrong; {len(right) - 1} more are offered."
    ] == right_lines(right, judged)
    assert f"one of {len(right)} texts without a mistake: is it right?" in capsys.readouterr().out
    assert "SRM" not in json.dumps(store.journal.events())


def test_a_right_text_whose_gold_is_wrong_opens_in_the_editor(store, reviewed, monkeypatch):
    review, offered = reviewed
    first = next(one for one in offered() if isinstance(one, RightText))

    def correct(editor, *_, **__):
        question = editor.next()
        assert "1 of 1: the model finds the same" == editor.note(question)
        editor.answer(question, "accept", [PART_OF_ALL], seconds=1, keys=1)
        editor.close()

    monkeypatch.setattr("loop.cli.errors.run_session", correct)
    wrong = sum(isinstance(one, Mistake) for one in offered())
    review(*["n"] * wrong, "g", "q")

    assert (1, 1) == looked_at(judgements(store))
    assert [("spurious", BRAND)] == [
        (one.likely, one.match.found)
        for one in offered()
        if isinstance(one, Mistake) and one.gold.text == first.gold.text
    ]


def test_with_a_label_only_right_texts_that_have_it_are_offered(reviewed):
    review, offered = reviewed
    right = [one for one in offered() if isinstance(one, RightText)]

    assert len(right) == len(review("q", label="BRAND").right_texts())
    assert [] == review(label="OTHER").right_texts()
