"""Transformers as a base; run where torch and spaCy's packages for them are installed: `make test-transformers`."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import spacy
from made_transformers import BASES
from taught import LABEL, settings_for, teach
from workshop import workshop_gold

from loop.base.assembly import assemble
from loop.base.pipeline import add_labels, ready
from loop.checkpoints.checkpoints import Checkpoints
from loop.final import FinalTraining, Options, publish, train
from loop.learning.examples import Examples
from loop.learning.learner import Learner
from loop.learning.update import update
from loop.records import Span
from loop.scoring.predict import predict
from loop.settings import ProjectPaths, UpdateSettings
from loop.store import Store
from loop.truth import Truth

# Their libraries warn of what they will do differently one day.
pytestmark = [pytest.mark.transformers, pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="module", params=BASES)
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    package, make = BASES[request.param]
    pytest.importorskip(package)
    folder = tmp_path_factory.mktemp("transformer")
    make(folder / "made").to_disk(folder / "base")
    return str(folder / "base")


@pytest.fixture(scope="module")
def checkpoint(base: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return teach(tmp_path_factory.mktemp("project") / "project", base)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_our_component_listens_to_it_and_stands_behind_it(checkpoint: Path):
    nlp = spacy.load(checkpoint)

    assert ["transformer", "ner_loop", "ner"] == nlp.pipe_names
    assert LABEL in nlp.pipe_labels["ner_loop"]
    assert isinstance(nlp("fitted a new chain today").ents, tuple)


def test_it_stays_as_it_was_while_our_component_learns(base: str, checkpoint: Path):
    first = Checkpoints(checkpoint.parent).path(0)

    assert digest(first / "ner_loop" / "model") != digest(checkpoint / "ner_loop" / "model")
    for path in Path(base).rglob("*"):
        if path.is_file() and path.parent != Path(base):
            assert digest(path) == digest(checkpoint / path.relative_to(base))


def test_the_same_answers_give_the_same_weights(base: str, checkpoint: Path, tmp_path: Path):
    again = teach(tmp_path / "project", base)

    assert digest(checkpoint / "ner_loop" / "model") == digest(again / "ner_loop" / "model")


def test_predictions_have_probabilities(checkpoint: Path):
    nlp = spacy.load(checkpoint)
    texts = list(workshop_gold(5))

    for row, doc in zip(predict(nlp, texts), nlp.pipe(texts), strict=True):
        assert {(span["start"], span["end"], span["label"]) for span in row["spans"]} == {
            (ent.start_char, ent.end_char, ent.label_) for ent in doc.ents
        }


def test_learning_does_not_reach_it(base: str):
    learner = Learner(assemble(base, [LABEL], seed=0))
    nlp = learner.nlp
    add_labels(nlp, [LABEL])
    doc = nlp.make_doc("fitted a new chain today")
    heard = heard_by(nlp, doc)
    truth = Truth(frozenset({LABEL}), (Span(13, 18, LABEL),))
    examples = Examples(nlp, [(doc.text, truth)], labels=[LABEL])
    update(learner, examples, examples, UpdateSettings(steps=3), seed=0)

    assert heard.any()
    assert np.array_equal(heard, heard_by(nlp, doc))


def heard_by(nlp: spacy.language.Language, doc: spacy.tokens.Doc) -> np.ndarray:
    """What our component hears, token by token."""
    (vectors,) = nlp.get_pipe("ner_loop").model.get_ref("tok2vec").layers[0].predict(ready(nlp, [doc.copy()]))
    return np.asarray(vectors)


@pytest.mark.integration
def test_the_final_training_listens_to_it_too(base: str, checkpoint: Path, tmp_path: Path):
    paths = ProjectPaths(checkpoint.parents[1])
    short = Options(overrides={"training.max_steps": 4, "training.eval_frequency": 2})
    with Store(paths.db) as store:
        FinalTraining(paths, settings_for(base), store).write(tmp_path / "final", short)
    steps = list(train(tmp_path / "final"))
    model = publish(tmp_path / "final", "ner_loop")

    assert [0, 2, 4] == [step.step for step in steps]
    assert digest(Path(base) / "transformer" / "model") == digest(model / "transformer" / "model")
    assert digest(tmp_path / "final" / "start" / "ner_loop" / "model") != digest(model / "ner_loop" / "model")
