from __future__ import annotations

import pytest
import spacy

from loop.cli.train import result_lines
from loop.final.comparing import Comparison, agreement_on_the_rest, compared
from loop.final.folder import Result
from loop.progress.held_out_gold import GoldText
from loop.records import Span

LABELS = ("PART", "ORG")


def finds(*words: str):
    """A pipeline that calls these words PART, and Acme an ORG."""
    nlp = spacy.blank("en")
    patterns = [*({"label": "PART", "pattern": word} for word in words), {"label": "ORG", "pattern": "Acme"}]
    nlp.add_pipe("entity_ruler").add_patterns(patterns)
    return nlp


def gold(n: int) -> list[GoldText]:
    return [GoldText(f"the chain {i}", (Span(4, 9, "PART"),), ("PART",), str(i)) for i in range(n)]


@pytest.mark.parametrize(
    ("interval", "words"),
    [
        ((0.5, 3.0), "the final model is better"),
        ((-3.0, -0.5), "the last round is"),
        ((-1.0, 1.0), "not significant"),
        (None, "not significant"),
    ],
)
def test_it_is_said_which_is_better_only_where_chance_does_not_explain_it(interval, words):
    assert words in Comparison(10, 10, 50.0, 51.0, interval).verdict


def test_two_pipelines_are_compared_on_the_labels_that_were_asked():
    found = compared(finds(), finds("chain"), gold(20), LABELS)

    assert Comparison(20, 20, 0.0, 100.0, pytest.approx((83.9, 100.0), abs=0.1)) == found
    assert Comparison(5, 5, 0.0, 100.0, None) == compared(finds(), finds("chain"), gold(5), LABELS)


def test_without_texts_nothing_is_compared():
    assert compared(finds(), finds(), [], LABELS) is None


def test_labels_that_nobody_teaches_are_compared_with_the_last_round():
    texts = ["Acme makes chains", "the chain"]

    assert agreement_on_the_rest(finds(), finds("chain"), texts, ["PART"]) == 100.0
    assert agreement_on_the_rest(finds(), finds("chain"), texts, ["ORG"]) == 0.0
    assert agreement_on_the_rest(finds(), finds(), ["nothing"], ["PART"]) is None


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        (99, "F1 on 40 texts that neither has learned: 99 spans are too few for one number; difference"),
        (100, "F1 on 40 texts that neither has learned: last round 40.0, final model 50.0; difference"),
    ],
)
def test_of_few_spans_no_single_number_is_told(spans, words):
    (line,) = result_lines(Result(Comparison(40, spans, 40.0, 50.0, (1.0, 19.0)), None))

    assert line.startswith(words)
    assert line.endswith("+1.0 to +19.0 (95 %): the final model is better.")
