from __future__ import annotations

from dataclasses import replace

import pytest

from loop.alignment import merged
from loop.base.assembly import assemble
from loop.base.pipeline import add_labels, own_component
from loop.errors import InputError
from loop.lattice import Lattice
from loop.learning.learner import Learner
from loop.learning.update import update
from loop.patterns.matching import Patterns
from loop.records import Span, Text
from loop.scoring.questions import question, read_texts
from loop.settings import UpdateSettings

SAID = {"file": "suggested", "pipeline": "others", "pattern": "matches"}
TEXTS = [Text(1, "a new Chain please"), Text(2, ""), Text(3, "no \x1b[31m parts")]


@pytest.fixture
def fresh():
    return assemble("blank:en", ["PART"], seed=0)


@pytest.fixture
def patterns(fresh, tmp_path):
    path = tmp_path / "patterns.jsonl"
    path.write_text('{"label": "PART", "pattern": "chain"}\n\n{"label": "PART", "pattern": [{"lower": "saddle"}]}\n')
    return Patterns(fresh, path, labels=["PART"])


def trained(nlp):
    add_labels(nlp, ["PART"])
    own_component(nlp).model.attrs["unseen_classes"].clear()
    return nlp


def test_before_anything_is_learned_there_is_no_lattice_and_nothing_is_shown(fresh):
    asked = [question(one, stream="typical", round=0) for one in read_texts(fresh, TEXTS)]

    assert all((one.prediction, one.lattice, one.entropy) == ((), b"", None) for one in asked)
    assert asked[0].tokens == ((0, 1), (2, 5), (6, 11), (12, 18))


def test_a_model_gives_probabilities_and_a_lattice_that_can_be_read_back(fresh):
    (one, *_) = (question(one, stream="uncertain", round=1) for one in read_texts(trained(fresh), TEXTS))

    assert all(0.01 <= candidate.p <= 1 for candidate in one.candidates)
    assert Lattice.from_bytes(one.lattice).entropy == pytest.approx(one.entropy, abs=0.05)
    assert one.reason.startswith("uncertain about “")


def test_pattern_hits_are_shown_as_such_whatever_their_case(fresh, patterns):
    one = next(read_texts(fresh, TEXTS, matches=lambda doc: patterns.matches(doc, fresh)))
    asked = question(one, stream="pattern", round=0)

    assert asked.prediction == (Span(6, 11, "PART"),)
    assert [(candidate.p, candidate.source) for candidate in asked.candidates] == [(None, "pattern")]
    assert asked.reason == "a pattern matches here; from patterns: “Chain”"


def test_what_the_file_suggests_goes_before_the_model_and_the_model_before_patterns(fresh):
    text = Text(1, "a new Chain please", suggested=(Span(3, 4, "PART"),))
    (one,) = read_texts(trained(fresh), [text])
    best = question(replace(one, text=TEXTS[0]), stream="uncertain", round=1).prediction
    matches = (Span(0, 5, "PART"), Span(6, 11, "PART"))
    asked = question(replace(one, matches=matches), stream="uncertain", round=1)

    assert asked.prediction == merged((Span(2, 5, "PART"),), best, matches)
    assert Span(2, 5, "PART") in asked.prediction
    assert Span(0, 5, "PART") not in asked.prediction
    assert "; from the file: “new”" in asked.reason or Span(2, 5, "PART") in {c.span for c in asked.candidates if c.p}
    assert question(one, stream="held_out", round=1).prediction == ()


@pytest.mark.parametrize("source", ["file", "pipeline", "pattern"])
def test_a_span_that_the_model_has_too_keeps_its_source_and_its_probability(fresh, source):
    (one,) = read_texts(trained(fresh), TEXTS[:1])
    alone = question(one, stream="uncertain", round=1)
    likely = next(c for c in alone.candidates if c.span in alone.prediction)
    said = {"suggested": (), "others": (), "matches": ()} | {SAID[source]: (likely.span,)}
    one = replace(one, text=replace(one.text, suggested=said.pop("suggested")), **said)
    asked = question(one, stream="uncertain", round=1)

    assert [replace(likely, source=source)] == [c for c in asked.candidates if c.span == likely.span]
    assert likely.span in asked.prediction


def test_of_two_sources_for_a_span_the_first_is_named(fresh):
    span = Span(6, 11, "PART")
    (one,) = read_texts(fresh, [replace(TEXTS[0], suggested=(span,))])
    asked = question(replace(one, matches=(span,), others=(span, Span(2, 5, "PART"))), stream="uncertain", round=0)

    assert {span: "file", Span(2, 5, "PART"): "pipeline"} == {c.span: c.source for c in asked.candidates}
    assert asked.reason.endswith("; from the file: “Chain”; from another pipeline: “new”")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "not JSON"),
        ('{"label": "PART"}', "not a pattern"),
        ('{"label": "PART", "pattern": ""}', "not a pattern"),
        ('{"label": "COLOUR", "pattern": "red"}', "labels that are not in the project"),
    ],
)
def test_a_bad_pattern_is_named_by_file_and_line(fresh, tmp_path, line, problem):
    path = tmp_path / "patterns.jsonl"
    path.write_text('{"label": "PART", "pattern": "chain"}\n' + line + "\n")

    with pytest.raises(InputError, match=f"patterns.jsonl, line 2: .*{problem}"):
        Patterns(fresh, path, labels=["PART"])


def test_learning_without_any_label_changes_nothing(fresh):
    before = own_component(fresh).model.to_bytes()

    assert update(Learner(fresh), [], [], UpdateSettings(), seed=0) == []
    assert own_component(fresh).model.to_bytes() == before
