from __future__ import annotations

from dataclasses import replace
from random import Random

from loop.progress.held_out_gold import EvaluatedText, GoldText
from loop.progress.text_kinds import weakest_kind
from loop.records import Focus, Span, Text

PART, BRAND = Span(0, 3, "PART"), Span(4, 7, "BRAND")
LABELS = ("PART", "BRAND")


def read(name, *found, batch=1, known=True, **meta):
    text = Text(1, name, batch=batch, meta=meta)
    return EvaluatedText(GoldText(name, (PART, BRAND), LABELS, name, text if known else None), found)


def right(n, **given):
    return [read(f"{given} right {i}", PART, BRAND, **given) for i in range(n)]


def wrong(n, **given):
    return [read(f"{given} wrong {i}", **given) for i in range(n)]


def test_the_batch_in_which_the_model_does_worst_is_named_with_its_share_of_the_mistakes():
    found = weakest_kind([*right(60), *wrong(5), *right(15, batch=2), *wrong(20, batch=2)], LABELS)

    assert found
    assert (Focus(batch=2), "batch=2") == (found.focus, found.condition)
    assert (60, 96, 35, 80) == (
        round(found.f1),
        round(found.elsewhere),
        round(100 * found.texts),
        round(100 * found.mistakes),
    )
    assert found.interval[0] < found.f1 < found.interval[1] < found.elsewhere
    assert found.words == (
        f"F1 is 60 ({found.interval[0]:.0f} to {found.interval[1]:.0f}) where batch=2, 96 elsewhere, "
        "and 80% of the mistakes are there, in 35% of the texts"
    )


def test_a_value_of_the_metadata_is_a_kind_as_where_takes_it():
    found = weakest_kind([*right(40, shop="north"), *wrong(30, shop="south"), *right(40, open=True)], LABELS)
    flag = weakest_kind([*right(40, open=False), *wrong(30, open=True)], LABELS)

    assert "meta.shop=south" == (found and found.condition)
    assert "meta.open=true" == (flag and flag.condition)


def test_without_a_clear_difference_no_kind_is_named():
    assert weakest_kind([], LABELS) is None
    assert weakest_kind(right(40), LABELS) is None
    assert weakest_kind([*right(40), *wrong(3, batch=2)], LABELS) is None  # too few for an interval
    assert weakest_kind([*right(40), *wrong(10), *right(30, batch=2), *wrong(10, batch=2)], LABELS) is None
    assert weakest_kind([*right(40, known=False), *wrong(40, known=False)], LABELS) is None


def test_what_tells_texts_apart_is_no_kind():
    texts = [read(f"{i}", *([PART, BRAND] if i % 2 else []), number=i, tags=["a"], note="") for i in range(60)]

    assert weakest_kind(texts, LABELS) is None


def test_of_several_kinds_the_one_with_most_mistakes_is_named():
    texts = [*right(60, shop="north"), *wrong(12, shop="south"), *wrong(30, shop="west"), *right(2, shop="south")]
    found = weakest_kind(texts, LABELS)

    assert "meta.shop=west" == (found and found.condition)


def test_kinds_that_have_nothing_to_do_with_the_mistakes_are_rarely_named():
    named = 0
    for seed in range(20):
        rng = Random(seed)
        meta = [{key: f"{rng.randrange(8)}" for key in "abc"} for _ in range(150)]
        texts = [read(f"{n}", *([PART, BRAND] if rng.random() < 0.6 else ()), **one) for n, one in enumerate(meta)]
        named += weakest_kind(texts, LABELS) is not None

    assert named <= 3  # one in twenty is expected


def test_a_key_that_no_condition_can_have_is_no_kind():
    assert weakest_kind([*right(60, **{"a=b": "x"}), *wrong(40, **{"a=b": "y"})], LABELS) is None


def test_a_group_is_of_the_kind_of_most_of_its_texts():
    def grouped(unit, batch, *found):
        return replace(
            read(f"{unit} {batch}", *found, batch=batch), gold=replace(read(unit, batch=batch).gold, unit=unit)
        )

    texts = [grouped(f"g{n}", 1 + (n < 20), *(() if n < 20 else (PART, BRAND))) for n in range(60) for _ in range(2)]
    found = weakest_kind(texts, LABELS)

    assert "batch=2" == (found and found.condition)
