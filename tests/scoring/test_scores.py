import math
import tracemalloc
from typing import Any

import numpy as np
import pytest
import spacy
from enumerated import marginals
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scoring_pipelines import CONFIGS, WORDS, before_ner, doc_of, pipeline, reference, shake
from spacy.language import Language

from loop.errors import PipelineError
from loop.lattice import Lattice
from loop.records import TokenSpan
from loop.scoring.scores import lattices_at, lattices_of

TINY = 1e-9
CLOSE = 1e-5


@st.composite
def texts(draw: st.DrawFn, max_tokens: int = 4) -> dict[str, Any]:
    """Words with whitespace among them, sentence starts, preset entities, some unknown to the model, blocked tokens."""
    words = draw(st.lists(st.sampled_from([*WORDS[:4], "\n"]), min_size=1, max_size=max_tokens))
    starts = draw(st.none() | st.lists(st.integers(1, max_tokens - 1), max_size=2))
    ents, start = [], 0
    while draw(st.integers(0, 2)) == 2 and start < len(words):
        start = draw(st.integers(start, len(words) - 1))
        end = draw(st.integers(start + 1, len(words)))
        ents.append(TokenSpan(start, end, draw(st.sampled_from(["PER", "LOC-2", "NEW", ""]))))
        start = end
    return {"words": words, "starts": starts, "ents": ents}


@pytest.fixture(scope="module", params=CONFIGS, ids=lambda config: "features {} upper {} pieces {}".format(*config))
def nlp(request: pytest.FixtureRequest) -> Language:
    """Every kind of network in turn, with its own tok2vec or with a listener."""
    features, upper, pieces = request.param
    return pipeline(features, upper, pieces, listener=(pieces + upper) % 2 == 0)


def furthest(a: dict[TokenSpan, float], b: dict[TokenSpan, float]) -> float:
    """The largest difference of two spans' probabilities; a span that is not there has 0."""
    return max((abs(a.get(span, 0.0) - b.get(span, 0.0)) for span in {*a, *b}), default=0.0)


def assert_is(lattice: Lattice, listed: dict[tuple[TokenSpan, ...], float]) -> None:
    listed = {spans: p for spans, p in listed.items() if p > TINY}
    assert sum(listed.values()) == pytest.approx(1.0, abs=CLOSE)
    assert 0.0 == pytest.approx(furthest(marginals(listed), dict(lattice.spans(0.0))), abs=CLOSE)
    assert -sum(p * math.log(p) for p in listed.values()) == pytest.approx(lattice.entropy, abs=1e-4)
    for analysis in lattice.best(5):
        assert listed.get(analysis.spans, 0.0) == pytest.approx(math.exp(analysis.logp), abs=CLOSE)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts())
def test_analyses_equal_walking_through_all_states_of_spacy(nlp: Language, text: dict[str, Any]) -> None:
    doc = before_ner(nlp, doc_of(nlp, **text))
    (lattice,) = lattices_of(nlp, [doc], component="ner", epsilon=TINY)
    known = doc_of(nlp, **text | {"ents": [ent for ent in text["ents"] if ent.label != "NEW"]})

    if len(known.ents) == len(doc.ents):
        assert_is(lattice, reference(nlp, doc))
    else:
        assert_has_presets(lattice, text["ents"])


def assert_has_presets(lattice: Lattice, ents: list[TokenSpan]) -> None:
    """Labels unknown to the model cannot be asked of spaCy without changing the model."""
    certain = {span for span, p in lattice.spans(0.0) if p > 1 - CLOSE}
    assert {ent for ent in ents if ent.label} <= certain
    assert "NEW" in lattice.labels


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts(max_tokens=12))
def test_the_own_analysis_is_what_spacy_predicts(nlp: Language, text: dict[str, Any]) -> None:
    text["ents"] = [ent for ent in text["ents"] if ent.label != "NEW"]
    doc = before_ner(nlp, doc_of(nlp, **text))
    (lattice,) = lattices_of(nlp, [doc], component="ner", epsilon=0.3)
    predicted = nlp.get_pipe("ner")(doc.copy())

    assert [(ent.start, ent.end, ent.label_) for ent in predicted.ents] == list(lattice.own)
    assert lattice.logp(lattice.own) > -math.inf


def test_a_temperature_divides_the_scores_before_anything_is_pruned() -> None:
    nlp = pipeline()
    docs = [doc_of(nlp, list(WORDS[:3]))]
    (plain,) = lattices_of(nlp, docs, component="ner", epsilon=TINY)
    (warm,) = lattices_of(nlp, docs, component="ner", epsilon=TINY, temperature=3.0)

    assert 0.0 == pytest.approx(furthest(dict(plain.tempered(3.0).spans(0.0)), dict(warm.spans(0.0))), abs=1e-3)
    assert plain.own == warm.own


def test_docs_scored_together_equal_docs_scored_alone_and_empty_ones_are_empty() -> None:
    nlp = pipeline()
    docs = [doc_of(nlp, list(WORDS[:n])) for n in (3, 0, 1, 7)]
    together = lattices_of(nlp, docs, component="ner")
    alone = [lattices_of(nlp, [doc], component="ner")[0] for doc in docs]

    for a, b in zip(alone, together, strict=True):
        assert 0.0 == pytest.approx(furthest(dict(a.spans(0.0)), dict(b.spans(0.0))), abs=CLOSE)
    assert [((), 0.0)] == together[1].best(3)
    assert [] == lattices_of(nlp, [], component="ner")


def test_several_temperatures_at_once_equal_each_alone() -> None:
    nlp = pipeline()
    docs = [doc_of(nlp, list(WORDS[:n])) for n in (3, 0, 1, 7)]
    together = lattices_at((0.6, 1.0, 9.0), nlp, docs, component="ner", epsilon=0.05)

    for temperature, at in zip((0.6, 1.0, 9.0), together, strict=True):
        alone = lattices_of(nlp, docs, component="ner", epsilon=0.05, temperature=temperature)
        assert [one.own for one in alone] == [one.own for one in at]
        for a, b in zip(alone, at, strict=True):
            assert 0.0 == pytest.approx(furthest(dict(a.spans(0.0)), dict(b.spans(0.0))), abs=CLOSE)


def test_neither_docs_nor_pipeline_change() -> None:
    nlp = pipeline(listener=True)
    docs = [before_ner(nlp, doc_of(nlp, list(WORDS), ents=[TokenSpan(1, 3, "NEW")]))]
    ner: Any = nlp.get_pipe("ner")
    before = docs[0].to_bytes(), nlp.to_bytes(), ner.moves.n_moves
    lattices_of(nlp, docs, component="ner")

    assert before == (docs[0].to_bytes(), nlp.to_bytes(), ner.moves.n_moves)


def test_a_preset_entity_leaves_one_move_at_each_of_its_tokens() -> None:
    nlp = pipeline()
    (lattice,) = lattices_of(nlp, [doc_of(nlp, list(WORDS[:4]), ents=[TokenSpan(0, 4, "PER")])], component="ner")

    assert [-math.inf, -math.inf, math.inf] == lattice.transitions.last.tolist()
    assert (0.0, 0.0) == (lattice.entropy, lattice.pruned)


def test_labels_added_and_not_trained_are_impossible_unless_preset() -> None:
    nlp = pipeline()
    nlp.get_pipe("ner").add_label("LATER")
    shake(nlp.get_pipe("ner"), seed=1)
    docs = [doc_of(nlp, list(WORDS[:3])), doc_of(nlp, list(WORDS[:3]), ents=[TokenSpan(0, 2, "LATER")])]
    free, preset = lattices_of(nlp, docs, component="ner", epsilon=TINY)

    assert_is(free, reference(nlp, docs[0]))
    assert "LATER" not in {span.label for span, _ in free.spans(0.0)}
    assert_is(preset, reference(nlp, docs[1]))


def test_a_component_without_labels_says_outside_and_keeps_what_is_preset() -> None:
    nlp = pipeline(labels=())
    docs = [doc_of(nlp, list(WORDS[:3])), doc_of(nlp, list(WORDS[:3]), ents=[TokenSpan(0, 2, "NEW")])]

    assert [(), (TokenSpan(0, 2, "NEW"),)] == [lattice.own for lattice in lattices_of(nlp, docs, component="ner")]


def test_a_label_whose_entities_were_never_longer_than_two_tokens_does_not_grow_them() -> None:
    nlp = pipeline()
    ner: Any = nlp.get_pipe("ner")
    names = [ner.moves.get_class_name(i) for i in range(ner.moves.n_moves)]
    ner.model.attrs["unseen_classes"].add(names.index("I-PER"))
    doc = doc_of(nlp, list(WORDS[:4]))
    (lattice,) = lattices_of(nlp, [doc], component="ner", epsilon=TINY)

    assert_is(lattice, reference(nlp, doc))
    assert 2 == max(span.end - span.start for span, _ in lattice.spans(0.0) if span.label == "PER")


def test_a_beam_search_has_its_own_analysis_which_is_never_pruned() -> None:
    nlp = pipeline(factory="beam_ner")
    nlp.get_pipe("ner").cfg["beam_width"] = 4
    docs = [doc_of(nlp, list(WORDS[i:] + WORDS[:i])) for i in range(8)]
    lattices = lattices_of(nlp, docs, component="ner", epsilon=0.3)

    for doc, lattice in zip(docs, lattices, strict=True):
        predicted = nlp.get_pipe("ner")(doc.copy())
        assert [(ent.start, ent.end, ent.label_) for ent in predicted.ents] == list(lattice.own)
        assert lattice.logp(lattice.own) > -math.inf


def test_spans_to_keep_are_kept_however_improbable() -> None:
    nlp = pipeline()
    docs = [doc_of(nlp, list(WORDS)), doc_of(nlp, list(WORDS[:2]))]
    rare = [(TokenSpan(2, 6, "PER"), TokenSpan(7, 8, "LOC-2")), (TokenSpan(0, 2, "LOC-2"),)]
    exact = lattices_of(nlp, docs, component="ner", epsilon=TINY)
    kept = lattices_of(nlp, docs, component="ner", epsilon=0.5, keep=rare)

    for a, b, spans in zip(exact, kept, rare, strict=True):
        for span in spans:
            assert dict(a.spans(0.0)).get(span, 0.0) == pytest.approx(dict(b.spans(0.0))[span], abs=b.pruned)


def test_pruning_is_never_further_off_than_it_says() -> None:
    nlp = pipeline()
    docs = [doc_of(nlp, list(WORDS[i:] + WORDS[:i])) for i in range(8)]
    full = lattices_of(nlp, docs, component="ner", epsilon=TINY)
    for epsilon in (0.003, 0.03, 0.3):
        for a, b in zip(full, lattices_of(nlp, docs, component="ner", epsilon=epsilon), strict=True):
            exact = dict(a.spans(0.0))
            assert furthest(exact, dict(b.spans(0.0))) <= b.pruned + CLOSE


def test_a_model_that_never_ends_an_entity_costs_bounded_memory() -> None:
    nlp = pipeline(labels=("PER",))
    upper: Any = nlp.get_pipe("ner").model.get_ref("upper")
    names = [nlp.get_pipe("ner").moves.get_class_name(i) for i in range(upper.get_dim("nO"))]
    upper.set_param("W", upper.get_param("W") * 0)
    upper.set_param("b", np.array([{"I": 6.0, "B": 3.0}.get(name[0], 0.0) for name in names], dtype="f"))
    (lattice,) = lattices_of(nlp, [doc_of(nlp, list(WORDS) * 100)], component="ner")

    assert len(lattice.transitions.last) <= 66 * 1200
    assert (TokenSpan(0, 1200, "PER"),) == lattice.own
    assert 0.0 < lattice.pruned < 1.0


@pytest.mark.parametrize("component", ["sentencizer", "missing", "textcat"])
def test_other_components_are_refused_with_a_way_out(component: str) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("textcat")
    with pytest.raises(PipelineError) as caught:
        lattices_of(nlp, [nlp.make_doc("a b")], component=component)

    assert caught.value.hint


def test_a_component_that_was_never_initialized_is_refused() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("ner").add_label("PER")
    with pytest.raises(PipelineError, match="never initialized"):
        lattices_of(nlp, [nlp.make_doc("a b")], component="ner")


def test_a_listener_whose_source_has_not_run_is_refused() -> None:
    nlp = pipeline(listener=True)
    with pytest.raises(PipelineError, match="listens"):
        lattices_of(nlp, [doc_of(nlp, list(WORDS[:2]))], component="ner")


def test_preset_entities_that_begin_nowhere_are_refused() -> None:
    nlp = pipeline()
    doc = doc_of(nlp, list(WORDS[:3]))
    doc.from_array(
        ["ENT_IOB", "ENT_TYPE"], np.array([[2, 0], [1, nlp.vocab.strings.add("PER")], [2, 0]], dtype="uint64")
    )
    with pytest.raises(PipelineError, match="continues without a beginning"):
        lattices_of(nlp, [doc], component="ner")


def test_a_label_unknown_to_a_beam_search_is_refused() -> None:
    nlp = pipeline(factory="beam_ner")
    nlp.get_pipe("ner").cfg["beam_width"] = 4
    with pytest.raises(PipelineError, match="does not know"):
        lattices_of(nlp, [doc_of(nlp, list(WORDS), ents=[TokenSpan(0, 2, "NEW")])], component="ner")


def test_memory_stays_bounded_on_a_doc_of_50_000_tokens() -> None:
    nlp = pipeline()
    doc = doc_of(nlp, list(WORDS[:10]) * 5_000)
    tracemalloc.start()
    (lattice,) = lattices_of(nlp, [doc], component="ner")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert 50_000 == lattice.n_tokens
    assert len(lattice.transitions.last) <= 65 * 50_000
    assert peak < 500e6
