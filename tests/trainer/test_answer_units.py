from __future__ import annotations

from loop.intervals import FEWEST_UNITS
from loop.records import Answer, Span, Text
from loop.trainer.answer_units import answer_units

TEXT = "x" * 100


def about(name: str, start: int, end: int, *, text: int = 1, spans: tuple[Span, ...] = ()) -> Answer:
    return Answer(name, text, "ann", "accept", spans, complete=False, passage=(start, end))


def test_passages_of_a_document_are_units_and_those_that_overlap_are_one() -> None:
    answers = [about("c", 50, 60), about("a", 0, 10, spans=(Span(8, 14, "A"),)), about("b", 12, 30), about("d", 30, 40)]
    answers.append(Answer("e", 1, "ann", "accept", (Span(55, 58, "A"),), complete=False))
    units = answer_units(answers, [Text(1, TEXT)])
    of = units.of

    assert "passage" == units.noun
    assert of["a"] == of["b"]
    assert of["c"] == of["e"]
    assert 3 == len(set(of.values()))


def test_whoever_answered_all_of_a_text_makes_one_unit_of_it() -> None:
    answers = [about("a", 0, 10), about("b", 50, 60), Answer("c", 1, "bob", "accept")]

    assert 1 == len(set(answer_units(answers, [Text(1, TEXT)]).of.values()))


def test_where_there_are_enough_texts_none_is_split_nor_is_a_group_ever() -> None:
    answers = [about(f"{n} {start}", start, start + 10, text=n) for n in range(FEWEST_UNITS) for start in (0, 50)]
    texts = [Text(n, f"{n}{TEXT}") for n in range(FEWEST_UNITS)]
    grouped = [Text(text.id, text.text, group="one") for text in texts]

    for noun, n_units, given in (("text", FEWEST_UNITS, texts), ("group", 1, grouped)):
        units = answer_units(answers, given)
        assert (noun, n_units) == (units.noun, len(set(units.of.values())))
    assert "passage" == answer_units(answers[2:], texts[1:]).noun
